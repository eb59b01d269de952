import { z } from 'zod';
import { addedTokenJson, parseAddedTokens } from './added-tokens.ts';
import { frameOf, postProcessorJson } from './post-processor.ts';
import { preTokenizerJson } from './pre-tokenizer.ts';
import type { ByteLevelBpeParts } from './tokenizer-parts.ts';
import { parseTokenizerParts, tokenizerProblem } from './tokenizer-problem.ts';

const id = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 24 - 1);
const noAffix = z.literal('').nullish();

/** What the two kinds of BPE have in common. */
export const bpeModelJson = {
  type: z.literal('BPE').default('BPE'),
  dropout: z.null().optional(),
  continuing_subword_prefix: noAffix,
  end_of_word_suffix: noAffix,
  ignore_merges: z.boolean().default(false),
  vocab: z.record(z.string(), id),
  merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
};

/** The part of Hugging Face's `tokenizer.json` that a byte-level BPE uses; anything that would change its result is refused. */
const tokenizerJson = z.object({
  added_tokens: z.array(addedTokenJson).default([]),
  normalizer: z.object({ type: z.literal('NFC') }).nullish(),
  pre_tokenizer: preTokenizerJson,
  post_processor: postProcessorJson,
  model: z.object({ ...bpeModelJson, byte_fallback: z.literal(false).optional() }),
});

export function parseTokenizerJson(json: unknown): ByteLevelBpeParts {
  const { added_tokens, model, normalizer, pre_tokenizer, post_processor } = parseTokenizerParts(
    tokenizerJson,
    json,
  );
  const frame = frameOf(post_processor);
  if (frame.after.length > 0) tokenizerProblem('post_processor: a token after the text is not supported');
  const added = new Set(added_tokens.map((token) => token.content));
  return {
    vocabulary: new Map(Object.entries(model.vocab).filter(([text]) => !added.has(text))),
    merges: parseMerges(model.merges),
    specialTokens: parseAddedTokens(added_tokens),
    preTokenizer: pre_tokenizer,
    ...(normalizer == null ? {} : { normalizer: normalizer.type }),
    ...(model.ignore_merges ? { wholeWords: true } : {}),
    ...(frame.before.length === 0 ? {} : { textPrefix: frame.before }),
  };
}

/** Pairs, or (before tokenizers 0.20) two texts in one string. */
export function parseMerges(
  merges: readonly (readonly [string, string] | string)[],
): readonly (readonly [string, string])[] {
  return merges.map((merge): readonly [string, string] => {
    if (typeof merge !== 'string') return merge;
    const [left = '', right = ''] = merge.split(' ');
    return [left, right];
  });
}
