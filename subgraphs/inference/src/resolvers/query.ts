import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { encoderOfVersion, encoders } from '../runtime/encoders.ts';
import { readersOf } from '../runtime/read-texts.ts';
import { visibleSplits } from '../runtime/set-traffic-split.ts';
import { classify } from './classify.ts';
import { deviceSnapshot, deviceSnapshots } from './device-snapshots.ts';
import { embed } from './embed.ts';

const scope = 'inference:read';

export const Query: QueryResolvers = {
  generation(_, { id }, { loaders, identity }) {
    requireScope(identity, scope);
    return loaders.generation.load(id);
  },
  async generations(_, { first, after, status }, { inference, identity }) {
    requireScope(identity, scope);
    const page = pageRequest({ first, after }, { key: ['moment', 'text'] });
    const [createdAt, id] = page.after ?? [];
    const rows = await inference.reader.list({
      tenant: identity.tenant,
      status: status ?? undefined,
      after: createdAt !== undefined && id !== undefined ? [createdAt, id] : undefined,
      limit: page.first + 1,
    });
    return toConnection(rows, page.first, ({ record }) => [record.createdAt.toISOString(), record.id]);
  },
  deployments(_, __, { inference, identity }) {
    requireScope(identity, scope);
    return inference.models.deployments(identity.tenant);
  },
  deployment(_, { id }, { loaders, identity }) {
    requireScope(identity, scope);
    return loaders.deployment.load(id);
  },
  trafficSplits(_, __, { inference, identity }) {
    requireScope(identity, scope);
    return visibleSplits(inference, identity);
  },
  devices(_, __, { inference, identity }) {
    requireScope(identity, scope);
    return deviceSnapshots(inference);
  },
  device(_, { id }, { inference, identity }) {
    requireScope(identity, scope);
    return deviceSnapshot(inference, id);
  },
  embed,
  classify,
  async embeddingModels(_, __, { inference, identity }) {
    requireScope(identity, scope);
    const trained = await readersOf(inference, identity.tenant, 'EMBEDDING');
    const isEmbedding = trained.flatMap(({ versionId, reads }) =>
      reads?.purpose === 'embedding' ? [encoderOfVersion(versionId, reads)] : [],
    );
    return [...encoders, ...isEmbedding];
  },
};
