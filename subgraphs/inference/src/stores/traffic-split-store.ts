/** The tables of split traffic, and what shadows came to. */
import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { ShadowOutcome, TrafficSplit } from '../domain/traffic-split.ts';
import { modelsChannel } from './model-store.ts';

export interface ShadowCounts {
  readonly same: number;
  readonly different: number;
  readonly failed: number;
  readonly dropped: number;
}

export interface TrafficSplitRow extends TrafficSplit {
  readonly setBy: string;
  readonly reason: string;
  readonly setAt: Date;
  /** Of the shadow's version; none where there is no shadow. */
  readonly counts: ShadowCounts;
}

export type NewTrafficSplit = Omit<TrafficSplitRow, 'setAt' | 'counts'>;
type Place = Pick<TrafficSplit, 'modelName' | 'alias'>;

export interface TrafficSplitStore {
  splits(): Promise<readonly TrafficSplitRow[]>;
  /** Replaces what the alias had. Announced as `traffic-split.changed`. */
  set(split: NewTrafficSplit): Promise<TrafficSplitRow>;
  /** The split as it was; undefined where the alias had none. Announced likewise. */
  end(
    place: Place,
    by: { readonly setBy: string; readonly reason: string },
  ): Promise<TrafficSplitRow | undefined>;
  count(place: Place, versionId: string, outcome: ShadowOutcome): Promise<void>;
}

interface Row {
  readonly modelName: string;
  readonly alias: string;
  readonly canaryVersionId: string | null;
  readonly canaryPercent: number | null;
  readonly shadowVersionId: string | null;
  readonly shadowPercent: number | null;
  readonly setBy: string;
  readonly reason: string;
  readonly setAt: Date;
  readonly same: string | null;
  readonly different: string | null;
  readonly failed: string | null;
  readonly dropped: string | null;
}

const columns = `s.model_name as "modelName", s.alias, canary_version_id as "canaryVersionId",
  canary_percent as "canaryPercent", shadow_version_id as "shadowVersionId", shadow_percent as "shadowPercent",
  set_by as "setBy", reason, set_at as "setAt", r.same, r.different, r.failed, r.dropped`;
const selectSql = `select ${columns} from traffic_splits s left join shadow_results r
  on r.model_name = s.model_name and r.alias = s.alias and r.version_id = s.shadow_version_id`;

export function createTrafficSplitStore(database: Database): TrafficSplitStore {
  const read = async (tx: Queryable, { modelName, alias }: Place): Promise<TrafficSplitRow | undefined> => {
    const row = await tx.maybeOne<Row>(`${selectSql} where s.model_name = $1 and s.alias = $2`, [
      modelName,
      alias,
    ]);
    return row && toSplit(row);
  };
  return {
    splits: async () =>
      (await database.query<Row>(`${selectSql} order by s.model_name, s.alias`)).map(toSplit),

    set: (split) =>
      database.transaction(async (tx) => {
        const { modelName, alias, canary, shadow, setBy, reason } = split;
        await tx.query(
          `insert into traffic_splits (model_name, alias, canary_version_id, canary_percent, shadow_version_id,
             shadow_percent, set_by, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (model_name, alias) do update set canary_version_id = excluded.canary_version_id,
             canary_percent = excluded.canary_percent, shadow_version_id = excluded.shadow_version_id,
             shadow_percent = excluded.shadow_percent, set_by = excluded.set_by, reason = excluded.reason, set_at = now()`,
          [
            modelName,
            alias,
            canary?.versionId,
            canary?.percent,
            shadow?.versionId,
            shadow?.percent,
            setBy,
            reason,
          ],
        );
        await tx.publish({ topic: 'traffic-split.changed', key: modelName, payload: payloadOf(split) });
        await tx.query('select pg_notify($1, $2)', [modelsChannel, modelName]);
        const row = await read(tx, split);
        if (!row) throw new Error('A split that was just set is not there.');
        return row;
      }),

    end: (place, by) =>
      database.transaction(async (tx) => {
        const { modelName, alias } = place;
        const row = await read(tx, place);
        if (!row) return undefined;
        await tx.query('delete from traffic_splits where model_name = $1 and alias = $2', [modelName, alias]);
        const ended = { ...place, ...by, canary: undefined, shadow: undefined };
        await tx.publish({ topic: 'traffic-split.changed', key: modelName, payload: payloadOf(ended) });
        await tx.query('select pg_notify($1, $2)', [modelsChannel, modelName]);
        return row;
      }),

    async count({ modelName, alias }, versionId, outcome) {
      await database.query(
        `insert into shadow_results as r (model_name, alias, version_id, ${outcome}) values ($1, $2, $3, 1)
         on conflict (model_name, alias, version_id) do update set ${outcome} = r.${outcome} + 1`,
        [modelName, alias, versionId],
      );
    },
  };
}

function toSplit({
  canaryVersionId,
  canaryPercent,
  shadowVersionId,
  shadowPercent,
  ...row
}: Row): TrafficSplitRow {
  const { same, different, failed, dropped, ...rest } = row;
  const share = (versionId: string | null, percent: number | null) =>
    versionId === null || percent === null ? undefined : { versionId, percent };
  return {
    ...rest,
    canary: share(canaryVersionId, canaryPercent),
    shadow: share(shadowVersionId, shadowPercent),
    counts: {
      same: Number(same ?? 0),
      different: Number(different ?? 0),
      failed: Number(failed ?? 0),
      dropped: Number(dropped ?? 0),
    },
  };
}

function payloadOf({ modelName, alias, canary, shadow, setBy, reason }: NewTrafficSplit) {
  return {
    modelName,
    alias,
    canary: canary ?? null,
    shadow: shadow ?? null,
    setBy,
    reason,
    at: new Date().toISOString(),
  };
}
