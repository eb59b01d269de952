import type { Database } from '@fathom/platform/database/database';
import type { ModelVersion, TrainingRun } from '../domain/records.ts';
import { defaultHyperparameters, type RunConfig } from '../domain/run-config.ts';
import { raise } from '../errors.ts';
import { aliasTarget } from '../stores/aliases.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { versionById } from '../stores/registry.ts';
import { checkpointsOfRuns } from '../stores/run-progress.ts';
import type { TrainingSpecification, VersionFiles } from '../worker/protocol.ts';

export interface SpecificationOptions {
  readonly database: Database;
  readonly checkpointFolder: string;
  readonly threads: number;
}

/** What a worker needs to begin, or to go on with, a run. Throws the AppError that the run fails with. */
export async function specificationOf(
  run: TrainingRun,
  { database, checkpointFolder, threads }: SpecificationOptions,
): Promise<TrainingSpecification> {
  const { architecture, hyperparameters } = run.config as RunConfig;
  const [checkpoint] = await checkpointsOfRuns(database, [run.id]);
  return {
    runId: run.id,
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
    checkpointFolder,
    resumeFrom: checkpoint ? { step: checkpoint.step, sha256: checkpoint.sha256 } : null,
    incumbent: await incumbentOf(database, run),
    threads,
  };
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

async function filesOf(database: Database, version: ModelVersion): Promise<VersionFiles> {
  if (version.kind === 'FULL') {
    return { versionId: version.id, artifactUri: version.artifactUri, adapterUri: null };
  }
  const base = await requireVersion(database, version.parentId ?? '');
  return { versionId: version.id, artifactUri: base.artifactUri, adapterUri: version.artifactUri };
}

async function requireVersion(database: Database, id: string): Promise<ModelVersion> {
  const version = await versionById(database, id);
  if (!version) throw raise('MODEL_INVALID', { because: `version ${id} is not registered` });
  return version;
}
