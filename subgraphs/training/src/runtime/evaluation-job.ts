import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import type { Claim } from '@fathom/platform/jobs/lease-queue';
import { superviseJob } from '@fathom/platform/jobs/supervised-job';
import type { Logger } from '@fathom/platform/logging';
import { type EvaluationRun, suiteName } from '../domain/records.ts';
import { raise } from '../errors.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { evaluationRunById, moveEvaluationRun } from '../stores/evaluation-runs.ts';
import { suitesByIds } from '../stores/evaluation-suites.ts';
import { insertEvaluation } from '../stores/registry.ts';
import {
  type EvaluationMessage,
  type EvaluationSpecification,
  evaluationMessage,
} from '../worker/evaluation-protocol.ts';
import { filesOf, requireVersion } from './specification.ts';

export interface EvaluationJobOptions {
  readonly database: Database;
  readonly executor: JobExecutor;
  readonly threads: number;
  readonly maxCrashes: number;
  readonly logger: Logger;
}

/** One claimed evaluation, for the job runner. A worker that is lost costs its time: the next one measures anew. */
export async function runEvaluationJob(
  options: EvaluationJobOptions,
  claim: Claim,
  signal: AbortSignal,
): Promise<'ended' | 'retry'> {
  const { database, executor, threads, maxCrashes, logger } = options;
  const run = await evaluationRunById(database, claim.id);
  if (!run) return 'ended';
  const writer = { jobId: run.id, attempt: claim.attempt };
  return superviseJob<EvaluationMessage>({
    claim,
    signal,
    executor,
    maxCrashes,
    logger,
    messages: evaluationMessage,
    async onMessage(message) {
      if (message.type === 'measuring')
        await moveEvaluationRun(database, writer, { status: 'RUNNING', detail: message.detail });
      else await record(database, { run, writer, message });
    },
    specification: () => specificationOf(database, run, threads),
    nextStart: async () => 'it begins anew',
    async move({ to, detail, failureCode }) {
      // Nobody can ask an evaluation to stop; only a service that is going does, and another goes on.
      const status = to === 'FAILED' ? 'FAILED' : 'QUEUED';
      const code = failureCode ?? undefined;
      await moveEvaluationRun(database, writer, {
        status,
        detail: detail ?? '',
        ...(code === undefined ? {} : { failureCode: code }),
      });
    },
    isQueued: async () => (await evaluationRunById(database, run.id))?.status === 'QUEUED',
  });
}

async function specificationOf(
  database: Database,
  run: EvaluationRun,
  threads: number,
): Promise<EvaluationSpecification> {
  const [dataSet] = await dataSetsByIds(database, run.tenant, [run.dataSetId]);
  if (!dataSet?.artifactUri) throw raise('DATA_SET_CONTENT_MISSING', { because: run.dataSetId });
  const [suite] = run.suiteId === null ? [] : await suitesByIds(database, run.tenant, [run.suiteId]);
  return {
    runId: run.id,
    files: await filesOf(database, await requireVersion(database, run.versionId)),
    dataSetUri: dataSet.artifactUri,
    scoring: suite?.scoring ?? null,
    threads,
  };
}

/** The result and the end of the run that it came of, together. */
async function record(
  database: Database,
  given: {
    readonly run: EvaluationRun;
    readonly writer: { readonly jobId: string; readonly attempt: number };
    readonly message: EvaluationMessage & { readonly type: 'measured' };
  },
): Promise<void> {
  const { run, writer, message } = given;
  const { type: _, ...measured } = message;
  const [suite] = run.suiteId === null ? [] : await suitesByIds(database, run.tenant, [run.suiteId]);
  const [dataSet] = await dataSetsByIds(database, run.tenant, [run.dataSetId]);
  const evaluationId = `evaluation_${randomUUID()}`;
  await database.transaction(async (tx) => {
    await insertEvaluation(tx, {
      id: evaluationId,
      tenant: run.tenant,
      versionId: run.versionId,
      trainingRunId: null,
      suite: suite ? suiteName(suite) : `data set ${dataSet!.name}@${dataSet!.version}`,
      suiteId: run.suiteId,
      dataSetId: suite ? null : run.dataSetId,
      ...measured,
    });
    const detail = `measured on ${measured.exampleCount.toLocaleString('en')} examples`;
    const isOurs = await moveEvaluationRun(tx, writer, { status: 'COMPLETED', detail, evaluationId });
    if (!isOurs) throw new Error(`evaluation run ${run.id} is somebody else's by now`);
  });
}
