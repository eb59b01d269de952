/**
 * Mirrors runs to an MLflow server: parameters, every step's metrics, evaluations, the version's files.
 *
 * It reads what is committed, at its own pace and beside the runs: a server that is slow, down or refuses costs a run
 * nothing, and what was not told is told when it answers again, by whichever instance is there.
 *
 *   idle --every 2 s--> claim a run with something untold --> experiment, run, parameters, points, status, files --> told
 *                                                         \-> failed: again after 1 s, doubled up to 5 min
 */
import { join } from 'node:path';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Logger } from '@fathom/platform/logging';
import { metricsOf, paramsOf, resultMetrics, statusOf } from '../domain/mlflow.ts';
import type { TrainingRun } from '../domain/records.ts';
import {
  claimUnmirrored,
  type MirroredRun,
  pointsAfter,
  recordArtifactsMirrored,
  recordMirrored,
  recordMirroredStep,
  recordMirrorFailure,
  recordMlflowRun,
} from '../stores/mlflow-runs.ts';
import { evaluationsOfRuns, versionsOfRuns } from '../stores/registry.ts';
import { runById } from '../stores/training-runs.ts';
import { listArtifactFiles } from './artifact-files.ts';
import { type MlflowClient, proxiedRoot } from './mlflow-client.ts';

export interface MlflowMirrorOptions {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly client: MlflowClient;
  readonly experimentName: string;
  readonly logger: Logger;
  readonly pollMs?: number;
}

export interface MlflowMirror {
  /** For /readyz: runs go on whatever it says. */
  check(): { readonly ok: boolean; readonly detail: string };
  close(): Promise<void>;
}

const leaseMs = 300_000;
/** Times five metrics: the API takes 1,000 a batch. */
const pointsPerBatch = 200;

export function startMlflowMirror(options: MlflowMirrorOptions): MlflowMirror {
  const { database, logger, pollMs = 2_000 } = options;
  let closed = false;
  let lastFailure: string | undefined;
  let working: Promise<void> = Promise.resolve();

  async function mirrorAll(): Promise<void> {
    while (!closed) {
      const claim = await claimUnmirrored(database, leaseMs);
      if (!claim) return;
      try {
        await mirrorRun(options, claim);
        await recordMirrored(database, claim.runId, claim.lastSequence);
        lastFailure = undefined;
      } catch (error) {
        lastFailure = (error as Error).message;
        logger.warn({ err: error, run: claim.runId }, 'a run could not be mirrored to MLflow; trying again');
        await recordMirrorFailure(database, claim.runId, Math.min(1_000 * 2 ** claim.failures, 300_000));
      }
    }
  }

  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    working = mirrorAll()
      .catch((error: unknown) => logger.warn({ err: error }, 'MLflow: the database could not be asked'))
      .finally(() => {
        busy = false;
      });
  }, pollMs);

  return {
    check: () => ({ ok: lastFailure === undefined, detail: lastFailure ?? 'every run is mirrored' }),
    async close() {
      closed = true;
      clearInterval(timer);
      await working;
    },
  };
}

async function mirrorRun(options: MlflowMirrorOptions, claim: MirroredRun): Promise<void> {
  const { database, client } = options;
  const run = (await runById(database, claim.runId))!;
  const { mlflowRunId, artifactRoot } = claim.mlflowRunId
    ? { mlflowRunId: claim.mlflowRunId, artifactRoot: claim.artifactRoot }
    : await begin(options, run);
  await mirrorPoints(options, { run, mlflowRunId, after: claim.mirroredStep });
  if (run.status === 'COMPLETED') {
    const evaluations = await evaluationsOfRuns(database, [run.id]);
    await client.logBatch(mlflowRunId, { metrics: resultMetrics(run, evaluations) });
    if (artifactRoot !== null && !claim.artifactsMirrored) {
      await mirrorFiles(options, { run, artifactRoot });
      await recordArtifactsMirrored(database, run.id);
    }
  }
  await client.update(mlflowRunId, { status: statusOf(run.status), endedAtMs: run.finishedAt?.getTime() });
}

async function begin({ database, client, experimentName, logger }: MlflowMirrorOptions, run: TrainingRun) {
  const experimentId = await client.experiment(experimentName);
  const made = await client.run({
    experimentId,
    fathomRunId: run.id,
    name: `${run.modelName} ${run.id}`,
    startedAtMs: run.createdAt.getTime(),
    tags: {
      'mlflow.user': run.startedBy,
      'fathom.model': run.modelName,
      'fathom.codeVersion': run.codeVersion ?? '',
    },
  });
  const params = paramsOf(run);
  for (let at = 0; at < params.length; at += 100) {
    await client.logBatch(made.runId, { params: params.slice(at, at + 100) });
  }
  const artifactRoot = proxiedRoot(made.artifactUri) ?? null;
  if (artifactRoot === null) {
    logger.info({ artifactUri: made.artifactUri }, 'MLflow does not proxy artifacts: files are not mirrored');
  }
  const recorded = { experimentId, mlflowRunId: made.runId, artifactRoot };
  await recordMlflowRun(database, run.id, recorded);
  return recorded;
}

async function mirrorPoints(
  { database, client }: MlflowMirrorOptions,
  given: { readonly run: TrainingRun; readonly mlflowRunId: string; readonly after: number },
): Promise<void> {
  for (let after = given.after; ; ) {
    const points = await pointsAfter(database, given.run.id, after, pointsPerBatch);
    const last = points.at(-1);
    if (!last) return;
    const metrics = points.flatMap(metricsOf);
    await client.logBatch(given.mlflowRunId, { metrics });
    await recordMirroredStep(database, given.run.id, last.step);
    after = last.step;
  }
}

async function mirrorFiles(
  { database, artifacts, client }: MlflowMirrorOptions,
  { run, artifactRoot }: { readonly run: TrainingRun; readonly artifactRoot: string },
): Promise<void> {
  const [version] = await versionsOfRuns(database, [run.id]);
  if (!version) return;
  const folder = await artifacts.fetch(version.artifactUri);
  for (const path of await listArtifactFiles(folder)) {
    await client.putArtifact(artifactRoot, `model/${path}`, join(folder, path));
  }
}
