/** What the service keeps. Losses are nats a token; sizes bytes; a version's id is `name@number`. */
import type { Example } from '@fathom/neural/training/examples';
import type { Statistics } from './example-statistics.ts';
import type { RunConfig } from './run-config.ts';
import type { RunStatus, StopReason } from './run-states.ts';

/** Owns what the product ships: every tenant sees it, only an administrator changes it. */
export const platformTenant = 'platform';

/** As many as `DataSet.sample` shows at most. */
export const sampleSize = 50;

/** An example as it is shown: a passage of plain text has no prompt. */
export interface SampleExample {
  readonly prompt: string;
  readonly completion: string;
  /** Of a graded pair. */
  readonly score?: number;
}

export const toSample = (example: Example): SampleExample =>
  'text' in example
    ? { prompt: '', completion: example.text }
    : {
        prompt: example.prompt,
        completion: example.completion,
        ...(example.score === undefined ? {} : { score: example.score }),
      };

export interface DataSet {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** Of its name, from 1. */
  readonly version: number;
  readonly exampleCount: number;
  /** Null with `artifactUri`. */
  readonly sizeBytes: number | null;
  readonly sha256: string;
  /** Null where only the record is kept, not the content. */
  readonly artifactUri: string | null;
  readonly sample: readonly SampleExample[];
  /** Null where it was not gathered: only the record is kept, or it was stored before there were statistics. */
  readonly statistics: Statistics | null;
  readonly featureViewId: string | null;
  readonly featuresAsOf: Date | null;
  readonly provenance: string | null;
  readonly createdAt: Date;
}

export interface TrainingRun {
  readonly id: string;
  readonly tenant: string;
  readonly modelName: string;
  readonly dataSetId: string | null;
  readonly initialVersionId: string | null;
  readonly promoteTo: string | null;
  /** What the run was started with; for imported runs whatever their recipe recorded. */
  readonly config: RunConfig | Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly status: RunStatus;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly stopReason: StopReason | null;
  /** Claims by workers so far. */
  readonly attempt: number;
  readonly retryOf: string | null;
  /** Null for imported runs. */
  readonly codeVersion: string | null;
  readonly step: number;
  readonly totalSteps: number;
  readonly tokensSeen: number;
  readonly parameterCount: number | null;
  readonly loss: number | null;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly lastSequence: number;
}

export interface Transition {
  readonly from: RunStatus | null;
  readonly to: RunStatus;
  readonly detail: string | null;
  readonly at: Date;
}

export interface LossPoint {
  readonly step: number;
  readonly tokensSeen: number;
  readonly loss: number;
  readonly heldOutLoss: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
}

export interface Checkpoint {
  readonly id: string;
  readonly step: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of this very step; null where it was not measured. */
  readonly heldOutLoss: number | null;
  readonly artifactUri: string;
  readonly createdAt: Date;
}

/** What a run's model said to a fixed prompt after a step. */
export interface TrainingSample {
  readonly step: number;
  readonly prompt: string;
  readonly completion: string;
}

export type Scoring = 'EXACT_MATCH' | 'CONTAINS' | 'LOSS' | 'SPEARMAN';

export interface EvaluationSuite {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** Of its name, from 1. */
  readonly version: number;
  readonly description: string | null;
  readonly scoring: Scoring;
  readonly dataSetId: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** As people and evaluations call it. */
export const suiteName = ({ name, version }: Pick<EvaluationSuite, 'name' | 'version'>): string =>
  `${name}@${version}`;

export interface Model {
  readonly name: string;
  readonly tenant: string;
  readonly createdAt: Date;
}

export interface ModelVersion {
  readonly id: string;
  readonly tenant: string;
  readonly modelName: string;
  readonly number: number;
  readonly kind: 'FULL' | 'ADAPTER';
  readonly parentId: string | null;
  readonly trainingRunId: string | null;
  readonly fineTuningJobId: string | null;
  readonly parameterCount: number;
  /** The text of `config.json`. */
  readonly config: string;
  readonly artifactUri: string;
  readonly sizeBytes: number;
  readonly createdAt: Date;
}

/** Who removed a version, and why. Its id is the version's. */
export interface ModelVersionRemoval {
  readonly id: string;
  readonly removedBy: string;
  readonly reason: string;
  readonly removedAt: Date;
}

/** What keeps a data set from being removed. */
export interface DataSetReference {
  readonly kind: 'EVALUATION_RUN' | 'EVALUATION_SUITE' | 'FINE_TUNING_JOB' | 'TRAINING_RUN';
  readonly id: string;
}

export interface DataSetRemoval {
  /** The data set's. */
  readonly id: string;
  /** Where its examples were. */
  readonly artifactUri: string;
  readonly removedBy: string;
  readonly reason: string;
  readonly removedAt: Date;
}

export const removedText = ({ id, removedBy, reason, removedAt }: ModelVersionRemoval): string =>
  `${id} was removed by ${removedBy} at ${removedAt.toISOString()}: ${reason}`;

/** What refers to a version, so that it cannot be removed. */
export interface VersionReference {
  readonly kind:
    | 'ALIAS'
    | 'CHILD_VERSION'
    | 'DEPLOYMENT'
    | 'EVALUATION_RUN'
    | 'FINE_TUNING_JOB'
    | 'TRAFFIC_SPLIT'
    | 'TRAINING_RUN';
  readonly id: string;
}

const shownReferences = 10;

/** For people: `alias facts/champion, training run run_1 and 3 more`. */
export function referencesText(
  references: readonly { readonly kind: string; readonly id: string }[],
): string {
  const shown = references
    .slice(0, shownReferences)
    .map(({ kind, id }) => `${kind.toLowerCase().replaceAll('_', ' ')} ${id}`)
    .join(', ');
  const more = references.length - shownReferences;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

export interface Evaluation {
  readonly id: string;
  readonly versionId: string;
  readonly trainingRunId: string | null;
  /** Null where whoever sees the version may see it. */
  readonly tenant: string | null;
  readonly suite: string;
  readonly exampleCount: number;
  /** Null where only answers were compared. */
  readonly loss: number | null;
  readonly perplexity: number | null;
  readonly exactMatch: number | null;
  /** Of a classifier, and of vectors: see `task-metrics.ts`. */
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  readonly retrievalAccuracy: number | null;
  readonly spearman: number | null;
  /** Null where it was no named suite. */
  readonly suiteId: string | null;
  /** Where it was no suite but a data set. */
  readonly dataSetId: string | null;
  /** 0 to 1: the share that the suite's rule found right; null where it measures loss. */
  readonly score: number | null;
  readonly createdAt: Date;
}

/** A measurement of a version that somebody asked for. */
export interface EvaluationRun {
  readonly id: string;
  readonly tenant: string;
  readonly versionId: string;
  readonly suiteId: string | null;
  /** The suite's, or what was asked for itself. */
  readonly dataSetId: string;
  readonly status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly evaluationId: string | null;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface ModelAlias {
  readonly modelName: string;
  readonly name: string;
  readonly versionId: string;
}

export interface AliasMove {
  readonly id: string;
  readonly modelName: string;
  readonly alias: string;
  readonly fromVersionId: string | null;
  readonly toVersionId: string;
  readonly movedBy: string;
  readonly reason: string;
  readonly evaluationId: string | null;
  readonly movedAt: Date;
}
