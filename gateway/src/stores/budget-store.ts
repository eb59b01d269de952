/**
 * The tables of budgets, charges and rates: what is charged before work. What work used is `settlement.ts`'s. Budgets are always
 * locked in one order: credentials, then tenants.
 */
import type { Database } from '@fathom/platform/database/database';
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Demand } from '../limits/generation-demand.ts';
import { type Cost, type ModelRate, rateNames } from '../limits/prediction.ts';

export interface BudgetName {
  readonly name: string;
  readonly per: 'KEY' | 'TENANT';
  readonly limit: Cost;
}

export interface BudgetState extends BudgetName {
  readonly left: Cost;
}

export interface ChargeRequest {
  readonly budgets: readonly BudgetName[];
  readonly windowMs: number;
  readonly total: Cost;
  readonly tenant: string;
  readonly credential: string;
  readonly traceId: string;
  readonly lifetimeMs: number;
  readonly parts: readonly { readonly demand: Demand; readonly cost: Cost }[];
}

export type ChargeOutcome =
  | {
      readonly kind: 'charged';
      readonly chargeIds: readonly string[];
      readonly states: readonly BudgetState[];
    }
  | { readonly kind: 'refused'; readonly state: BudgetState };

interface ChargedRow extends Cost {
  readonly name: string;
  readonly isCharged: boolean;
}

/** Charges that are given back unless they are settled soon. */
export interface ChargeEnd {
  readonly ids: readonly string[];
  readonly settlingMs: number;
}

export interface DailyUsage {
  readonly day: string;
  readonly generations: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly deviceMs: number;
}

export interface BudgetStore {
  /** All of the budgets, or none. */
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  end(end: ChargeEnd): Promise<void>;
  /** Of whatever nothing came. */
  giveBackExpired(): Promise<void>;
  states(budgets: readonly BudgetName[], windowMs: number): Promise<readonly BudgetState[]>;
  rates(): Promise<ReadonlyMap<string, ModelRate>>;
  /** The newest days first. */
  dailyUsage(tenant: string, days: number): Promise<readonly DailyUsage[]>;
}

/** What a bucket holds now: what it had and what came since, never more than its limit. */
const refilled = (column: string, limit: string) =>
  `least(${limit}, b.${column} + ${limit} * greatest(0, extract(epoch from now() - b.updated_at)) * 1000 / $2)`;

const statesSql = `
  select w.name, coalesce(${refilled('tokens', 'w.token_limit')}, w.token_limit) as tokens,
         coalesce(${refilled('device_ms', 'w.device_limit')}, w.device_limit) as "deviceMs"
  from unnest($1::text[], $3::float8[], $4::float8[]) as w (name, token_limit, device_limit)
  left join budgets b on b.name = w.name`;

export function createBudgetStore(database: Database): BudgetStore {
  async function states(budgets: readonly BudgetName[], windowMs: number): Promise<readonly BudgetState[]> {
    const rows = await database.query<Cost & { readonly name: string }>(statesSql, [
      budgets.map(({ name }) => name),
      windowMs,
      budgets.map(({ limit }) => limit.tokens),
      budgets.map(({ limit }) => limit.deviceMs),
    ]);
    return statesOf(budgets, rows);
  }

  return {
    async charge(request) {
      const { budgets, total, windowMs, tenant, credential, traceId, lifetimeMs } = request;
      const beyond = budgets.find(
        ({ limit }) => total.tokens > limit.tokens || total.deviceMs > limit.deviceMs,
      );
      if (beyond) return { kind: 'refused', state: (await states([beyond], windowMs))[0] as BudgetState };
      const charges = chargesOf(request);
      const rows = await database.query<ChargedRow>(
        `select name, tokens, device_ms as "deviceMs", is_charged as "isCharged"
         from charge_budgets($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          budgets.map(({ name }) => name),
          budgets.map(({ limit }) => limit.tokens),
          budgets.map(({ limit }) => limit.deviceMs),
          windowMs,
          total.tokens,
          total.deviceMs,
          tenant,
          credential,
          traceId,
          lifetimeMs / 1000,
          JSON.stringify(charges),
        ],
      );
      const after = statesOf(budgets, rows);
      if (rows.every(({ isCharged }) => isCharged))
        return { kind: 'charged', chargeIds: charges.map(({ id }) => id), states: after };
      const short = after.find(
        ({ left }) => left.tokens < total.tokens || left.deviceMs < total.deviceMs,
      ) as BudgetState;
      return { kind: 'refused', state: short };
    },

    async end({ ids, settlingMs }) {
      if (ids.length === 0) return;
      await database.query(
        `update charges set expires_at = least(expires_at, now() + make_interval(secs => $2))
         where id = any($1::uuid[])`,
        [ids, settlingMs / 1000],
      );
    },

    async giveBackExpired() {
      await database.query(
        `with gone as (
           delete from charges where id in (
             select id from charges where expires_at <= now() order by expires_at limit 1000 for update skip locked
           ) returning tenant, credential, tokens, device_ms
         ), back as (
           select name, is_tenant, sum(tokens) as tokens, sum(device_ms) as device_ms from (
             select credential as name, false as is_tenant, tokens, device_ms from gone
             union all select 'tenant:' || tenant, true, tokens, device_ms from gone
           ) as parts group by name, is_tenant
         ), held as (
           select back.name, back.tokens, back.device_ms from back join budgets on budgets.name = back.name
           order by back.is_tenant, back.name for no key update of budgets
         )
         update budgets b set tokens = b.tokens + held.tokens, device_ms = b.device_ms + held.device_ms
         from held where b.name = held.name`,
      );
    },

    states,

    async rates() {
      const rows = await database.query<ModelRate & { readonly model: string }>(
        `select model, device_ms_per_token as "deviceMsPerToken", tokens_per_character as "tokensPerCharacter"
         from model_rates order by updated_at desc limit 1000`,
      );
      return new Map(rows.map((row) => [row.model, row]));
    },

    dailyUsage: (tenant, days) =>
      database.query<DailyUsage>(
        `select to_char(day, 'YYYY-MM-DD') as day, generations::float8 as generations,
                prompt_tokens::float8 as "promptTokens", completion_tokens::float8 as "completionTokens",
                device_ms as "deviceMs"
         from daily_usage where tenant = $1 and day > (now() at time zone 'utc')::date - $2::int
         order by daily_usage.day desc`,
        [tenant, days],
      ),
  };
}

function statesOf(
  budgets: readonly BudgetName[],
  rows: readonly (Cost & { readonly name: string })[],
): readonly BudgetState[] {
  const left = new Map(rows.map(({ name, tokens, deviceMs }) => [name, { tokens, deviceMs }]));
  return budgets.map((budget) => ({ ...budget, left: left.get(budget.name) ?? budget.limit }));
}

/** As rows of the table, a generation each. */
function chargesOf({ parts }: ChargeRequest) {
  return parts.map(({ demand, cost }) => ({
    id: uuidV7(),
    model: rateNames(demand.kind, demand.model)[0],
    prompt_characters: demand.promptCharacters,
    tokens: cost.tokens,
    device_ms: cost.deviceMs,
  }));
}
