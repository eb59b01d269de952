import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { aliasProblem, modelNameProblem } from '../domain/names.ts';
import { removedText, type TrainingRun } from '../domain/records.ts';
import {
  type Architecture,
  checkRunConfig,
  checkSampling,
  type Given,
  type GivenSampling,
  type Hyperparameters,
  type RunConfig,
} from '../domain/run-config.ts';
import { type TrainingTask, taskOfConfig } from '../domain/training-task.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { ensureModel, versionsByIds } from '../stores/registry.ts';
import { keepVersion, removalOf } from '../stores/removals.ts';
import { recordTransition } from '../stores/run-progress.ts';
import { insertRun, type NewRun, runById } from '../stores/training-runs.ts';
import { mayChange } from './ownership.ts';
import { type SuiteBoundInput, suiteBounds } from './suite-bounds.ts';

export interface StartTrainingRunInput {
  readonly modelName: string;
  readonly dataSetId: string;
  readonly task?: TrainingTask | null | undefined;
  readonly initialVersionId?: string | null | undefined;
  readonly architecture?: Given<Architecture> | null | undefined;
  readonly hyperparameters?: Given<Hyperparameters> | null | undefined;
  readonly seed?: number | null | undefined;
  readonly promoteTo?: string | null | undefined;
  readonly samples?: GivenSampling | null | undefined;
  readonly suites?: readonly SuiteBoundInput[] | null | undefined;
}

/** Where an action tells the worker's side that there is something to do. */
export interface Runs {
  readonly database: Database;
  readonly progress: ProgressStream;
  readonly wake: () => void;
  /** Recorded with every run. */
  readonly codeVersion: string;
}

/** Checks everything that can be known before the work, then queues the run. Needs `training:write`. */
export async function startTrainingRun(
  runs: Runs,
  identity: Identity,
  input: StartTrainingRunInput,
): Promise<TrainingRun | NotFound | InvalidInput> {
  requireScope(identity, 'training:write');
  const checked = checkInput(input);
  if ('problem' in checked) return invalid(checked.problem);
  const refusal = await missingReference(runs.database, identity, input);
  if (refusal) return refusal;
  const suites = await suiteBounds(runs.database, identity, input.suites ?? [], taskOf(input));
  if ('__typename' in suites) return suites;

  const run: NewRun = {
    id: `run_${randomUUID()}`,
    tenant: identity.tenant,
    modelName: input.modelName,
    dataSetId: input.dataSetId,
    initialVersionId: input.initialVersionId ?? null,
    promoteTo: input.promoteTo ?? null,
    config: suites.length > 0 ? { ...checked.config, suites } : checked.config,
    seed: input.seed ?? 1,
    totalSteps: checked.config.hyperparameters.steps,
    startedBy: identity.subject,
    retryOf: null,
    codeVersion: runs.codeVersion,
  };
  return queueRun(runs, identity, run);
}

/** Makes the run's row with its first transition, and tells the worker's side. */
export async function queueRun(
  { database, progress, wake }: Runs,
  identity: Identity,
  run: NewRun,
): Promise<TrainingRun | InvalidInput> {
  const queued = await database.transaction(async (tx) => {
    const model = await ensureModel(tx, run.modelName, identity.tenant);
    if (!mayChange(identity, model)) return 'not yours';
    const removal = run.initialVersionId === null ? undefined : await keepVersion(tx, run.initialVersionId);
    if (removal) return removal;
    await insertRun(tx, run);
    const at = new Date().toISOString();
    const detail = run.retryOf ? `repeats ${run.retryOf}; waits for a worker` : 'waits for a worker';
    await recordTransition(tx, run.id, { from: null, to: 'QUEUED', detail, at });
    return 'queued';
  });
  if (typeof queued === 'object')
    return invalid({ field: 'input.initialVersionId', message: removedText(queued) });
  if (queued === 'not yours') {
    return invalid({
      field: 'input.modelName',
      message: `"${run.modelName}" belongs to somebody else; take another name`,
    });
  }
  await progress.publish(run.id);
  wake();
  return (await runById(database, run.id))!;
}

const taskOf = ({ task }: StartTrainingRunInput): TrainingTask => task ?? 'LANGUAGE_MODEL';

function checkInput(
  input: StartTrainingRunInput,
): ReturnType<typeof checkRunConfig> & { config?: RunConfig } {
  const problem =
    modelNameProblem(input.modelName, 'input.modelName') ??
    (input.promoteTo == null ? undefined : aliasProblem(input.promoteTo, 'input.promoteTo'));
  if (problem) return { problem };
  const task = taskOf(input);
  if (input.samples != null && task !== 'LANGUAGE_MODEL')
    return { problem: { field: 'input.samples', message: `a model of the task ${task} answers no prompts` } };
  const sampling = checkSampling(input.samples);
  if ('problem' in sampling) return sampling;
  const checked = checkRunConfig({
    architecture: input.architecture,
    hyperparameters: input.hyperparameters,
    continues: input.initialVersionId != null,
    task,
  });
  return 'config' in checked ? { config: { ...checked.config, ...sampling } } : checked;
}

async function missingReference(
  database: Database,
  { tenant }: Identity,
  input: StartTrainingRunInput,
): Promise<NotFound | InvalidInput | undefined> {
  const [dataSet] = await dataSetsByIds(database, tenant, [input.dataSetId]);
  if (!dataSet) return notFound('data set', input.dataSetId);
  if (dataSet.artifactUri === null) {
    const message = `Only the record of ${dataSet.id} is kept, not its examples. Store them as a data set of your own.`;
    return invalid({ field: 'input.dataSetId', message });
  }
  if (input.initialVersionId == null) return undefined;
  const [version] = await versionsByIds(database, tenant, [input.initialVersionId]);
  if (!version) return notFound('model version', input.initialVersionId);
  const removal = await removalOf(database, version.id);
  if (removal) return invalid({ field: 'input.initialVersionId', message: removedText(removal) });
  const from = taskOfConfig(version.config);
  if (taskOf(input) !== 'LANGUAGE_MODEL' || version.kind === 'ADAPTER' || from === 'LANGUAGE_MODEL')
    return undefined;
  const message = `${version.id} is of the task ${from}: it has no head that predicts a next token`;
  return invalid({ field: 'input.initialVersionId', message });
}
