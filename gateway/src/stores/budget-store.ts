/** The tables of budgets, charges and rates. Budgets are always locked in the order credential, tenant. */
import type { Database, Queryable } from '@fathom/platform/database/database';
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Demand } from '../limits/generation-demand.ts';
import { type Cost, costOf, learn, type ModelRate, rateNames, type Usage } from '../limits/prediction.ts';

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

/** Charges that are given back unless they are settled soon. */
export interface ChargeEnd {
  readonly ids: readonly string[];
  readonly settlingMs: number;
}

/** A generation, or a batch of texts that were read, as the service announces it. */
export interface CompletedWork extends Usage {
  readonly kind: Demand['kind'];
  readonly tenant: string;
  readonly traceId: string;
  /** Without version. */
  readonly model: string | undefined;
  readonly completedAt: Date;
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

const chargeSql = `
  insert into budgets as b (name, tokens, device_ms, updated_at)
  select name, token_limit - $3, device_limit - $4, now()
  from unnest($1::text[], $5::float8[], $6::float8[]) as w (name, token_limit, device_limit)
  on conflict (name) do update set
    tokens = ${refilled('tokens', '(excluded.tokens + $3)')} - $3,
    device_ms = ${refilled('device_ms', '(excluded.device_ms + $4)')} - $4,
    updated_at = greatest(b.updated_at, now())
  where ${refilled('tokens', '(excluded.tokens + $3)')} >= $3
    and ${refilled('device_ms', '(excluded.device_ms + $4)')} >= $4
  returning name, tokens, device_ms as "deviceMs"`;

const statesSql = `
  select w.name, coalesce(${refilled('tokens', 'w.token_limit')}, w.token_limit) as tokens,
         coalesce(${refilled('device_ms', 'w.device_limit')}, w.device_limit) as "deviceMs"
  from unnest($1::text[], $3::float8[], $4::float8[]) as w (name, token_limit, device_limit)
  left join budgets b on b.name = w.name`;

/** Rolls the transaction back; nothing went wrong. */
class Refused extends Error {}

export function createBudgetStore(database: Database): BudgetStore {
  async function states(
    budgets: readonly BudgetName[],
    windowMs: number,
    from: Queryable = database,
  ): Promise<readonly BudgetState[]> {
    const rows = await from.query<Cost & { readonly name: string }>(statesSql, [
      budgets.map(({ name }) => name),
      windowMs,
      budgets.map(({ limit }) => limit.tokens),
      budgets.map(({ limit }) => limit.deviceMs),
    ]);
    return statesOf(budgets, rows);
  }

  async function refusal({ budgets, windowMs, total }: ChargeRequest): Promise<BudgetState | undefined> {
    return (await states(budgets, windowMs)).find(
      ({ left }) => left.tokens < total.tokens || left.deviceMs < total.deviceMs,
    );
  }

  return {
    async charge(request) {
      const { budgets, total, windowMs } = request;
      const beyond = budgets.find(
        ({ limit }) => total.tokens > limit.tokens || total.deviceMs > limit.deviceMs,
      );
      if (beyond) return { kind: 'refused', state: (await states([beyond], windowMs))[0] as BudgetState };
      for (;;) {
        try {
          return await database.transaction<ChargeOutcome>(async (tx) => {
            const taken = await tx.query<Cost & { readonly name: string }>(chargeSql, [
              budgets.map(({ name }) => name),
              windowMs,
              total.tokens,
              total.deviceMs,
              budgets.map(({ limit }) => limit.tokens),
              budgets.map(({ limit }) => limit.deviceMs),
            ]);
            if (taken.length < budgets.length) throw new Refused();
            const chargeIds = await insertCharges(tx, request);
            return { kind: 'charged', chargeIds, states: statesOf(budgets, taken) };
          });
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          const state = await refusal(request);
          // Refilled meanwhile: what was refused a moment ago is tried once more.
          if (state) return { kind: 'refused', state };
        }
      }
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
           select name, sum(tokens) as tokens, sum(device_ms) as device_ms from (
             select credential as name, tokens, device_ms from gone
             union all select 'tenant:' || tenant, tokens, device_ms from gone
           ) as parts group by name
         )
         update budgets b set tokens = b.tokens + back.tokens, device_ms = b.device_ms + back.device_ms
         from back where b.name = back.name`,
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

async function insertCharges(tx: Queryable, request: ChargeRequest): Promise<readonly string[]> {
  const { tenant, credential, traceId, lifetimeMs, parts } = request;
  const rows = parts.map(({ demand, cost }) => ({
    id: uuidV7(),
    model: rateNames(demand.kind, demand.model)[0],
    prompt_characters: demand.promptCharacters,
    tokens: cost.tokens,
    device_ms: cost.deviceMs,
  }));
  if (rows.length > 0)
    await tx.query(
      `insert into charges (id, tenant, credential, trace_id, model, prompt_characters, tokens, device_ms, expires_at)
       select id, $2, $3, $4, model, prompt_characters, tokens, device_ms, now() + make_interval(secs => $5)
       from jsonb_to_recordset($1::jsonb) as r(id uuid, model text, prompt_characters integer,
         tokens double precision, device_ms double precision)`,
      [JSON.stringify(rows), tenant, credential, traceId, lifetimeMs / 1000],
    );
  return rows.map(({ id }) => id);
}

async function credit(tx: Queryable, names: readonly string[], cost: Cost): Promise<void> {
  for (const name of names)
    await tx.query('update budgets set tokens = tokens + $2, device_ms = device_ms + $3 where name = $1', [
      name,
      cost.tokens,
      cost.deviceMs,
    ]);
}

interface SettledCharge extends Cost {
  readonly credential: string;
  readonly promptCharacters: number;
}

/**
 * Replaces the oldest charge under the work's trace by what it used. Which of several it was meant for does not matter: each
 * work of a trace takes one. Without any (it expired, or nothing was charged) the tenant pays.
 */
export async function settle(tx: Queryable, work: CompletedWork): Promise<void> {
  const { kind, tenant, traceId, model, completedAt } = work;
  const charge = await tx.maybeOne<SettledCharge>(
    `delete from charges where id = (
       select id from charges where tenant = $1 and trace_id = $2 order by charged_at, id limit 1 for update skip locked
     ) returning credential, tokens, device_ms as "deviceMs", prompt_characters as "promptCharacters"`,
    [tenant, traceId],
  );
  const used = costOf(work);
  const back = {
    tokens: (charge?.tokens ?? 0) - used.tokens,
    deviceMs: (charge?.deviceMs ?? 0) - used.deviceMs,
  };
  await credit(tx, [...(charge ? [charge.credential] : []), `tenant:${tenant}`], back);
  for (const name of new Set(rateNames(kind, model)))
    await learnRate(tx, name, work, charge?.promptCharacters);
  await tx.query(
    `insert into daily_usage as d (tenant, day, generations, prompt_tokens, completion_tokens, device_ms)
     values ($1, ($2::timestamptz at time zone 'utc')::date, $6, $3, $4, $5)
     on conflict (tenant, day) do update set generations = d.generations + excluded.generations,
       prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
       completion_tokens = d.completion_tokens + excluded.completion_tokens,
       device_ms = d.device_ms + excluded.device_ms`,
    [
      tenant,
      completedAt,
      work.promptTokens,
      work.completionTokens,
      work.deviceMs,
      kind === 'generation' ? 1 : 0,
    ],
  );
}

async function learnRate(
  tx: Queryable,
  model: string,
  usage: Usage,
  promptCharacters: number | undefined,
): Promise<void> {
  const before = await tx.maybeOne<ModelRate>(
    `select device_ms_per_token as "deviceMsPerToken", tokens_per_character as "tokensPerCharacter"
     from model_rates where model = $1 for update`,
    [model],
  );
  const { deviceMsPerToken, tokensPerCharacter } = learn(before, usage, promptCharacters);
  await tx.query(
    `insert into model_rates (model, device_ms_per_token, tokens_per_character) values ($1, $2, $3)
     on conflict (model) do update set device_ms_per_token = excluded.device_ms_per_token,
       tokens_per_character = excluded.tokens_per_character, updated_at = now()`,
    [model, deviceMsPerToken, tokensPerCharacter],
  );
}
