/** The `tokenizer.json` of a SentencePiece vocabulary that was converted to BPE, as Llama 2 and Mistral have it. */
import { z } from 'zod';
import { addedTokenJson, parseAddedTokens, toAddedTokensJson } from './added-tokens.ts';
import { frameOf, postProcessorJson, toPostProcessorJson } from './post-processor.ts';
import { bpeModelJson, parseMerges } from './tokenizer-json.ts';
import type { SpecialToken } from './tokenizer-parts.ts';
import { parseTokenizerParts, tokenizerProblem } from './tokenizer-problem.ts';

/** The sign that stands for a space. */
export const spaceSign = '\u2581';

/**
 * Where a space is put before a text: before every stretch between added tokens whatever it begins with (Llama 2's
 * normalizer), before one that has none yet (Metaspace), before the very first such only, or nowhere.
 */
export type PrefixSpace = 'always' | 'where-missing' | 'first-where-missing' | 'never';

export interface SentencePieceParts {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly specialTokens: readonly SpecialToken[];
  readonly prefixSpace: PrefixSpace;
  /** Merges do not cross the beginning of a word. */
  readonly splitsWords: boolean;
  /** For a character that is no token and whose bytes are none either. */
  readonly unknownToken?: string;
  readonly textPrefix: readonly string[];
}

const prepend = z.object({ type: z.literal('Prepend'), prepend: z.literal(spaceSign) });
const replace = z.object({
  type: z.literal('Replace'),
  pattern: z.object({ String: z.literal(' ') }),
  content: z.literal(spaceSign),
});
const normalizer = z.union([
  z.object({ type: z.literal('Sequence'), normalizers: z.tuple([prepend, replace]) }),
  replace,
]);
const metaspace = z.object({
  type: z.literal('Metaspace'),
  replacement: z.literal(spaceSign),
  add_prefix_space: z.boolean().optional(),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  split: z.boolean().default(true),
});
const tokenizerJson = z.object({
  added_tokens: z.array(addedTokenJson).default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: metaspace.nullish(),
  post_processor: postProcessorJson,
  model: z.object({
    ...bpeModelJson,
    ignore_merges: z.literal(false).default(false),
    byte_fallback: z.literal(true),
    unk_token: z.string().nullish(),
  }),
});

/** Whether a tokenizer.json says of itself that it is of this kind. */
export function isSentencePiece(json: unknown): boolean {
  return z.object({ model: z.object({ byte_fallback: z.literal(true) }) }).safeParse(json).success;
}

export function parseSentencePieceJson(json: unknown): SentencePieceParts {
  const raw = parseTokenizerParts(tokenizerJson, json);
  if (raw.normalizer != null && raw.pre_tokenizer != null)
    tokenizerProblem('a normalizer and a Metaspace that both replace spaces are not supported');
  if (raw.normalizer == null && raw.pre_tokenizer == null)
    tokenizerProblem('neither its normalizer nor its pre_tokenizer replaces spaces');
  const frame = frameOf(raw.post_processor);
  if (frame.after.length > 0) tokenizerProblem('post_processor: a token after the text is not supported');
  return {
    vocabulary: new Map(Object.entries(raw.model.vocab)),
    merges: parseMerges(raw.model.merges),
    specialTokens: parseAddedTokens(raw.added_tokens),
    prefixSpace: prefixSpaceOf(raw),
    splitsWords: raw.pre_tokenizer?.split ?? false,
    ...(raw.model.unk_token == null ? {} : { unknownToken: raw.model.unk_token }),
    textPrefix: frame.before,
  };
}

function prefixSpaceOf(raw: z.infer<typeof tokenizerJson>): PrefixSpace {
  if (raw.normalizer != null) return raw.normalizer.type === 'Sequence' ? 'always' : 'never';
  const { prepend_scheme, add_prefix_space } = raw.pre_tokenizer!;
  // Before tokenizers 0.15 there was only whether, not where.
  switch (prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always')) {
    case 'always':
      return 'where-missing';
    case 'first':
      return 'first-where-missing';
    default:
      return 'never';
  }
}

export function toSentencePieceJson(parts: SentencePieceParts): unknown {
  const { vocabulary, merges, specialTokens, prefixSpace, splitsWords, unknownToken, textPrefix } = parts;
  const replaceSpaces = { type: 'Replace', pattern: { String: ' ' }, content: spaceSign };
  const byNormalizer = prefixSpace === 'always';
  const scheme = prefixSpace === 'where-missing' ? 'always' : prefixSpace === 'never' ? 'never' : 'first';
  const idOf = (text: string) => specialTokens.find((token) => token.text === text)?.id;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: toAddedTokensJson(specialTokens),
    normalizer: byNormalizer
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: spaceSign }, replaceSpaces] }
      : null,
    pre_tokenizer: byNormalizer
      ? null
      : { type: 'Metaspace', replacement: spaceSign, prepend_scheme: scheme, split: splitsWords },
    post_processor: toPostProcessorJson({ before: textPrefix, after: [] }, idOf),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: spaceSign }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefixSpace === 'never' ? [] : [{ type: 'Strip', content: ' ', start: 1, stop: 0 }]),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknownToken ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
}
