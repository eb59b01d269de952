import { randomUUID } from 'node:crypto';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { Writer } from '@fathom/platform/jobs/job-log';
import { decidePromotion, type SuiteResult } from '../domain/promotion.ts';
import type { TrainingRun } from '../domain/records.ts';
import type { RunConfig } from '../domain/run-config.ts';
import { lockAlias, moveAlias } from '../stores/aliases.ts';
import { insertEvaluation, registerVersion } from '../stores/registry.ts';
import { runLog, transition } from '../stores/run-progress.ts';
import type { TrainingMessage } from '../worker/protocol.ts';

export type Produced = Extract<TrainingMessage, { type: 'produced' }>;

/**
 * One transaction from a worker's result to a completed run: the version gets its number, its evaluation is recorded,
 * the alias moves if the evaluation bears it, all of it is announced. A second delivery finds the run completed.
 */
export async function registerResult(
  tx: Transaction,
  {
    run,
    writer,
    produced,
  }: { readonly run: TrainingRun; readonly writer: Writer; readonly produced: Produced },
): Promise<void> {
  await runLog.lock(tx, writer);
  const version = await registerVersion(tx, {
    modelName: run.modelName,
    kind: 'FULL',
    parentId: run.initialVersionId,
    trainingRunId: run.id,
    fineTuningJobId: null,
    parameterCount: produced.parameterCount,
    config: produced.config,
    artifactUri: produced.artifactUri,
    sizeBytes: produced.sizeBytes,
  });
  const { totalNats: _, ...measured } = produced.evaluation;
  const { exampleCount } = measured;
  const evaluationId = `evaluation_${randomUUID()}`;
  await insertEvaluation(tx, {
    id: evaluationId,
    versionId: version.id,
    trainingRunId: run.id,
    suite: 'held-out',
    suiteId: null,
    ...measured,
    score: null,
  });
  const suites = suiteResults(run, produced);
  for (const result of suites) {
    await insertEvaluation(tx, {
      id: `evaluation_${randomUUID()}`,
      versionId: version.id,
      trainingRunId: run.id,
      suite: result.suite,
      suiteId: result.suiteId,
      exampleCount: result.exampleCount,
      loss: result.loss,
      score: result.score,
    });
  }
  if (produced.incumbent?.measured) {
    await insertEvaluation(tx, {
      id: `evaluation_${randomUUID()}`,
      versionId: produced.incumbent.versionId,
      trainingRunId: null,
      suite: `held-out of ${run.id}`,
      suiteId: null,
      exampleCount,
      loss: produced.incumbent.measured.loss,
      score: null,
    });
  }
  const promoted = await promote(tx, { run, produced, suites, versionId: version.id, evaluationId });
  await transition(tx, writer, { to: 'COMPLETED', detail: `${version.id} is registered${promoted}` });
}

/** What was measured on each suite beside what the run asked of it. */
function suiteResults(run: TrainingRun, { suites }: Produced) {
  const bounds = (run.config as RunConfig).suites ?? [];
  return suites.flatMap((measured) => {
    const bound = bounds.find(({ suiteId }) => suiteId === measured.suiteId);
    return bound ? [{ ...measured, ...bound }] : [];
  });
}

async function promote(
  tx: Transaction,
  given: {
    readonly run: TrainingRun;
    readonly produced: Produced;
    readonly suites: readonly SuiteResult[];
    readonly versionId: string;
    readonly evaluationId: string;
  },
): Promise<string> {
  const { run, produced, versionId, evaluationId } = given;
  if (!run.promoteTo) return '';
  const current = await lockAlias(tx, run.modelName, run.promoteTo);
  const decision = decidePromotion({
    alias: run.promoteTo,
    totalNats: produced.evaluation.totalNats,
    suites: given.suites,
    incumbent: produced.incumbent
      ? {
          versionId: produced.incumbent.versionId,
          totalNats: produced.incumbent.measured?.totalNats,
          problem: produced.incumbent.problem ?? undefined,
        }
      : undefined,
    currentVersionId: current,
  });
  if (decision.kind === 'refuse') return `; ${decision.reason}`;
  await moveAlias(tx, {
    modelName: run.modelName,
    alias: run.promoteTo,
    fromVersionId: current ?? null,
    toVersionId: versionId,
    movedBy: run.startedBy,
    reason: `asked for by training run ${run.id}; ${decision.reason}`,
    evaluationId,
  });
  return `; ${run.promoteTo} leads to it: ${decision.reason}`;
}
