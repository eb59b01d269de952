/** What the parent of each type's resolvers really is. */
import type { ChoiceRecord, TokenRecord } from './domain/generation.ts';
import type { DeviceSnapshot } from './engine/device-snapshot.ts';
import type { ReadGeneration, StreamedEvent } from './runtime/generation-reader.ts';
import type { DeploymentRow } from './stores/model-store.ts';
import type { TrafficSplitRow } from './stores/traffic-split-store.ts';

export interface Generation extends ReadGeneration {
  readonly __typename?: 'Generation';
}
export interface Event extends StreamedEvent {}
export interface Choice extends ChoiceRecord {
  readonly index: number;
}
export interface Token extends TokenRecord {
  readonly index: number;
}
export interface Deployment extends DeploymentRow {}
export interface Device extends DeviceSnapshot {
  /** Of the process that computes on it. */
  readonly instance: string;
}
export interface ModelVersion {
  readonly id: string;
}
export interface TrafficSplit extends TrafficSplitRow {}
