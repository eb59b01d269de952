/**
 * Answers that were confident and whole, by tenant, model version and question. A promotion or a teaching needs no
 * purge: the version is part of the key, and taught questions are looked up first.
 */
import { createHash } from 'node:crypto';
import type { Cache } from '@fathom/platform/cache/cache';
import type { Logger } from '@fathom/platform/logging';
import { z } from 'zod';
import { normaliseQuestion } from '../domain/question.ts';

const answerSchema = z.object({
  generationId: z.string(),
  tokens: z.array(z.object({ tokenId: z.number(), text: z.string(), logProbability: z.number() })),
  score: z.number(),
  bound: z.number(),
  calibrationVersion: z.string(),
});

export type CachedAnswer = z.infer<typeof answerSchema>;

export interface AnswerKey {
  readonly tenant: string;
  readonly versionId: string;
  readonly question: string;
}

export interface AnswerCache {
  /** A cache that is down, or holds what is not understood, has no answer. */
  find(key: AnswerKey): Promise<CachedAnswer | undefined>;
  keep(key: AnswerKey, answer: CachedAnswer): Promise<void>;
}

export function createAnswerCache(options: {
  readonly cache: Cache;
  readonly ttlMs: number;
  readonly logger: Logger;
}): AnswerCache {
  const { cache, ttlMs, logger } = options;
  return {
    async find(key) {
      try {
        return answerSchema.safeParse(await cache.get(cacheKey(key))).data;
      } catch (error) {
        logger.warn({ err: error }, 'the answer cache could not be read');
        return undefined;
      }
    },
    async keep(key, answer) {
      await cache
        .set(cacheKey(key), answer, { ttlMs })
        .catch((error: unknown) => logger.warn({ err: error }, 'the answer cache could not be written'));
    },
  };
}

function cacheKey({ tenant, versionId, question }: AnswerKey): string {
  const hash = createHash('sha256').update(JSON.stringify([tenant, versionId, normaliseQuestion(question)]));
  return `inference:answer:${hash.digest('hex')}`;
}
