import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers, ResolversTypes } from '../__generated__/resolvers.ts';
import { type Encoder, findEncoder, refuseTexts } from '../domain/texts-input.ts';
import { encoderOfVersion, encoders } from '../runtime/encoders.ts';
import type { OverloadRefusal, Read } from '../runtime/read.ts';
import { readByVersion, readTexts } from '../runtime/read-texts.ts';
import { textRefusal } from './text-refusal.ts';

type Result = Awaited<ResolversTypes['EmbedResult']>;

/** Texts to vectors. A client that leaves takes its texts out of the queue. */
export const embed: NonNullable<QueryResolvers['embed']> = async (
  _,
  { input },
  { inference, identity, signal, traceId },
): Promise<Result> => {
  requireScope(identity, 'inference:ask');
  const { texts } = input;
  const refusal = refuseTexts(input);
  if (refusal) return textRefusal(refusal);
  const reference = input.model ?? encoders[0].id;
  const own = findEncoder(encoders, reference);
  const { tenant } = identity;
  if (own) {
    const read = await readTexts(inference, { tenant, texts, signal });
    inference.readingUsage.record({ tenant, traceId, modelVersionId: own.id, read });
    return toResult(read, own);
  }
  const read = await readByVersion(inference, { tenant, purpose: 'embedding', reference, texts, signal });
  switch (read.kind) {
    case 'read':
      inference.readingUsage.record({ tenant, traceId, modelVersionId: read.model.versionId, read });
      return toResult(read, encoderOfVersion(read.model.versionId, read.model.reads));
    case 'unknown-model':
      return textRefusal({ ...read, available: [...encoders.map(({ id }) => id), ...read.available] });
    default:
      return textRefusal(read);
  }
};

function toResult(read: Read | OverloadRefusal, encoder: Encoder): Result {
  if (read.kind === 'overloaded') return textRefusal(read);
  const embeddings = read.texts.map(({ values, tokens, isCut }, index) => ({
    index,
    vector: [...values],
    tokens,
    truncated: isCut,
  }));
  const { totalTokens, deviceMs } = read;
  return { __typename: 'Embeddings', encoder, embeddings, totalTokens, deviceMs };
}
