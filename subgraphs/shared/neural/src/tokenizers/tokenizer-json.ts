import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { preTokenizerJson } from './pre-tokenizer.ts';
import type { ByteLevelBpeParts } from './tokenizer-parts.ts';

const id = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 24 - 1);

/** The part of Hugging Face's `tokenizer.json` that a byte-level BPE uses; anything that would change its result is refused. */
const tokenizerJson = z.object({
  added_tokens: z
    .array(z.object({ id, content: z.string().min(1), special: z.boolean().default(true) }))
    .default([]),
  normalizer: z.null().optional(),
  pre_tokenizer: preTokenizerJson,
  model: z.object({
    type: z.literal('BPE'),
    dropout: z.null().optional(),
    byte_fallback: z.literal(false).optional(),
    ignore_merges: z.boolean().optional(),
    vocab: z.record(z.string(), id),
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
});

export function parseTokenizerJson(json: unknown): ByteLevelBpeParts {
  const parsed = tokenizerJson.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new NeuralError('TOKENIZER_INVALID', `tokenizer.json: ${problems.slice(0, 5).join('; ')}`, {
      cause: parsed.error,
      details: { problems },
    });
  }
  const { added_tokens, model, pre_tokenizer } = parsed.data;
  const special = new Set(added_tokens.map((token) => token.content));
  const merges = model.merges.map((merge): readonly [string, string] => {
    if (typeof merge !== 'string') return merge;
    const [left = '', right = ''] = merge.split(' ');
    return [left, right];
  });
  return {
    vocabulary: new Map(Object.entries(model.vocab).filter(([text]) => !special.has(text))),
    merges,
    specialTokens: added_tokens.map((token) => ({ id: token.id, text: token.content })),
    preTokenizer: pre_tokenizer,
  };
}
