/** Answers that were confident and whole. Taught questions are looked up before them, so a teaching needs no purge. */
import type { Cache } from '@fathom/platform/cache/cache';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import { normaliseQuestion } from '../domain/question.ts';
import { createExactCache, type ExactCache } from './exact-cache.ts';

const answerSchema = z.object({
  generationId: z.string(),
  tokens: z.array(z.object({ tokenId: z.number(), text: z.string(), logProbability: z.number() })),
  score: z.number(),
  bound: z.number(),
  calibrationVersion: z.string(),
});

export type CachedAnswer = z.infer<typeof answerSchema>;

/** Made by `answerKey`. */
export type AnswerKey = readonly [tenant: string, versionId: string, precision: string, question: string];
export type AnswerCache = ExactCache<AnswerKey, CachedAnswer>;

export interface AnswerKeyParts {
  readonly tenant: string;
  readonly versionId: string;
  /** Of its weights, as it is loaded: another one can say something else. */
  readonly precision: string;
  readonly question: string;
}

export function answerKey({ tenant, versionId, precision, question }: AnswerKeyParts): AnswerKey {
  return [tenant, versionId, precision, normaliseQuestion(question)];
}

export function createAnswerCache(options: {
  readonly cache: Cache;
  readonly ttlMs: number;
  readonly logger: Logger;
}): AnswerCache {
  return createExactCache({ ...options, name: 'inference:answer', schema: answerSchema });
}
