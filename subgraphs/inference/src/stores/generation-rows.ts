/** A row of `generations` as PostgreSQL gives it, and the record it stands for. JSON columns are parsed here. */
import { z } from 'zod';
import { priorities } from '../domain/fair-queue.ts';
import type { GenerationRecord } from '../domain/generation.ts';
import { responseFormatKinds } from '../domain/response-format.ts';
import type { GenerationSettings } from '../domain/settings.ts';

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
const alternative = z.object({ tokenId: z.number(), text: z.string(), logProbability: z.number() });
const tokens = z.array(alternative.extend({ top: z.array(alternative).optional() }));
const finishReason = z.enum(['STOP', 'LENGTH', 'CANCELLED', 'ERROR', 'ABSTAINED']);
const otherChoices = z.array(z.object({ text: z.string(), tokens, finishReason: finishReason.optional() }));
const messages = z.array(z.object({ role: z.enum(['SYSTEM', 'USER', 'ASSISTANT']), content: z.string() }));
const evidence = z.array(z.object({ knowledgeId: z.string(), similarity: z.number() }));

const settings: z.ZodType<GenerationSettings> = z.object({
  modelVersionId: z.string(),
  promptTokens: z.array(z.number()),
  maxTokens: z.number(),
  sampling: z.object({
    temperature: z.number(),
    topK: z.number(),
    topP: z.number(),
    minP: z.number().optional(),
    repetitionPenalty: z.number().optional(),
    presencePenalty: z.number().optional(),
    frequencyPenalty: z.number().optional(),
    logitBias: z.array(z.object({ tokenId: z.number(), bias: z.number() })).optional(),
    topLogProbabilities: z.number().optional(),
    seed: z.number(),
  }),
  stopStrings: z.array(z.string()),
  useCache: z.boolean(),
  priority: z.enum(priorities).optional(),
  deadlineMs: z.number().optional(),
  choices: z.number().optional(),
  responseFormat: z.object({ kind: z.enum(responseFormatKinds), source: z.string() }).optional(),
});

const identity = z.object({
  subject: z.string(),
  tenant: z.string(),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
});

const row = z.object({
  id: z.string(),
  tenant: z.string(),
  kind: z.enum(['ASK', 'GENERATE']),
  status: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED']),
  prompt: z.string(),
  messages,
  text: z.string(),
  service: z.enum(['INFERENCE', 'DEEP_LEARNING']).nullable(),
  reason: z
    .enum([
      'CACHE_HIT',
      'CONFIDENT',
      'TAUGHT',
      'LOW_CONFIDENCE',
      'OUT_OF_SCOPE',
      'SERVICE_UNAVAILABLE',
      'REQUESTED',
    ])
    .nullable(),
  explanation: z.string().nullable(),
  score: z.number().nullable(),
  bound: z.number().nullable(),
  calibration_version: z.string().nullable(),
  draft: z.string().nullable(),
  evidence,
  model_version_id: z.string().nullable(),
  device_id: z.string().nullable(),
  finish_reason: finishReason.nullable(),
  other_choices: otherChoices,
  usage,
  seed: z.number().nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  trace_id: z.string(),
  created_at: z.date(),
  completed_at: z.date().nullable(),
});

/** The columns that `toRecord` reads; tokens are fetched apart, they are large and seldom asked for. */
export const recordColumns = Object.keys(row.shape).join(', ');

export function toRecord(raw: unknown): GenerationRecord {
  const value = row.parse(raw);
  return {
    id: value.id,
    tenant: value.tenant,
    kind: value.kind,
    status: value.status,
    prompt: value.prompt,
    messages: value.messages,
    text: value.text,
    service: value.service ?? undefined,
    reason: value.reason ?? undefined,
    explanation: value.explanation ?? undefined,
    score: value.score ?? undefined,
    bound: value.bound ?? undefined,
    calibrationVersion: value.calibration_version ?? undefined,
    draft: value.draft ?? undefined,
    evidence: value.evidence,
    modelVersionId: value.model_version_id ?? undefined,
    deviceId: value.device_id ?? undefined,
    tokens: [],
    otherChoices: value.other_choices,
    finishReason: value.finish_reason ?? undefined,
    usage: value.usage,
    seed: value.seed ?? undefined,
    failure: value.failure ?? undefined,
    traceId: value.trace_id,
    createdAt: value.created_at,
    completedAt: value.completed_at ?? undefined,
  };
}

export const parseTokens = (raw: unknown) => tokens.parse(raw);
export const parseSettings = (raw: unknown): GenerationSettings => settings.parse(raw);
export const parseIdentity = (raw: unknown) => identity.parse(raw);
