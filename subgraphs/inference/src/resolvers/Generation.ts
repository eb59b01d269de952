import { requireScope } from '@fathom/platform/server/scopes';
import type { GenerationResolvers } from '../__generated__/resolvers.ts';
import { toUsage } from './usage.ts';

export const Generation: GenerationResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'inference:read');
    return loaders.generation.load(id);
  },
  id: ({ record }) => record.id,
  status: ({ record }) => record.status,
  prompt: ({ record }) => record.prompt,
  messages: ({ record }) => record.messages,
  text: ({ record }) => record.text,
  service: ({ record }) => record.service ?? null,
  reason: ({ record }) => record.reason ?? null,
  explanation: ({ record }) => record.explanation ?? null,
  score: ({ record }) => record.score ?? null,
  bound: ({ record }) => record.bound ?? null,
  calibrationVersion: ({ record }) => record.calibrationVersion ?? null,
  draft: ({ record }) => record.draft ?? null,
  evidence: ({ record }) =>
    record.evidence.map(({ knowledgeId, similarity }) => ({ knowledge: { id: knowledgeId }, similarity })),
  modelVersion: ({ record }) => (record.modelVersionId === undefined ? null : { id: record.modelVersionId }),
  device: ({ record }, _, { inference }) =>
    inference.device.id === record.deviceId ? inference.device.snapshot() : null,
  async tokens({ record, hasTokens }, _, { loaders }) {
    const tokens = hasTokens ? record.tokens : await loaders.tokens.load(record.id);
    return tokens.map((token, index) => ({ index, ...token }));
  },
  finishReason: ({ record }) => record.finishReason ?? null,
  usage: ({ record }) => toUsage(record.usage),
  seed: ({ record }) => record.seed ?? null,
  failure: ({ record }) => record.failure ?? null,
  traceId: ({ record }) => record.traceId,
  createdAt: ({ record }) => record.createdAt.toISOString(),
  completedAt: ({ record }) => record.completedAt?.toISOString() ?? null,
};
