import type { TrafficSplitResolvers } from '../__generated__/resolvers.ts';

export const TrafficSplit: TrafficSplitResolvers = {
  stable: ({ modelName, alias }, _, { inference, identity }) => {
    const resolution = inference.deployments.catalogue.resolve(`${modelName}@${alias}`, identity.tenant);
    return resolution.kind === 'version' ? { id: resolution.versionId } : null;
  },
  canary: ({ canary }, _, { inference }) =>
    canary
      ? {
          modelVersion: { id: canary.versionId },
          percent: canary.percent,
          isServing: inference.deployments.isReady(canary.versionId),
        }
      : null,
  shadow: ({ shadow, counts }, _, { inference }) =>
    shadow
      ? {
          modelVersion: { id: shadow.versionId },
          percent: shadow.percent,
          isServing: inference.deployments.isReady(shadow.versionId),
          ...counts,
        }
      : null,
  setAt: ({ setAt }) => setAt.toISOString(),
};
