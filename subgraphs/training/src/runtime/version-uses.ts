/**
 * What refers to a version in other services: deployments and splits of traffic in inference, jobs under way in fine-tuning.
 * They are asked at the moment, by their own schemas; a service that cannot be asked may use it, so that nothing is removed.
 */
import type { GraphQLClient } from '@fathom/platform/client/graphql-client';
import { raisePlatform } from '@fathom/platform/errors';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { z } from 'zod';
import type { DataSetReference, ModelVersion, VersionReference } from '../domain/records.ts';
import type { Asker } from './taught-knowledge.ts';

export interface VersionUses {
  /** Throws DEPENDENCY_UNAVAILABLE where a service cannot be asked. */
  of(version: ModelVersion, asker: Asker): Promise<readonly VersionReference[]>;
  /** Jobs of fine-tuning that still need a data set. Throws as `of` does. */
  ofDataSet(dataSetId: string, asker: Asker): Promise<readonly DataSetReference[]>;
}

const serving: TypedDocumentNode<unknown, Record<string, never>> = parse(/* GraphQL */ `
  query VersionsInService {
    deployments {
      id
      status
      aliases
      modelVersion {
        id
      }
    }
    trafficSplits {
      modelName
      alias
      canary {
        modelVersion {
          id
        }
      }
      shadow {
        modelVersion {
          id
        }
      }
    }
  }
`);

const tuning: TypedDocumentNode<unknown, { first: number; after: string | null }> = parse(/* GraphQL */ `
  query VersionsInTuning($first: Int!, $after: String) {
    fineTuningJobs(first: $first, after: $after) {
      edges {
        node {
          id
          status
          baseVersion {
            id
          }
          dataSet {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const versionSchema = z.object({ id: z.string() });
const shareSchema = z.object({ modelVersion: versionSchema }).nullable();
const servingSchema = z.object({
  deployments: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      aliases: z.array(z.string()),
      modelVersion: versionSchema,
    }),
  ),
  trafficSplits: z.array(
    z.object({ modelName: z.string(), alias: z.string(), canary: shareSchema, shadow: shareSchema }),
  ),
});
const tuningSchema = z.object({
  fineTuningJobs: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          status: z.string(),
          baseVersion: versionSchema,
          dataSet: versionSchema.nullish(),
        }),
      }),
    ),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

type TuningJob = z.infer<typeof tuningSchema>['fineTuningJobs']['edges'][number]['node'];
type Deployed = z.infer<typeof servingSchema>['deployments'][number];

/** One that is ready and that no alias leads to is kept in case somebody asks for it; it leaves once its version is gone. */
const isNeeded = ({ status, aliases }: Deployed): boolean =>
  aliases.length > 0 || ['LOADING', 'DRAINING'].includes(status);
const ended = ['COMPLETED', 'CANCELLED', 'FAILED'];
const pageSize = 100;

export function createVersionUses(peers: {
  readonly inference: GraphQLClient;
  readonly fineTuning: GraphQLClient;
}): VersionUses {
  async function inService(id: string, asker: Asker): Promise<readonly VersionReference[]> {
    const data = await peers.inference.request(serving, {}, { ...asker, idempotent: true });
    const { deployments, trafficSplits } = servingSchema.parse(data);
    return [
      ...deployments
        .filter((deployment) => deployment.modelVersion.id === id && isNeeded(deployment))
        .map((deployment) => ({ kind: 'DEPLOYMENT', id: deployment.id }) as const),
      ...trafficSplits
        .filter(({ canary, shadow }) => [canary, shadow].some((share) => share?.modelVersion.id === id))
        .map(({ modelName, alias }) => ({ kind: 'TRAFFIC_SPLIT', id: `${modelName}/${alias}` }) as const),
    ];
  }

  async function inTuning(
    needs: (job: TuningJob) => boolean,
    asker: Asker,
  ): Promise<readonly (VersionReference & DataSetReference)[]> {
    const found: (VersionReference & DataSetReference)[] = [];
    let after: string | null = null;
    do {
      const data: unknown = await peers.fineTuning.request(
        tuning,
        { first: pageSize, after },
        { ...asker, idempotent: true },
      );
      const { edges, pageInfo } = tuningSchema.parse(data).fineTuningJobs;
      for (const { node } of edges)
        if (needs(node) && !ended.includes(node.status)) found.push({ kind: 'FINE_TUNING_JOB', id: node.id });
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    return found;
  }

  return {
    async of({ id }, { identity, signal }) {
      const asker = lookingAround(identity, signal);
      const needs = ({ baseVersion }: TuningJob) => baseVersion.id === id;
      return (await Promise.all([inService(id, asker), inTuning(needs, asker)])).flat();
    },
    ofDataSet: (id, { identity, signal }) =>
      inTuning(({ dataSet }) => dataSet?.id === id, lookingAround(identity, signal)),
  };
}

/** Whoever may remove something is told what holds it, though perhaps not allowed to look around there. */
const lookingAround = (identity: Asker['identity'], signal: Asker['signal']): Asker => ({
  identity: { ...identity, scopes: ['inference:read', 'fine-tuning:read'] },
  signal,
});

/** Where nobody says where the others are, or by which key to ask them. */
export const unknownVersionUses: VersionUses = {
  of: () => nobodySays('a version'),
  ofDataSet: () => nobodySays('a data set'),
};

function nobodySays(what: string): never {
  throw raisePlatform('DEPENDENCY_UNAVAILABLE', {
    because: `INFERENCE_URL, FINE_TUNING_URL or IDENTITY_PRIVATE_JWK is not set, so nobody can say what uses ${what}`,
  });
}
