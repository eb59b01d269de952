import type { Resolvers } from '../__generated__/resolvers.ts';
import { AlreadyFinished } from './AlreadyFinished.ts';
import { Deployment } from './Deployment.ts';
import { Device } from './Device.ts';
import { GeneratedToken, Generation, GenerationChoice } from './Generation.ts';
import * as events from './GenerationEvent.ts';
import { ModelVersion } from './ModelVersion.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { Subscription } from './subscription.ts';
import { TrafficSplit } from './TrafficSplit.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  AlreadyFinished,
  Deployment,
  Device,
  GeneratedToken,
  Generation,
  GenerationChoice,
  ModelVersion,
  TrafficSplit,
  ...events,
};
