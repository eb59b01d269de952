import type { Resolvers } from '../__generated__/resolvers.ts';
import { Alert, AlertEvent, AlertRule } from './Alert.ts';
import { Device } from './Device.ts';
import { ModelVersion } from './ModelVersion.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { Service } from './Service.ts';
import { Subscription } from './subscription.ts';

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  Service,
  Alert,
  AlertRule,
  AlertEvent,
  Device,
  ModelVersion,
};
