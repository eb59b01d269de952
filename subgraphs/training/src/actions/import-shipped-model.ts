import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModelFolder, modelFiles } from '@fathom/neural/models/model-folder';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Transaction } from '@fathom/platform/database/transaction';
import { platformTenant } from '../domain/records.ts';
import {
  provenanceOf,
  type ShippedRun,
  shippedEvaluation,
  shippedRun,
  suitesOf,
} from '../domain/shipped-model.ts';
import { lockAlias, moveAlias } from '../stores/aliases.ts';
import { ensureModel, insertEvaluation, registerVersion, versionOfArtifact } from '../stores/registry.ts';
import { importRun } from '../stores/training-runs.ts';
import { addDataSet, dataSetId } from './create-data-set.ts';

export interface ShippedModel {
  readonly modelName: string;
  /** A Hugging Face folder with `training-run.json` and `evaluation.json` beside the weights. */
  readonly folder: string;
}

/** What a server needs of the folder. Its card and records can be edited without making another version. */
const servedFiles = [...modelFiles, 'generation_config.json', 'calibration.json'];
const alias = 'champion';

/**
 * Registers the model that a release ships, once a content: the first is `name@1`, one whose files differ becomes the
 * next version. Either way `champion` moves to it, audited. Returns the version's id. Throws NeuralError or ZodError,
 * naming the file, for a folder that cannot be served.
 */
export async function importShippedModel(
  { database, artifacts }: { readonly database: Database; readonly artifacts: ArtifactStore },
  { modelName, folder }: ShippedModel,
): Promise<string> {
  const { config } = await loadModelFolder(folder);
  const run = shippedRun.parse(await readJson(join(folder, 'training-run.json')));
  const evaluation = shippedEvaluation.parse(await readJson(join(folder, 'evaluation.json')));
  const artifact = await putServedFiles(artifacts, folder);
  return database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`fathom shipped model ${modelName}`]);
    const known = await versionOfArtifact(tx, modelName, artifact.uri);
    if (known) return known.id;
    await ensureModel(tx, modelName, platformTenant);
    const runId = await importLineage(tx, { modelName, run, artifactUri: artifact.uri });
    const version = await registerVersion(tx, {
      modelName,
      kind: 'FULL',
      parentId: null,
      trainingRunId: runId,
      fineTuningJobId: null,
      parameterCount: run.parameters,
      config: await readFile(join(folder, 'config.json'), 'utf8'),
      artifactUri: artifact.uri,
      sizeBytes: artifact.sizeBytes,
    });
    const ids = suitesOf(evaluation, run).map((suite) => ({ ...suite, id: `evaluation_${randomUUID()}` }));
    for (const suite of ids)
      await insertEvaluation(tx, {
        ...suite,
        versionId: version.id,
        trainingRunId: runId,
        suiteId: null,
        score: null,
      });
    const current = await lockAlias(tx, modelName, alias);
    await moveAlias(tx, {
      modelName,
      alias,
      fromVersionId: current ?? null,
      toVersionId: version.id,
      movedBy: 'fathom',
      reason: `shipped with the release (${config.layers} layers, ${run.parameters.toLocaleString('en')} parameters)`,
      evaluationId: ids.find(({ suite }) => suite === 'held-out')?.id ?? null,
    });
    return version.id;
  });
}

/** The record of the data and the run that made the weights; neither is here to be trained on again. */
async function importLineage(
  tx: Transaction,
  {
    modelName,
    run,
    artifactUri,
  }: { readonly modelName: string; readonly run: ShippedRun; readonly artifactUri: string },
): Promise<string> {
  const { curve, ...recorded } = run;
  const dataSet = dataSetId(platformTenant, run.dataSet.name, run.dataSet.sha256);
  await addDataSet(tx, {
    id: dataSet,
    tenant: platformTenant,
    name: run.dataSet.name,
    exampleCount: run.dataSet.examples,
    sizeBytes: null,
    sha256: run.dataSet.sha256,
    artifactUri: null,
    sample: run.dataSet.sample,
    statistics: null,
    featureViewId: null,
    featuresAsOf: null,
    provenance: provenanceOf(run),
  });
  const id = `run_${createHash('sha256').update(artifactUri).digest('hex').slice(0, 32)}`;
  await importRun(tx, {
    id,
    tenant: platformTenant,
    modelName,
    dataSetId: dataSet,
    config: recorded,
    seed: run.seed,
    steps: run.steps,
    tokensSeen: run.tokens,
    parameterCount: run.parameters,
    loss: run.finalTrainLoss,
    startedBy: 'fathom',
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    points: curve.map(({ tokens, trainLoss, ...point }) => ({
      ...point,
      tokensSeen: tokens,
      loss: trainLoss,
    })),
  });
  return id;
}

async function putServedFiles(artifacts: ArtifactStore, folder: string) {
  const staged = await mkdtemp(join(tmpdir(), 'fathom-shipped-'));
  try {
    for (const file of servedFiles) {
      await copyFile(join(folder, file), join(staged, file)).catch((error: NodeJS.ErrnoException) => {
        // The required ones were read a moment ago.
        if (error.code !== 'ENOENT') throw error;
      });
    }
    return await artifacts.put(staged);
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}
