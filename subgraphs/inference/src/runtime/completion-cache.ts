/** Completions of `generate` that came to an end, by everything that determines them. */
import type { Cache } from '@fathom/platform/cache/cache';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import { choiceOf, type GenerationRecord } from '../domain/generation.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { createExactCache, type ExactCache } from './exact-cache.ts';

const alternative = z.object({ tokenId: z.number(), text: z.string(), logProbability: z.number() });
const completionSchema = z.object({
  generationId: z.string(),
  choices: z.array(
    z.object({
      tokens: z.array(alternative.extend({ top: z.array(alternative).optional() })),
      finishReason: z.enum(['STOP', 'LENGTH']),
    }),
  ),
});

export type CachedCompletion = z.infer<typeof completionSchema>;

/** Made by `completionKey`. */
export type CompletionKey = readonly [tenant: string, settings: unknown];
export type CompletionCache = ExactCache<CompletionKey, CachedCompletion>;

/**
 * Version and the precision that it is computed in, prompt, sampling with its seed, form, ends and number: all of the settings
 * but for who comes first when.
 */
export function completionKey(
  tenant: string,
  precision: string,
  settings: GenerationSettings,
): CompletionKey {
  const { modelVersionId, promptTokens, maxTokens, sampling, stopStrings, choices, responseFormat } =
    settings;
  return [
    tenant,
    [modelVersionId, precision, promptTokens, maxTokens, sampling, stopStrings, choices, responseFormat],
  ];
}

/** What may be kept of a record: all of its completions, if each came to its end. */
export function completionOf(record: GenerationRecord, choices: number): CachedCompletion | undefined {
  const parsed = completionSchema.safeParse({
    generationId: record.id,
    choices: Array.from({ length: choices }, (_, choice) => choiceOf(record, choice)),
  });
  return parsed.data;
}

export function createCompletionCache(options: {
  readonly cache: Cache;
  readonly ttlMs: number;
  readonly logger: Logger;
}): CompletionCache {
  return createExactCache({ ...options, name: 'inference:completion', schema: completionSchema });
}
