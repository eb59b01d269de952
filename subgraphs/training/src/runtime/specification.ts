import type { Database } from '@fathom/platform/database/database';
import { type Checkpoint, type ModelVersion, removedText, type TrainingRun } from '../domain/records.ts';
import { defaultHyperparameters, type RunConfig, type SuiteBound } from '../domain/run-config.ts';
import { raise } from '../errors.ts';
import { aliasTarget } from '../stores/aliases.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { suitesByIds } from '../stores/evaluation-suites.ts';
import { versionById } from '../stores/registry.ts';
import { removalOf } from '../stores/removals.ts';
import { checkpointsOfRuns } from '../stores/run-progress.ts';
import type {
  CheckpointReference,
  SuiteSpecification,
  TrainingSpecification,
  VersionFiles,
} from '../worker/protocol.ts';

export interface SpecificationOptions {
  readonly database: Database;
  readonly threads: number;
}

/** What a worker needs to begin, or to go on with, a run. Throws the AppError that the run fails with. */
export async function specificationOf(
  run: TrainingRun,
  { database, threads }: SpecificationOptions,
): Promise<TrainingSpecification> {
  const { task = 'LANGUAGE_MODEL', architecture, hyperparameters, samples, suites } = run.config as RunConfig;
  const checkpoints = await checkpointsOfRuns(database, [run.id]);
  return {
    runId: run.id,
    task,
    dataSetUri: await dataSetUri(database, run),
    start: run.initialVersionId
      ? {
          kind: 'continue',
          files: await filesOf(database, await requireVersion(database, run.initialVersionId)),
        }
      : { kind: 'scratch', architecture: architecture! },
    // A run that was queued before a hyperparameter existed has its default.
    hyperparameters: { ...defaultHyperparameters, ...hyperparameters },
    seed: run.seed,
    samples: samples ? { ...samples, prompts: [...samples.prompts] } : null,
    suites: await suitesOf(database, run, suites ?? []),
    resumeFrom: referenceTo(checkpoints[0]),
    best: referenceTo(bestOf(checkpoints)),
    incumbent: await incumbentOf(database, run),
    threads,
  };
}

const referenceTo = (checkpoint: Checkpoint | undefined): CheckpointReference | null =>
  checkpoint
    ? { step: checkpoint.step, sha256: checkpoint.sha256, artifactUri: checkpoint.artifactUri }
    : null;

/** That of the lowest held-out loss; of equal ones the earliest, as the training loop counts. */
function bestOf(newestFirst: readonly Checkpoint[]): Checkpoint | undefined {
  let best: Checkpoint | undefined;
  for (const checkpoint of newestFirst) {
    if (checkpoint.heldOutLoss === null) continue;
    if (!best || checkpoint.heldOutLoss <= best.heldOutLoss!) best = checkpoint;
  }
  return best;
}

async function suitesOf(
  database: Database,
  run: TrainingRun,
  bounds: readonly SuiteBound[],
): Promise<SuiteSpecification[]> {
  const ids = bounds.map(({ suiteId }) => suiteId);
  const suites = await suitesByIds(database, run.tenant, ids);
  const dataSets = await dataSetsByIds(
    database,
    run.tenant,
    suites.map(({ dataSetId }) => dataSetId),
  );
  return ids.map((suiteId) => {
    const suite = suites.find(({ id }) => id === suiteId);
    const dataSet = dataSets.find(({ id }) => id === suite?.dataSetId);
    if (!suite || !dataSet?.artifactUri)
      throw raise('DATA_SET_CONTENT_MISSING', { because: `suite ${suiteId}` });
    return { suiteId, dataSetUri: dataSet.artifactUri, scoring: suite.scoring };
  });
}

async function dataSetUri(database: Database, run: TrainingRun): Promise<string> {
  const [dataSet] = run.dataSetId ? await dataSetsByIds(database, run.tenant, [run.dataSetId]) : [];
  if (!dataSet?.artifactUri) throw raise('DATA_SET_CONTENT_MISSING', { because: run.dataSetId ?? 'none' });
  return dataSet.artifactUri;
}

async function incumbentOf(database: Database, run: TrainingRun): Promise<VersionFiles | null> {
  if (!run.promoteTo) return null;
  const target = await aliasTarget(database, run.modelName, run.promoteTo);
  return target ? filesOf(database, await requireVersion(database, target)) : null;
}

export async function filesOf(database: Database, version: ModelVersion): Promise<VersionFiles> {
  if (version.kind === 'FULL') {
    return { versionId: version.id, artifactUri: version.artifactUri, adapterUri: null };
  }
  const base = await requireVersion(database, version.parentId ?? '');
  return { versionId: version.id, artifactUri: base.artifactUri, adapterUri: version.artifactUri };
}

export async function requireVersion(database: Database, id: string): Promise<ModelVersion> {
  const version = await versionById(database, id);
  if (!version) throw raise('MODEL_INVALID', { because: `version ${id} is not registered` });
  const removal = await removalOf(database, id);
  if (removal) throw raise('MODEL_INVALID', { because: removedText(removal) });
  return version;
}
