/** A run in MLflow's terms: keys, values, moments. Pure. */
import { flatten } from './flatten.ts';
import type { Evaluation, LossPoint, TrainingRun } from './records.ts';
import type { RunStatus } from './run-states.ts';

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestampMs: number;
  readonly step: number;
}

/** MLflow before 2.8 takes no longer values. */
const maxParamLength = 500;

export function paramsOf(run: TrainingRun): readonly { readonly key: string; readonly value: string }[] {
  const { modelName, dataSetId, initialVersionId, seed, promoteTo, config } = run;
  const flat = flatten({ modelName, dataSetId, initialVersionId, seed, promoteTo, ...config });
  return [...flat].map(([key, json]) => ({
    key,
    value: json.replace(/^"|"$/g, '').slice(0, maxParamLength),
  }));
}

/** A point, and when the worker told it: the same moment each time that it is told to MLflow. */
export interface ToldPoint extends LossPoint {
  readonly toldAt: Date;
}

export function metricsOf(point: ToldPoint): readonly Metric[] {
  const place = { step: point.step, timestampMs: point.toldAt.getTime() };
  const values: readonly (readonly [string, number | null])[] = [
    ['loss', point.loss],
    ['held_out_loss', point.heldOutLoss],
    ['learning_rate', point.learningRate],
    ['gradient_norm', point.gradientNorm],
    ['tokens_per_second', point.tokensPerSecond],
  ];
  return values.flatMap(([key, value]) => (value === null ? [] : [{ key, value, ...place }]));
}

export function resultMetrics(run: TrainingRun, evaluations: readonly Evaluation[]): readonly Metric[] {
  const place = { step: run.step, timestampMs: (run.finishedAt ?? run.createdAt).getTime() };
  return evaluations.flatMap((evaluation) => {
    const values = {
      loss: evaluation.loss,
      exact_match: evaluation.exactMatch,
      score: evaluation.score,
      accuracy: evaluation.accuracy,
      macro_f1: evaluation.macroF1,
      retrieval_accuracy: evaluation.retrievalAccuracy,
      spearman: evaluation.spearman,
    };
    // MLflow's keys hold letters, digits, `_`, `-`, `.`, ` ` and `/`.
    const suite = evaluation.suite.replace('@', ' v');
    return Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [{ key: `${suite}/${name}`, value, ...place }],
    );
  });
}

export function statusOf(status: RunStatus): 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED' {
  switch (status) {
    case 'COMPLETED':
      return 'FINISHED';
    case 'FAILED':
      return 'FAILED';
    case 'CANCELLED':
      return 'KILLED';
    case 'QUEUED':
    case 'PAUSED':
      return 'SCHEDULED';
    default:
      return 'RUNNING';
  }
}
