/**
 * What work has used replaces what was charged for it. Several works are settled by one statement of each kind, in the caller's
 * transaction; of each the effect is the same as alone. Rows are locked in one order everywhere: charges are never waited for,
 * budgets of credentials before those of tenants, a model's rate before that of all models.
 */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Demand } from '../limits/generation-demand.ts';
import { type Cost, costOf, learn, type ModelRate, rateNames, type Usage } from '../limits/prediction.ts';

/** A generation, or a batch of texts that were read, as the service announces it. */
export interface CompletedWork extends Usage {
  readonly kind: Demand['kind'];
  readonly tenant: string;
  readonly traceId: string;
  /** Without version. */
  readonly model: string | undefined;
  readonly completedAt: Date;
}

interface Charge extends Cost {
  readonly credential: string;
  readonly promptCharacters: number;
}

interface Settled {
  readonly work: CompletedWork;
  /** Undefined if it expired, or nothing was charged: then the tenant pays alone. */
  readonly charge: Charge | undefined;
}

/**
 * Each work takes the oldest charge under its trace. Which of several it was meant for does not matter: each takes one.
 */
export async function settle(tx: Queryable, works: readonly CompletedWork[]): Promise<void> {
  const settled = await takeCharges(tx, works);
  await credit(tx, settled);
  await learnRates(tx, settled);
  await countUsage(tx, works);
}

async function takeCharges(tx: Queryable, works: readonly CompletedWork[]): Promise<readonly Settled[]> {
  const charges = new Map<CompletedWork, Charge>();
  for (const round of roundsOf(works)) {
    const rows = await tx.query<Charge & { readonly place: number }>(
      `delete from charges c using (
         select w.place, oldest.id
         from unnest($1::text[], $2::text[]) with ordinality as w (tenant, trace_id, place)
         cross join lateral (
           select id from charges where tenant = w.tenant and trace_id = w.trace_id
           order by charged_at, id limit 1 for update skip locked) oldest
       ) taken where c.id = taken.id
       returning taken.place::int as place, c.credential, c.tokens, c.device_ms as "deviceMs",
                 c.prompt_characters as "promptCharacters"`,
      [round.map(({ tenant }) => tenant), round.map(({ traceId }) => traceId)],
    );
    for (const { place, ...charge } of rows) charges.set(round[place - 1] as CompletedWork, charge);
  }
  return works.map((work) => ({ work, charge: charges.get(work) }));
}

/** Works of one trace one after another, for one statement sees each charge once. */
function roundsOf(works: readonly CompletedWork[]): readonly (readonly CompletedWork[])[] {
  const rounds: CompletedWork[][] = [];
  const ofTrace = new Map<string, number>();
  for (const work of works) {
    const trace = JSON.stringify([work.tenant, work.traceId]);
    const before = ofTrace.get(trace) ?? 0;
    ofTrace.set(trace, before + 1);
    const round = rounds[before];
    if (round) round.push(work);
    else rounds.push([work]);
  }
  return rounds;
}

/** What was charged and not used comes back; what was used beyond it is taken. */
async function credit(tx: Queryable, settled: readonly Settled[]): Promise<void> {
  const ofCredentials = new Map<string, Cost>();
  const ofTenants = new Map<string, Cost>();
  for (const { work, charge } of settled) {
    const used = costOf(work);
    const back = {
      tokens: (charge?.tokens ?? 0) - used.tokens,
      deviceMs: (charge?.deviceMs ?? 0) - used.deviceMs,
    };
    if (charge) add(ofCredentials, charge.credential, back);
    add(ofTenants, `tenant:${work.tenant}`, back);
  }
  const credits = [...inOrder(ofCredentials), ...inOrder(ofTenants)];
  await tx.query(
    `update budgets b set tokens = b.tokens + back.tokens, device_ms = b.device_ms + back.device_ms
     from (
       select w.name, w.tokens, w.device_ms
       from unnest($1::text[], $2::float8[], $3::float8[]) with ordinality as w (name, tokens, device_ms, place)
       join budgets held on held.name = w.name order by w.place for no key update of held
     ) back where b.name = back.name`,
    [
      credits.map(([name]) => name),
      credits.map(([, { tokens }]) => tokens),
      credits.map(([, { deviceMs }]) => deviceMs),
    ],
  );
}

function add(sums: Map<string, Cost>, name: string, { tokens, deviceMs }: Cost): void {
  const sum = sums.get(name);
  sums.set(name, { tokens: (sum?.tokens ?? 0) + tokens, deviceMs: (sum?.deviceMs ?? 0) + deviceMs });
}

const inOrder = <Value>(byName: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] =>
  [...byName].sort(([a], [b]) => (a < b ? -1 : 1));

async function learnRates(tx: Queryable, settled: readonly Settled[]): Promise<void> {
  const pairs = settled.map(({ work }) => rateNames(work.kind, work.model));
  const ofAll = new Set(pairs.map(([, name]) => name));
  const ofModels = new Set(pairs.map(([name]) => name).filter((name) => !ofAll.has(name)));
  const names = [...[...ofModels].sort(), ...[...ofAll].sort()];
  const rows = await tx.query<ModelRate & { readonly model: string }>(
    `select r.model, r.device_ms_per_token as "deviceMsPerToken", r.tokens_per_character as "tokensPerCharacter"
     from unnest($1::text[]) with ordinality as w (model, place)
     join model_rates r on r.model = w.model order by w.place for update of r`,
    [names],
  );
  const rates = new Map<string, ModelRate>(rows.map(({ model, ...rate }) => [model, rate]));
  for (const { work, charge } of settled)
    for (const name of new Set(rateNames(work.kind, work.model)))
      rates.set(name, learn(rates.get(name), work, charge?.promptCharacters));
  const learnt = names.flatMap((model) => {
    const rate = rates.get(model);
    return rate ? [{ model, ...rate }] : [];
  });
  await tx.query(
    `insert into model_rates (model, device_ms_per_token, tokens_per_character)
     select * from unnest($1::text[], $2::float8[], $3::float8[])
     on conflict (model) do update set device_ms_per_token = excluded.device_ms_per_token,
       tokens_per_character = excluded.tokens_per_character, updated_at = now()`,
    [
      learnt.map(({ model }) => model),
      learnt.map(({ deviceMsPerToken }) => deviceMsPerToken),
      learnt.map(({ tokensPerCharacter }) => tokensPerCharacter),
    ],
  );
}

async function countUsage(tx: Queryable, works: readonly CompletedWork[]): Promise<void> {
  await tx.query(
    `insert into daily_usage as d (tenant, day, generations, prompt_tokens, completion_tokens, device_ms)
     select tenant, (at at time zone 'utc')::date, sum(generations), sum(prompt_tokens), sum(completion_tokens), sum(device_ms)
     from unnest($1::text[], $2::timestamptz[], $3::int[], $4::float8[], $5::float8[], $6::float8[])
       as w (tenant, at, generations, prompt_tokens, completion_tokens, device_ms)
     group by 1, 2 order by 1, 2
     on conflict (tenant, day) do update set generations = d.generations + excluded.generations,
       prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
       completion_tokens = d.completion_tokens + excluded.completion_tokens,
       device_ms = d.device_ms + excluded.device_ms`,
    [
      works.map(({ tenant }) => tenant),
      works.map(({ completedAt }) => completedAt),
      works.map(({ kind }) => (kind === 'generation' ? 1 : 0)),
      works.map(({ promptTokens }) => promptTokens),
      works.map(({ completionTokens }) => completionTokens),
      works.map(({ deviceMs }) => deviceMs),
    ],
  );
}
