/**
 * What people taught the platform, as examples: every wording of a question with the answer.
 *
 * It is asked for by a query of deep-learning's schema, with the identity of whoever wants the data set: who may not read the
 * knowledge gets none of it, and what was forgotten is not in it. The events `knowledge.taught` and `.forgotten` would need
 * a second copy of all knowledge here, to be kept in step for ever, for what is wanted now and then.
 */

import type { GraphQLClient } from '@fathom/platform/client/graphql-client';
import { raisePlatform } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { z } from 'zod';
import { exampleOf } from '../domain/example-reader.ts';
import type { Items } from './ingest-examples.ts';

export interface Asker {
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

export interface TaughtKnowledge {
  /** Items number the pieces from 1, newest first, where something is wrong with one. */
  items(asker: Asker): Items;
}

const pageSize = 100;

const document: TypedDocumentNode<unknown, { first: number; after: string | null }> = parse(/* GraphQL */ `
  query KnowledgeToTrainOn($first: Int!, $after: String) {
    taughtKnowledge(first: $first, after: $after) {
      edges {
        node {
          question
          alsoAskedAs
          answer
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const pageSchema = z.object({
  taughtKnowledge: z.object({
    edges: z.array(
      z.object({
        node: z.object({ question: z.string(), alsoAskedAs: z.array(z.string()), answer: z.string() }),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

export function createTaughtKnowledge(client: GraphQLClient): TaughtKnowledge {
  return {
    async *items(asker) {
      let after: string | null = null;
      let piece = 0;
      do {
        const data: unknown = await client.request(
          document,
          { first: pageSize, after },
          { ...asker, idempotent: true },
        );
        const { edges, pageInfo } = pageSchema.parse(data).taughtKnowledge;
        yield edges.flatMap(({ node }) => {
          piece += 1;
          return [node.question, ...node.alsoAskedAs].map((prompt) =>
            exampleOf({ prompt, completion: node.answer }, piece),
          );
        });
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
    },
  };
}

/** Where nobody says where deep-learning is, or by which key to ask it. */
export const noTaughtKnowledge: TaughtKnowledge = {
  // biome-ignore lint/correctness/useYield: it has nothing.
  async *items() {
    throw raisePlatform('DEPENDENCY_UNAVAILABLE', {
      because:
        'DEEP_LEARNING_URL or IDENTITY_PRIVATE_JWK is not set, so there is no taught knowledge to ask for',
    });
  },
};
