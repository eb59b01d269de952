import { requireScope } from '@fathom/platform/server/scopes';
import type {
  GeneratedTokenResolvers,
  GenerationChoiceResolvers,
  GenerationResolvers,
} from '../__generated__/resolvers.ts';
import type { Context } from '../context.ts';
import type { TokenRecord } from '../domain/generation.ts';
import type { ReadGeneration } from '../runtime/generation-reader.ts';
import { deviceSnapshot } from './device-snapshots.ts';
import { toUsage } from './usage.ts';

async function tokensOf(
  { record, hasTokens }: ReadGeneration,
  loaders: Context['loaders'],
): Promise<readonly TokenRecord[]> {
  return hasTokens ? record.tokens : loaders.tokens.load(record.id);
}

function withIndex<Item extends object>(
  items: readonly Item[],
): readonly (Item & { readonly index: number })[] {
  return items.map((item, index) => ({ index, ...item }));
}

export const GeneratedToken: GeneratedTokenResolvers = {
  topLogProbabilities: ({ top }) => top ?? [],
};

export const GenerationChoice: GenerationChoiceResolvers = {
  tokens: ({ tokens }) => withIndex(tokens),
  finishReason: ({ finishReason }) => finishReason ?? null,
};

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
  device: ({ record }, _, { inference }) => deviceSnapshot(inference, record.deviceId),
  async tokens(generation, _, { loaders }) {
    return withIndex(await tokensOf(generation, loaders));
  },
  async choices(generation, _, { loaders }) {
    const { text, finishReason, otherChoices } = generation.record;
    return withIndex([{ text, finishReason, tokens: await tokensOf(generation, loaders) }, ...otherChoices]);
  },
  finishReason: ({ record }) => record.finishReason ?? null,
  usage: ({ record }) => toUsage(record.usage),
  seed: ({ record }) => record.seed ?? null,
  failure: ({ record }) => record.failure ?? null,
  traceId: ({ record }) => record.traceId,
  createdAt: ({ record }) => record.createdAt.toISOString(),
  completedAt: ({ record }) => record.completedAt?.toISOString() ?? null,
};
