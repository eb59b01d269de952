/** What other services learn of a generation that has ended. The payloads are described in `schema/events/README.md`. */
import type { GenerationRecord } from './generation.ts';

export interface Announcement {
  readonly topic: string;
  readonly key: string;
  readonly payload: unknown;
}

export function announcementsOf(record: GenerationRecord): readonly Announcement[] {
  const completed = { topic: 'generation.completed', key: record.id, payload: completedPayload(record) };
  return isUnknown(record)
    ? [completed, { topic: 'question.unknown', key: record.tenant, payload: unknownPayload(record) }]
    : [completed];
}

/** Nobody could answer: deep-learning abstained, or could not be asked about a draft that was not good enough. */
function isUnknown({ kind, reason, finishReason, score }: GenerationRecord): boolean {
  if (kind !== 'ASK' || finishReason === 'CANCELLED') return false;
  return finishReason === 'ABSTAINED' || (reason === 'SERVICE_UNAVAILABLE' && score !== undefined);
}

function completedPayload(record: GenerationRecord) {
  return {
    generationId: record.id,
    tenant: record.tenant,
    kind: record.kind,
    status: record.status,
    service: record.service ?? null,
    reason: record.reason ?? null,
    finishReason: record.finishReason ?? null,
    modelVersionId: record.modelVersionId ?? null,
    deviceId: record.deviceId ?? null,
    score: record.score ?? null,
    bound: record.bound ?? null,
    promptTokens: record.usage.promptTokens,
    completionTokens: record.usage.completionTokens,
    timeToFirstTokenMs: record.usage.timeToFirstTokenMs ?? null,
    totalMs: record.usage.totalMs ?? null,
    deviceMs: record.usage.deviceMs,
    traceId: record.traceId,
    completedAt: record.completedAt?.toISOString() ?? null,
  };
}

function unknownPayload(record: GenerationRecord) {
  return {
    generationId: record.id,
    tenant: record.tenant,
    question: record.prompt,
    draft: record.draft ?? null,
    score: record.score ?? null,
    bound: record.bound ?? null,
  };
}
