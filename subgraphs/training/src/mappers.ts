/** What the resolvers' parents really are, where they are not records of the domain. */
import type { EventPlace } from '@fathom/platform/jobs/follow-job';
import type { Checkpoint, LossPoint, TrainingSample, Transition } from './domain/records.ts';

export interface Stepped extends EventPlace {
  readonly __typename: 'TrainingStepped';
  readonly point: LossPoint;
  readonly stepBefore: number | undefined;
  readonly etaSeconds: number;
}

export interface Checkpointed extends EventPlace {
  readonly __typename: 'TrainingCheckpointed';
  readonly checkpoint: Checkpoint;
}

export interface Sampled extends EventPlace {
  readonly __typename: 'TrainingSampled';
  readonly samples: readonly TrainingSample[];
}

export interface Transitioned extends EventPlace {
  readonly __typename: 'TrainingRunTransitioned';
  readonly transition: Transition;
}

export type Progress = Stepped | Checkpointed | Sampled | Transitioned;
