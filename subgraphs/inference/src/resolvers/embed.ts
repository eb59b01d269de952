import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers, ResolversTypes } from '../__generated__/resolvers.ts';
import { findEncoder, refuseTexts } from '../domain/embedding-input.ts';
import { raise } from '../errors.ts';
import { encoders } from '../runtime/encoders.ts';

/** Texts to vectors. A client that leaves takes its texts out of the queue. */
export const embed: NonNullable<QueryResolvers['embed']> = async (
  _,
  { input },
  { inference, identity, signal },
): Promise<Awaited<ResolversTypes['EmbedResult']>> => {
  requireScope(identity, 'inference:ask');
  const refusal = refuseTexts(input);
  if (refusal) return { __typename: 'InvalidInput', message: refusal.message, field: refusal.field };
  const encoder = findEncoder(encoders, input.model ?? undefined);
  if (!encoder) {
    const available = encoders.map(({ id }) => id);
    const name = input.model ?? '';
    return { __typename: 'UnknownModel', message: `There is no encoder ${name}.`, model: name, available };
  }
  const outcome = await inference.pool.embed(input.texts, signal);
  switch (outcome.kind) {
    case 'embedded': {
      const embeddings = outcome.texts.map(({ vector, tokens, isCut }, index) => ({
        index,
        vector: [...vector],
        tokens,
        truncated: isCut,
      }));
      const totalTokens = outcome.texts.reduce((sum, { tokens }) => sum + tokens, 0);
      return { __typename: 'Embeddings', encoder, embeddings, totalTokens, deviceMs: outcome.deviceMs };
    }
    case 'overloaded': {
      const { waitingTexts, retryAfterMs } = outcome;
      return {
        __typename: 'Overloaded',
        message: `${waitingTexts} texts wait for a device.`,
        retryAfterMs,
      };
    }
    case 'cancelled':
      throw signal.reason;
    case 'failed':
      throw raise(outcome.code, { because: outcome.message });
  }
};
