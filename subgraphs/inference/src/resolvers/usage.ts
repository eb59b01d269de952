import type { Usage } from '../__generated__/schema.ts';
import type { UsageRecord } from '../domain/generation.ts';

export function toUsage(usage: UsageRecord): Usage {
  return {
    promptTokens: usage.promptTokens,
    truncatedPromptTokens: usage.truncatedPromptTokens ?? 0,
    cachedPromptTokens: usage.cachedPromptTokens ?? 0,
    completionTokens: usage.completionTokens,
    timeToFirstTokenMs: usage.timeToFirstTokenMs ?? null,
    totalMs: usage.totalMs ?? null,
    tokensPerSecond: usage.tokensPerSecond ?? null,
    deviceMs: usage.deviceMs,
  };
}
