/** What the resolvers' parents really are, where they are not records of the domain. */
import type { EventPlace } from '@fathom/platform/jobs/follow-job';
import type { JobStatus } from './domain/job-states.ts';
import type { LossPoint } from './domain/records.ts';

export interface Stepped extends EventPlace {
  readonly __typename: 'FineTuningStepped';
  readonly point: LossPoint;
  readonly etaSeconds: number;
}

export interface Transitioned extends EventPlace {
  readonly __typename: 'FineTuningJobTransitioned';
  readonly status: JobStatus;
  readonly detail: string | null;
}

export type Progress = Stepped | Transitioned;
