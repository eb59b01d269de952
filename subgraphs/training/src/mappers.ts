/** What the resolvers' parents really are, where they are not records of the domain. */
import type { Checkpoint, LossPoint, Transition } from './domain/records.ts';

interface ProgressEvent {
  readonly runId: string;
  readonly sequence: number;
  readonly cursor: string;
}

export interface Stepped extends ProgressEvent {
  readonly __typename: 'TrainingStepped';
  readonly point: LossPoint;
  readonly etaSeconds: number;
}

export interface Checkpointed extends ProgressEvent {
  readonly __typename: 'TrainingCheckpointed';
  readonly checkpoint: Checkpoint;
}

export interface Transitioned extends ProgressEvent {
  readonly __typename: 'TrainingRunTransitioned';
  readonly transition: Transition;
}

export type Progress = Stepped | Checkpointed | Transitioned;
