import { raisePlatform } from '@fathom/platform/errors';
import { requireScope } from '@fathom/platform/server/scopes';
import type { ServiceResolvers } from '../__generated__/resolvers.ts';
import { requestHistory, requestStatistics } from '../domain/statistics.ts';
import type { Loaders } from '../loaders.ts';

export const Service: ServiceResolvers = {
  async __resolveReference({ name }, { loaders, identity }) {
    requireScope(identity, 'monitoring:read');
    return loaders.service.load(name);
  },

  async uptimeSeconds({ name }, _, { loaders }) {
    const startedAt = (await latest(loaders, name))?.startedAt ?? null;
    return startedAt === null ? null : loaders.now.getTime() / 1000 - startedAt;
  },

  async memoryBytes({ name }, _, { loaders }) {
    return (await latest(loaders, name))?.memoryBytes ?? null;
  },

  async requests({ name }, { windowSeconds }, { loaders }) {
    const seconds = within('windowSeconds', windowSeconds ?? 60, 10, 86_400);
    return requestStatistics(await snapshots(loaders, name, seconds), span(loaders, seconds));
  },

  async history({ name }, { windowSeconds, maxPoints }, { loaders }) {
    const seconds = within('windowSeconds', windowSeconds ?? 900, 60, 86_400);
    const points = within('maxPoints', maxPoints ?? 60, 1, 500);
    return requestHistory(await snapshots(loaders, name, seconds), span(loaders, seconds), points);
  },
};

async function snapshots(loaders: Loaders, name: string, seconds: number) {
  return (await loaders.window.load(seconds)).get(name) ?? [];
}

async function latest(loaders: Loaders, name: string) {
  return (await snapshots(loaders, name, 0)).at(-1)?.content;
}

function span({ now }: Loaders, seconds: number) {
  return { from: new Date(now.getTime() - seconds * 1000), to: now };
}

function within(field: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw raisePlatform('BAD_USER_INPUT', {
    because: `\`${field}\` is ${value}, allowed are ${least} to ${most}`,
    details: { field },
  });
}
