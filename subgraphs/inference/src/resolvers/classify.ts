import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers, ResolversTypes } from '../__generated__/resolvers.ts';
import { classScores } from '../domain/class-scores.ts';
import { refuseRange } from '../domain/refusal.ts';
import { readByVersion } from '../runtime/read-texts.ts';
import { textRefusal } from './text-refusal.ts';

const defaultTopLabels = 5;
const mostLabels = 1_000;

/** Texts to labels. A client that leaves takes its texts out of the queue. */
export const classify: NonNullable<QueryResolvers['classify']> = async (
  _,
  { input },
  { inference, identity, signal, traceId },
): Promise<Awaited<ResolversTypes['ClassifyResult']>> => {
  requireScope(identity, 'inference:ask');
  const topLabels = input.topLabels ?? defaultTopLabels;
  const refusal = refuseRange('input.topLabels', topLabels, { from: 1, to: mostLabels });
  if (refusal) return textRefusal(refusal);
  const { tenant } = identity;
  const { texts, model: reference } = input;
  const read = await readByVersion(inference, {
    tenant,
    purpose: 'classification',
    reference,
    texts,
    signal,
  });
  if (read.kind !== 'read') return textRefusal(read);
  const { versionId, reads } = read.model;
  inference.readingUsage.record({ tenant, traceId, modelVersionId: versionId, read });
  const classifications = read.texts.map(({ values, tokens, isCut }, index) => {
    const scores = classScores(reads.labels, values);
    const { label = '', score = 0 } = scores[0] ?? {};
    return { index, label, score, scores: scores.slice(0, topLabels), tokens, truncated: isCut };
  });
  const { totalTokens, deviceMs } = read;
  return {
    __typename: 'Classifications',
    modelVersion: { id: versionId },
    classifications,
    totalTokens,
    deviceMs,
  };
};
