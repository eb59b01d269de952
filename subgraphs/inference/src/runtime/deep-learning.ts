/** Deep-learning as inference sees it: one question, answered with evidence, abstained from, or not reachable. */

import type { GraphQLClient } from '@fathom/platform/client/graphql-client';
import { AppError } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import { parse } from 'graphql';
import { z } from 'zod';
import type { EvidenceRecord } from '../domain/generation.ts';

export type DeepAnswer =
  | {
      readonly kind: 'answered';
      readonly text: string;
      readonly explanation: string;
      readonly evidence: readonly EvidenceRecord[];
    }
  | { readonly kind: 'abstained'; readonly text: string; readonly explanation: string }
  | { readonly kind: 'unavailable'; readonly because: string };

export interface DeepQuestion {
  readonly question: string;
  readonly generationId: string;
  /** What the model would have said; empty where it was not asked. */
  readonly draft: string;
  /** On whose behalf. */
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

export interface DeepLearning {
  /** Rejects only with the signal's reason. */
  answer(question: DeepQuestion): Promise<DeepAnswer>;
}

const document = parse(/* GraphQL */ `
  mutation AnswerUnknown($input: AnswerUnknownInput!) {
    answerUnknown(input: $input) {
      __typename
      ... on EvidencedAnswer {
        text
        explanation
        evidence {
          similarity
          knowledge {
            id
          }
        }
      }
      ... on Abstention {
        text
        explanation
      }
      ... on InvalidInput {
        message
      }
    }
  }
`);

const answerSchema = z.object({
  answerUnknown: z.discriminatedUnion('__typename', [
    z.object({
      __typename: z.literal('EvidencedAnswer'),
      text: z.string(),
      explanation: z.string(),
      evidence: z.array(z.object({ similarity: z.number(), knowledge: z.object({ id: z.string() }) })),
    }),
    z.object({ __typename: z.literal('Abstention'), text: z.string(), explanation: z.string() }),
    z.object({ __typename: z.literal('InvalidInput'), message: z.string() }),
  ]),
});

/** What asking deep-learning on somebody's behalf needs, whatever else that somebody may do. */
const neededScope = 'deep-learning:read';

export function createDeepLearning(client: GraphQLClient): DeepLearning {
  return {
    async answer({ question, generationId, draft, identity, signal }) {
      const scopes = [...new Set([...identity.scopes, neededScope])];
      try {
        const input = { question, generationId, ...(draft === '' ? {} : { draft }) };
        // Asking twice does no harm: the effects of a question are counted by its generation.
        const data = await client.request(
          document,
          { input },
          { identity: { ...identity, scopes }, signal, idempotent: true },
        );
        return toAnswer(answerSchema.parse(data).answerUnknown);
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'unavailable', because: describe(error) };
      }
    },
  };
}

/** Where no deep-learning is configured. */
export const noDeepLearning: DeepLearning = {
  answer: async () => ({ kind: 'unavailable', because: 'it is not configured' }),
};

function toAnswer(result: z.infer<typeof answerSchema>['answerUnknown']): DeepAnswer {
  switch (result.__typename) {
    case 'EvidencedAnswer': {
      const evidence = result.evidence.map(({ similarity, knowledge }) => ({
        knowledgeId: knowledge.id,
        similarity,
      }));
      return { kind: 'answered', text: result.text, explanation: result.explanation, evidence };
    }
    case 'Abstention':
      return { kind: 'abstained', text: result.text, explanation: result.explanation };
    case 'InvalidInput':
      return { kind: 'unavailable', because: result.message };
  }
}

function describe(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return 'it gave an answer that is not understood';
}
