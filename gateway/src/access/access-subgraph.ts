/** The gateway's own subgraph, in this process: composed and planned like every other, reached without a socket. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { loadTypeDefs } from '@fathom/platform/repository';
import { GraphQLScalarType } from 'graphql';
import type { Resolvers } from '../__generated__/resolvers.ts';
import type { GatewayContext } from '../context.ts';
import { createLocalSubgraph } from '../subgraphs/local-subgraph.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import type { AccessContext } from './context.ts';
import { apiKey } from './resolvers/api-key.ts';
import { apiKeys } from './resolvers/api-keys.ts';
import { auditEvents } from './resolvers/audit-events.ts';
import { budgets } from './resolvers/budgets.ts';
import { createApiKey } from './resolvers/create-api-key.ts';
import { revokeApiKey } from './resolvers/revoke-api-key.ts';
import { tenantUsage } from './resolvers/tenant-usage.ts';
import { viewer } from './resolvers/viewer.ts';

const dateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
});

const resolvers: Resolvers = {
  Query: { viewer, apiKeys, auditEvents, tenantUsage },
  Viewer: { budgets },
  Mutation: { createApiKey, revokeApiKey },
  ApiKey: apiKey,
  DateTime: dateTime,
};

type SchemaModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>;

export function createAccessSubgraph(
  domain: Pick<AccessContext, 'apiKeys' | 'auditEvents' | 'budgets' | 'usage'>,
): Subgraph {
  const schema = buildSubgraphSchema({ typeDefs: loadTypeDefs('access'), resolvers } as SchemaModule);
  const extend = (context: GatewayContext): AccessContext => ({ ...context, ...domain });
  return createLocalSubgraph(schema, extend);
}
