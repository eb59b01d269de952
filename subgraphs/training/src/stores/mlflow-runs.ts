/** How far each run is mirrored to MLflow. Rows are made by whoever looks for work, never by the run itself. */
import type { Database } from '@fathom/platform/database/database';
import type { ToldPoint } from '../domain/mlflow.ts';

export interface MirroredRun {
  readonly runId: string;
  readonly experimentId: string | null;
  readonly mlflowRunId: string | null;
  readonly artifactRoot: string | null;
  readonly mirroredStep: number;
  readonly artifactsMirrored: boolean;
  readonly failures: number;
  /** What the run had told when the claim was made. */
  readonly lastSequence: number;
}

const columns = `m.run_id as "runId", m.experiment_id as "experimentId", m.mlflow_run_id as "mlflowRunId",
  m.artifact_root as "artifactRoot", m.mirrored_step as "mirroredStep", m.artifacts_mirrored as "artifactsMirrored",
  m.failures, r.last_sequence as "lastSequence"`;

/** The run that has waited longest with something untold, for `leaseMs` this caller's alone. Imported runs are not ours to tell. */
export async function claimUnmirrored(database: Database, leaseMs: number): Promise<MirroredRun | undefined> {
  await database.query(
    `insert into mlflow_run (run_id) select id from training_run r
      where code_version is not null and not exists (select from mlflow_run m where m.run_id = r.id)
     on conflict do nothing`,
  );
  return database.maybeOne<MirroredRun>(
    `update mlflow_run m set retry_at = clock_timestamp() + $1 * interval '1 millisecond' from training_run r
      where r.id = m.run_id and m.run_id = (
        select w.run_id from mlflow_run w join training_run u on u.id = w.run_id
         where w.mirrored_sequence < u.last_sequence and w.retry_at <= clock_timestamp()
         order by w.retry_at limit 1 for update of w skip locked)
      returning ${columns}`,
    [leaseMs],
  );
}

export async function recordMlflowRun(
  database: Database,
  runId: string,
  made: { readonly experimentId: string; readonly mlflowRunId: string; readonly artifactRoot: string | null },
): Promise<void> {
  await database.query(
    'update mlflow_run set experiment_id = $2, mlflow_run_id = $3, artifact_root = $4 where run_id = $1',
    [runId, made.experimentId, made.mlflowRunId, made.artifactRoot],
  );
}

export async function recordMirroredStep(database: Database, runId: string, step: number): Promise<void> {
  await database.query('update mlflow_run set mirrored_step = $2 where run_id = $1', [runId, step]);
}

export async function recordArtifactsMirrored(database: Database, runId: string): Promise<void> {
  await database.query('update mlflow_run set artifacts_mirrored = true where run_id = $1', [runId]);
}

export async function recordMirrored(database: Database, runId: string, sequence: number): Promise<void> {
  await database.query(
    'update mlflow_run set mirrored_sequence = $2, failures = 0, retry_at = clock_timestamp() where run_id = $1',
    [runId, sequence],
  );
}

export async function recordMirrorFailure(database: Database, runId: string, pauseMs: number): Promise<void> {
  await database.query(
    `update mlflow_run set failures = failures + 1,
       retry_at = clock_timestamp() + $2 * interval '1 millisecond' where run_id = $1`,
    [runId, pauseMs],
  );
}

export function pointsAfter(
  database: Database,
  runId: string,
  step: number,
  limit: number,
): Promise<readonly ToldPoint[]> {
  return database.query<ToldPoint>(
    `select step, tokens_seen as "tokensSeen", loss, held_out_loss as "heldOutLoss", learning_rate as "learningRate",
            gradient_norm as "gradientNorm", tokens_per_second as "tokensPerSecond", told_at as "toldAt"
       from loss_point where run_id = $1 and step > $2 order by step limit $3`,
    [runId, step, limit],
  );
}
