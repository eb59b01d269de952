/** Events as a stream gives them back: JSON, parsed at this edge. */
import type { StreamBuffer } from '@fathom/platform/streams/stream-buffer';
import { z } from 'zod';
import type { GenerationEvent } from '../domain/generation.ts';

const usage = z.object({
  promptTokens: z.number(),
  truncatedPromptTokens: z.number().optional(),
  cachedPromptTokens: z.number().optional(),
  completionTokens: z.number(),
  timeToFirstTokenMs: z.number().optional(),
  totalMs: z.number().optional(),
  tokensPerSecond: z.number().optional(),
  deviceMs: z.number(),
});

const alternatives = z.array(z.object({ tokenId: z.number(), text: z.string(), logProbability: z.number() }));
const finishReason = z.enum(['STOP', 'LENGTH', 'CANCELLED', 'ERROR', 'ABSTAINED']);

const event: z.ZodType<GenerationEvent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started') }),
  z.object({
    type: z.literal('routed'),
    service: z.enum(['INFERENCE', 'DEEP_LEARNING']),
    reason: z.enum([
      'CACHE_HIT',
      'CONFIDENT',
      'TAUGHT',
      'LOW_CONFIDENCE',
      'OUT_OF_SCOPE',
      'SERVICE_UNAVAILABLE',
      'REQUESTED',
    ]),
    explanation: z.string(),
    score: z.number().optional(),
    bound: z.number().optional(),
    calibrationVersion: z.string().optional(),
    draft: z.string().optional(),
    evidence: z.array(z.object({ knowledgeId: z.string(), similarity: z.number() })).optional(),
    modelVersionId: z.string().optional(),
    deviceId: z.string().optional(),
  }),
  z.object({
    type: z.literal('token'),
    text: z.string(),
    tokenId: z.number().optional(),
    logProbability: z.number().optional(),
    top: alternatives.optional(),
    choice: z.number().optional(),
    atMs: z.number(),
  }),
  z.object({ type: z.literal('choice-completed'), choice: z.number(), finishReason }),
  z.object({ type: z.literal('retracted'), text: z.string() }),
  z.object({
    type: z.literal('completed'),
    finishReason,
    usage,
    completedAt: z.string(),
    draft: z.string().optional(),
  }),
  z.object({
    type: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    usage,
    completedAt: z.string(),
  }),
]);

export const parseEvent = (payload: unknown): GenerationEvent => event.parse(payload);

/** The stream of a generation's events; all services share one namespace. */
export const streamOf = (generationId: string): string => `inference/generation/${generationId}`;

const pageEvents = 1_000;

/** All events stored now, or the first `limit` of them. */
export async function readEvents(
  streams: StreamBuffer,
  generationId: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  while (events.length < limit) {
    const page = await streams.read(
      streamOf(generationId),
      events.length,
      Math.min(pageEvents, limit - events.length),
    );
    events.push(...page.events.map(({ payload }) => parseEvent(payload)));
    if (page.events.length === 0 || page.ended) break;
  }
  return events;
}
