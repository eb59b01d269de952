import type { AlreadyFinishedResolvers } from '../__generated__/resolvers.ts';

export const AlreadyFinished: AlreadyFinishedResolvers = {
  message: ({ message }) => message,
  generation: ({ generation }) => generation,
};
