/**
 * What inference processes say to each other, over the port that they have already:
 *
 *   GET  /engine/report    -> what the peer is and how it stands, some times a second
 *   POST /engine/requests  -> one request; the answer is a line of JSON an event, as they happen
 *
 *     placed -> admitted -> token ... token -> ended
 *     \------- at any time ------------------> released (the peer drains), or the connection breaks: it goes on elsewhere
 *
 * Leaving the answer cancels the request. Each exchange carries the platform's signed identity, whose subject is a service:
 * no client has the scope, and no gateway forwards these paths. What it proves covers the request that is asked for. A peer of another `protocol` is given nothing.
 */
import { z } from 'zod';
import { responseFormatKinds } from '../../domain/response-format.ts';

export const peerProtocol = 2;
export const peerScope = 'inference:engine';
export const reportPath = '/engine/report';
export const requestsPath = '/engine/requests';

const count = z.number().nonnegative();

const deviceSchema = z.object({
  id: z.string(),
  kind: z.enum(['CPU', 'WEBGPU', 'CUDA']),
  name: z.string(),
  status: z.enum(['STARTING', 'READY', 'RECOVERING', 'UNHEALTHY', 'UNAVAILABLE']),
  detail: z.string().optional(),
  threads: count,
  activeSequences: count,
  maxSequences: count,
  queuedRequests: count,
  busyRatio: count,
  kvCacheUsage: count,
  tokensPerSecond: count,
  memoryBytes: count,
  memoryTotalBytes: count.optional(),
  memoryLimitBytes: count.optional(),
  loaded: z.array(z.string()),
});

export const peerReportSchema = z.object({
  protocol: z.literal(peerProtocol),
  /** Names the process across its restarts. */
  instance: z.string().min(1),
  status: z.enum(['READY', 'DRAINING', 'RECOVERING']),
  activeSequences: count,
  maxSequences: count,
  queuedRequests: count,
  maxQueued: count,
  pendingPrefillTokens: count,
  freeKvTokens: count,
  prefillTokensPerSecond: count,
  meanRequestMs: count,
  models: z.array(
    z.object({ versionId: z.string(), contextLength: count, precision: z.string(), memoryBytes: count }),
  ),
  devices: z.array(deviceSchema),
});
export type PeerReport = z.infer<typeof peerReportSchema>;

const tokenIds = z.array(z.number().int().nonnegative());

export const peerRequestSchema = z.object({
  id: z.string().min(1),
  tenant: z.string().optional(),
  priority: z.enum(['LOW', 'NORMAL', 'HIGH']).optional(),
  timeoutMs: z.number().optional(),
  lane: z.string(),
  adapter: z.string().optional(),
  conversation: z.string().optional(),
  promptTokens: tokenIds.min(1),
  priorTokens: tokenIds,
  maxTokens: z.number().int().positive(),
  sampling: z.object({
    temperature: z.number(),
    topK: z.number(),
    topP: z.number(),
    seed: z.number(),
    minP: z.number().optional(),
    repetitionPenalty: z.number().optional(),
    presencePenalty: z.number().optional(),
    frequencyPenalty: z.number().optional(),
    logitBias: z.array(z.object({ tokenId: z.number(), bias: z.number() })).optional(),
    topLogProbabilities: z.number().optional(),
  }),
  stopStrings: z.array(z.string()),
  responseFormat: z.object({ kind: z.enum(responseFormatKinds), source: z.string() }).optional(),
});

/** JSON has no infinity: a token that was impossible by the model comes as null. */
const logProbability = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NEGATIVE_INFINITY);
const cost = { deviceMs: count, cachedPromptTokens: count };

export const peerEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('placed'), deviceId: z.string() }),
  z.object({ type: z.literal('admitted') }),
  z.object({
    type: z.literal('token'),
    index: count,
    tokenId: count,
    text: z.string(),
    logProbability,
    top: z.array(z.object({ tokenId: count, logProbability, text: z.string() })).optional(),
  }),
  z.object({
    type: z.literal('finished'),
    reason: z.enum(['STOP', 'LENGTH', 'CANCELLED']),
    tailText: z.string(),
    ...cost,
  }),
  z.object({
    type: z.literal('failed'),
    code: z.enum([
      'MODEL_FAULT',
      'CONTEXT_EXCEEDED',
      'DEADLINE_EXCEEDED',
      'RESPONSE_FORMAT_FAILED',
      'MEMORY_EXHAUSTED',
      'DEVICE_LOST',
    ]),
    message: z.string(),
    ...cost,
  }),
  z.object({ type: z.literal('released') }),
]);
export type PeerEvent = z.infer<typeof peerEventSchema>;
