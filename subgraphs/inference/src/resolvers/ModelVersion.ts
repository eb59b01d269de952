import { raisePlatform } from '@fathom/platform/errors';
import { requireScope } from '@fathom/platform/server/scopes';
import type { ModelVersionResolvers } from '../__generated__/resolvers.ts';

const maxGenerations = 100;

export const ModelVersion: ModelVersionResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  deployment({ id }, _, { loaders, identity }) {
    requireScope(identity, 'inference:read');
    return loaders.deploymentOfVersion.load(id);
  },
  generations({ id }, { first }, { loaders, identity }) {
    requireScope(identity, 'inference:read');
    if (first < 1 || first > maxGenerations) {
      throw raisePlatform('BAD_USER_INPUT', {
        because: `\`first\` is ${first}, allowed are 1 to ${maxGenerations}`,
      });
    }
    return loaders.generationsOfVersion(first).load(id);
  },
};
