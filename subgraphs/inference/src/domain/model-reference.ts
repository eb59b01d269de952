/** How users name a model: `name` (its champion), `name@alias` or `name@number`. */
export type ModelReference =
  | { readonly kind: 'alias'; readonly modelName: string; readonly alias: string }
  | { readonly kind: 'version'; readonly versionId: string };

/** The alias that a bare model name means. */
export const championAlias = 'champion';

/** What a user's string refers to. Any string refers to something; whether that exists is for the catalogue to say. */
export function parseModelReference(text: string): ModelReference {
  const [modelName = '', selector] = text.trim().split('@', 2);
  if (selector === undefined) return { kind: 'alias', modelName, alias: championAlias };
  return /^\d+$/.test(selector)
    ? { kind: 'version', versionId: `${modelName}@${Number(selector)}` }
    : { kind: 'alias', modelName, alias: selector };
}
