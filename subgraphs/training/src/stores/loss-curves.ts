/** Loss curves as they are shown: thinned, or several on the same stretches of steps. */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { CurveSummary } from '../domain/compare-runs.ts';
import type { LossPoint } from '../domain/records.ts';
import type { OfRun } from './run-progress.ts';

/**
 * At most `maxPoints` points a run. A curve that has more is cut into a third as many equal stretches, and each shows its
 * newest measured point, its highest and its lowest loss, so that neither a measurement nor a spike is lost. Below three
 * points there is one stretch and what of it comes first.
 */
export function lossCurves(
  database: Queryable,
  runIds: readonly string[],
  maxPoints: number,
): Promise<readonly OfRun<LossPoint>[]> {
  return database.query<OfRun<LossPoint>>(
    `with numbered as (
       select *, row_number() over (partition by run_id order by step) - 1 as place,
              count(*) over (partition by run_id) as points
         from loss_point where run_id = any($1)
     ), placed as (
       select *, case when points <= $2::bigint then place else place * greatest($2::bigint / 3, 1) / points end as stretch
         from numbered
     ), ranked as (
       select *, row_number() over (partition by run_id, stretch order by (held_out_loss is not null) desc, step desc) as measured,
              row_number() over (partition by run_id, stretch order by loss desc, step) as highest,
              row_number() over (partition by run_id, stretch order by loss, step) as lowest
         from placed
     ), chosen as (
       select *, row_number() over (partition by run_id order by least(measured, highest, lowest), measured) as preference
         from ranked where points <= $2::bigint or measured = 1 or ($2::bigint > 1 and highest = 1) or ($2::bigint > 2 and lowest = 1)
     )
     select run_id as "runId", step, tokens_seen as "tokensSeen", loss, held_out_loss as "heldOutLoss",
            learning_rate as "learningRate", gradient_norm as "gradientNorm", tokens_per_second as "tokensPerSecond"
       from chosen where preference <= $2::bigint order by run_id, step`,
    [runIds, maxPoints],
  );
}

export interface ComparedPoint {
  /** The last of the stretch. */
  readonly step: number;
  /** In the order of the runs; null where a run has none. */
  readonly losses: readonly (number | null)[];
  readonly heldOutLosses: readonly (number | null)[];
}

/** The mean loss and the last held-out loss of every run over the same stretches of steps, at most `maxPoints` of them. */
export async function alignedCurves(
  database: Queryable,
  runIds: readonly string[],
  maxPoints: number,
): Promise<readonly ComparedPoint[]> {
  const rows = await database.query<{
    step: number;
    runId: string;
    loss: number;
    heldOutLoss: number | null;
  }>(
    `with width as (
       select greatest(ceil(max(step)::float8 / $2), 1)::integer as steps from loss_point where run_id = any($1)
     )
     select ((step - 1) / steps + 1) * steps as step, run_id as "runId", avg(loss) as loss,
            (array_agg(held_out_loss order by step desc) filter (where held_out_loss is not null))[1] as "heldOutLoss"
       from loss_point, width where run_id = any($1) group by 1, 2 order by 1`,
    [runIds, maxPoints],
  );
  const steps = [...new Set(rows.map(({ step }) => step))];
  const at = new Map(rows.map((row) => [`${row.step} ${row.runId}`, row] as const));
  return steps.map((step) => ({
    step,
    losses: runIds.map((id) => at.get(`${step} ${id}`)?.loss ?? null),
    heldOutLosses: runIds.map((id) => at.get(`${step} ${id}`)?.heldOutLoss ?? null),
  }));
}

export function curveSummaries(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly CurveSummary[]> {
  return database.query<CurveSummary>(
    `select run_id as "runId", min(held_out_loss) as "bestHeldOutLoss", avg(tokens_per_second) as "meanTokensPerSecond",
            (array_agg(held_out_loss order by step desc) filter (where held_out_loss is not null))[1] as "lastHeldOutLoss"
       from loss_point where run_id = any($1) group by run_id`,
    [runIds],
  );
}
