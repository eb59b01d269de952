/** What the service keeps. Losses are nats a token. */
import type { JobStatus } from './job-states.ts';

/** Owns what the product ships; every tenant may start from it. */
export const platformTenant = 'platform';

export interface FineTuningJob {
  readonly id: string;
  readonly tenant: string;
  readonly baseVersionId: string;
  readonly modelName: string;
  readonly dataSetId: string | null;
  readonly examplesUri: string;
  readonly exampleCount: number | null;
  readonly rank: number;
  readonly alpha: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly status: JobStatus;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  readonly initialHeldOutLoss: number | null;
  readonly finalHeldOutLoss: number | null;
  readonly parameterCount: number | null;
  readonly checkpointStep: number | null;
  readonly checkpointSha256: string | null;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly lastSequence: number;
}

export interface KnownVersion {
  /** `name@number` */
  readonly id: string;
  readonly tenant: string;
  readonly modelName: string;
  readonly kind: 'FULL' | 'ADAPTER';
  readonly artifactUri: string;
  readonly fineTuningJobId: string | null;
}

export interface KnownDataSet {
  readonly id: string;
  readonly tenant: string;
  /** Null where only the record is kept, not the content. */
  readonly artifactUri: string | null;
  readonly exampleCount: number;
}

/** A version of the registry, by its id alone. */
export interface VersionReference {
  readonly id: string;
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
}
