/**
 * One generation of the supergraph, immutable: its schema, its planner, its executor and the subgraphs it names.
 *
 * Invariant: whatever starts on a snapshot ends on it. A reload makes a new snapshot beside it; the old one is stopped
 * when its last operation and its last stream have ended (`retain` and `release`), so a reload drops no event.
 */
import type { Schema } from '@apollo/federation-internals';
import type { QueryPlanner } from '@apollo/query-planner';
import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Requirements } from '../authorisation/requirements.ts';
import type { GatewayContext } from '../context.ts';
import type { OverrideLabels } from '../execution/override-labels.ts';
import type { FieldSetNames } from '../execution/response-names.ts';
import type { CostTable } from '../limits/cost-table.ts';
import type { Service } from '../subgraphs/services.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import type { SharedStreamRule } from '../subscriptions/shared/shared-stream-rules.ts';

export interface Snapshot {
  /** The first 12 hex digits of the SHA-256 of the supergraph's text. */
  readonly id: string;
  readonly supergraphSdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** The same as Apollo's planner wants it. */
  readonly federationApiSchema: Schema;
  /** With the elements that clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  readonly costs: CostTable;
  /** What it demands of whoever asks. */
  readonly requirements: Requirements;
  /** Something in it is `@inaccessible`, so what a subgraph sends may have to be filtered. */
  readonly hidesElements: boolean;
  readonly services: Readonly<Record<string, Service>>;
  /** The same as the executor wants them. */
  readonly subgraphs: Readonly<Record<string, Subgraph>>;
  readonly fieldSetNames: FieldSetNames;
  readonly objectTypeNames: ReadonlySet<unknown>;
  readonly maxAnswerBytes: number;
  readonly overrideLabels: OverrideLabels;
  /** Root fields of subscriptions whose upstream may be shared, by name. */
  readonly sharedStreams: ReadonlyMap<string, SharedStreamRule>;
  /** The stock executor; made when it is first asked for. */
  apolloServer(): Promise<ApolloServer<GatewayContext>>;
  /** Operations and streams that run on it. */
  readonly inUse: number;
  retain(): void;
  release(): void;
  /** No more operations will start here: stop when the last one has ended. */
  retire(): void;
}
