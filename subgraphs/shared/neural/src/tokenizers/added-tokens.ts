import { z } from 'zod';
import type { SpecialToken } from './tokenizer-parts.ts';
import { tokenizerProblem } from './tokenizer-problem.ts';

const flag = z.boolean().default(false);
/** `added_tokens` of a tokenizer.json. */
export const addedTokenJson = z.object({
  id: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 24 - 1),
  content: z.string().min(1),
  special: z.boolean().default(true),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
});

/** Throws `TOKENIZER_INVALID` for a token that would take the text around it along, which is not supported. */
export function parseAddedTokens(tokens: readonly z.infer<typeof addedTokenJson>[]): readonly SpecialToken[] {
  return tokens.map(({ id, content, special, single_word, lstrip, rstrip }) => {
    for (const [name, set] of Object.entries({ single_word, lstrip, rstrip }))
      if (set) tokenizerProblem(`added token ${JSON.stringify(content)}: ${name} is not supported`);
    return special ? { id, text: content } : { id, text: content, shown: true };
  });
}

export function toAddedTokensJson(tokens: readonly SpecialToken[]): readonly unknown[] {
  return tokens.map(({ id, text, shown }) => ({
    id,
    content: text,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: shown !== true,
  }));
}

/** The tokens that stand beside a vocabulary: found in a text before it is cut into words. */
export class AddedTokens {
  readonly list: readonly SpecialToken[];
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #tokenOf: ReadonlyMap<number, SpecialToken>;
  readonly #pattern: RegExp | undefined;

  constructor(tokens: readonly SpecialToken[]) {
    this.list = [...tokens].sort((a, b) => a.id - b.id);
    this.#idOf = new Map(this.list.map(({ id, text }) => [text, id]));
    this.#tokenOf = new Map(this.list.map((token) => [token.id, token]));
    this.#pattern = patternOf(this.list);
  }

  get size(): number {
    return (this.list.at(-1)?.id ?? -1) + 1;
  }

  id(text: string): number | undefined {
    return this.#idOf.get(text);
  }

  text(id: number): string | undefined {
    return this.#tokenOf.get(id)?.text;
  }

  /** What a stream shows of it. */
  bytes(id: number): Uint8Array | undefined {
    const token = this.#tokenOf.get(id);
    if (token === undefined) return undefined;
    return token.shown === true ? new TextEncoder().encode(token.text) : new Uint8Array();
  }

  isSign(id: number): boolean {
    const token = this.#tokenOf.get(id);
    return token !== undefined && token.shown !== true;
  }

  /** Ids of added tokens, and what lies between them, in order; without empty texts. */
  split(text: string): readonly (number | string)[] {
    if (this.#pattern === undefined) return text === '' ? [] : [text];
    return text
      .split(this.#pattern)
      .filter((part) => part !== '')
      .map((part) => this.#idOf.get(part) ?? part);
  }
}

/** Longest first, so that `<|end|>` does not hide `<|end|>x`. Captured, so that `split` keeps them. */
function patternOf(tokens: readonly SpecialToken[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const escaped = tokens
    .map(({ text }) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .sort((a, b) => b.length - a.length);
  return new RegExp(`(${escaped.join('|')})`, 'u');
}
