/**
 * Names of a prompt's beginnings, as a balancer compares them: one for each whole block, of all that is up to its end.
 *
 * The names decide where a request is computed, never what is computed: two texts that hash alike cost time, not truth.
 */
export const prefixBlockTokens = 16;

/** FNV-1a's, twice over the same numbers from two beginnings: 64 bits a name. */
const prime = 0x01000193;

/** `owner` keeps apart what is not shared: tenant, model, adapter. */
export function prefixBlocks(owner: string, tokens: readonly number[]): readonly string[] {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  const mix = (value: number): void => {
    low = Math.imul(low ^ value, prime);
    high = Math.imul(high ^ (value + 0x9e37), prime) ^ (low >>> 15);
  };
  for (let at = 0; at < owner.length; at++) mix(owner.charCodeAt(at));
  const names: string[] = [];
  for (const [at, token] of tokens.entries()) {
    mix(token);
    if ((at + 1) % prefixBlockTokens === 0)
      names.push(`${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`);
  }
  return names;
}
