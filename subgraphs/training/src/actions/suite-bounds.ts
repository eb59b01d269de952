import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { type EvaluationSuite, suiteName } from '../domain/records.ts';
import type { SuiteBound } from '../domain/run-config.ts';
import type { TrainingTask } from '../domain/training-task.ts';
import { suitesByIds } from '../stores/evaluation-suites.ts';

export interface SuiteBoundInput {
  readonly suiteId: string;
  readonly atLeast?: number | null | undefined;
  readonly atMost?: number | null | undefined;
}

const maxSuites = 10;

/** The suites by their names, with bounds that fit what they measure. */
export async function suiteBounds(
  database: Database,
  { tenant }: Identity,
  given: readonly SuiteBoundInput[],
  task: TrainingTask,
): Promise<readonly SuiteBound[] | NotFound | InvalidInput> {
  const ids = given.map(({ suiteId }) => suiteId);
  if (ids.length > maxSuites || new Set(ids).size < ids.length) {
    const message = `needs at most ${maxSuites} different suites, has ${ids.length}`;
    return invalid({ field: 'input.suites', message });
  }
  const found = await suitesByIds(database, tenant, ids);
  const bounds: SuiteBound[] = [];
  for (const [index, { suiteId, atLeast = null, atMost = null }] of given.entries()) {
    const suite = found.find(({ id }) => id === suiteId);
    if (!suite) return notFound('evaluation suite', suiteId);
    if (suite.scoring === 'CONTAINS' && task !== 'LANGUAGE_MODEL') {
      const message = `${suiteName(suite)} scores what a model says, and a model of the task ${task} says nothing`;
      return invalid({ field: `input.suites.${index}.suiteId`, message });
    }
    if (suite.scoring === 'SPEARMAN' && task !== 'EMBEDDING') {
      const message = `${suiteName(suite)} scores vectors, and a model of the task ${task} makes none`;
      return invalid({ field: `input.suites.${index}.suiteId`, message });
    }
    const problem = boundProblem(suite, { atLeast, atMost });
    if (problem)
      return invalid({ field: `input.suites.${index}.${problem.bound}`, message: problem.message });
    bounds.push({ suiteId, suite: suiteName(suite), atLeast, atMost });
  }
  return bounds;
}

function boundProblem(
  suite: EvaluationSuite,
  { atLeast, atMost }: Pick<SuiteBound, 'atLeast' | 'atMost'>,
): { readonly bound: 'atLeast' | 'atMost'; readonly message: string } | undefined {
  if (suite.scoring === 'LOSS' && atLeast !== null) {
    return { bound: 'atLeast', message: `${suiteName(suite)} measures loss: bound it by \`atMost\`` };
  }
  if (suite.scoring !== 'LOSS' && atMost !== null) {
    return { bound: 'atMost', message: `${suiteName(suite)} scores answers: bound it by \`atLeast\`` };
  }
  if (atLeast !== null && !(atLeast >= 0 && atLeast <= 1)) {
    return { bound: 'atLeast', message: `${atLeast} is outside 0 to 1` };
  }
  return undefined;
}
