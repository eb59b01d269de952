/**
 * What a key and its tenant may spend on generating: tokens and device time, each a bucket that refills evenly and holds
 * what a window brings. All gateways share them.
 *
 *   admitted -> charged by prediction -> ended here  ->  settled by what the service announces: what was not used comes back
 *                    |                      |                   ^
 *                    |                      '-- nothing came of it: given back within seconds
 *                    '-- this gateway is killed, the client resumes elsewhere: settled all the same, or given back when the
 *                        charge expires
 *
 * The settlement rests on what the service wrote down, not on what passed through here, so it does not matter whether
 * anybody saw the end of the stream. While the database is down, nothing is charged and everyone is let in: what is
 * generated meanwhile is still taken from the tenant's budget once it is back.
 */
import { Gathering } from '@fathom/platform/gathering';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { Principal } from '../auth/principal.ts';
import { raise } from '../errors.ts';
import type { BudgetName, BudgetState, BudgetStore } from '../stores/budget-store.ts';
import type { TokenBudget } from './budget-headers.ts';
import type { Demand } from './generation-demand.ts';
import { type Cost, type ModelRate, predict } from './prediction.ts';

export interface BudgetLimits {
  readonly windowMs: number;
  readonly perCredential: Cost;
  readonly perTenant: Cost;
}

export interface Charge {
  /** What it left of the budget that has the least left. Absent where nothing was charged. */
  readonly left?: TokenBudget;
  /** The operation has ended here, with this code or way of a stream's end. */
  ended(outcome: string): void;
}

export interface Budgets {
  /** Throws BUDGET_EXHAUSTED or OPERATION_BEYOND_BUDGET; then nothing is charged. */
  charge(principal: Principal, demands: readonly Demand[], traceId: string): Promise<Charge>;
  /** What is left to this key and its tenant now. */
  stateOf(principal: Principal): Promise<readonly (BudgetState & { readonly windowMs: number })[]>;
  /** Other limits from now on. What was charged stays charged. */
  relimit(limits: BudgetLimits): void;
  close(): Promise<void>;
}

export interface BudgetsOptions {
  readonly store: BudgetStore;
  readonly limits: BudgetLimits;
  readonly metrics: Metrics;
  readonly onUncharged: (error: unknown) => void;
  readonly now?: () => number;
}

/** A generation waits in a queue, runs, and is announced within this. */
const longestMs = 600_000;
/** From the end of an operation until its generation's announcement has surely come. */
const settlingMs = 5_000;
const sweepEveryMs = 2_000;
/** Ends wait for each other so long: what was settled by then, as nearly all is, needs no word any more. */
const endLingerMs = 250;
const ratesAgeMs = 5_000;

/** Ends that leave the work running or resumable: the client or the service has gone, nobody has stopped anything. */
const leavesWork: ReadonlySet<string> = new Set([
  'disconnected',
  'failed',
  'CLIENT_GONE',
  'SLOW_CONSUMER',
  'SHUTTING_DOWN',
  'TOKEN_EXPIRED',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

export function createBudgets(options: BudgetsOptions): Budgets {
  const { store, onUncharged, now = Date.now } = options;
  let { limits } = options;
  const counts = createBudgetMetrics(options.metrics);
  let rates: { readonly byModel: ReadonlyMap<string, ModelRate>; readonly readAt: number } | undefined;

  async function currentRates(): Promise<ReadonlyMap<string, ModelRate>> {
    if (!rates || now() - rates.readAt > ratesAgeMs) rates = { byModel: await store.rates(), readAt: now() };
    return rates.byModel;
  }

  function budgetsOf({ credential, identity }: Principal): readonly BudgetName[] {
    return [
      { name: credential, per: 'KEY', limit: limits.perCredential },
      { name: `tenant:${identity.tenant}`, per: 'TENANT', limit: limits.perTenant },
    ];
  }

  function tokensOf({ limit, left }: BudgetState): TokenBudget {
    const missing = Math.max(0, limit.tokens - left.tokens);
    const resetAfterMs = (missing / limit.tokens) * limits.windowMs;
    return { limit: limit.tokens, left: left.tokens, resetAfterMs };
  }

  function refuse(state: BudgetState, asked: Cost): Error {
    const { per, limit, left } = state;
    counts.refused(per);
    const details = {
      per: per === 'KEY' ? 'credential' : 'tenant',
      asked: shown(asked),
      limit: shown(limit),
      left: shown(left),
      resetAfterMs: Math.ceil(tokensOf(state).resetAfterMs),
    };
    if (asked.tokens > limit.tokens || asked.deviceMs > limit.deviceMs)
      return raise('OPERATION_BEYOND_BUDGET', { details });
    const waitFor = (of: keyof Cost) => ((asked[of] - left[of]) / limit[of]) * limits.windowMs;
    const retryAfterMs = Math.max(1, Math.ceil(Math.max(waitFor('tokens'), waitFor('deviceMs'))));
    return raise('BUDGET_EXHAUSTED', { details: { ...details, retryAfterMs } });
  }

  async function sweep(): Promise<void> {
    await store.giveBackExpired();
  }

  const ending = new Gathering<readonly string[], void>({
    lingerMs: endLingerMs,
    async run(ids) {
      await store.end({ ids: ids.flat(), settlingMs });
      return ids.map(() => undefined);
    },
  });

  let sweeping: Promise<void> | undefined;
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch(onUncharged)
      .finally(() => {
        sweeping = undefined;
      });
  }, sweepEveryMs);
  timer.unref();

  return {
    async charge(principal, demands, traceId) {
      const { credential, identity } = principal;
      const budgets = budgetsOf(principal);
      let outcome: Awaited<ReturnType<BudgetStore['charge']>>;
      let total: Cost;
      try {
        const known = await currentRates();
        const parts = demands.map((demand) => ({ demand, cost: predict(demand, known) }));
        total = sumOf(parts);
        outcome = await store.charge({
          budgets,
          windowMs: limits.windowMs,
          total,
          tenant: identity.tenant,
          credential,
          traceId,
          lifetimeMs: longestMs,
          parts,
        });
      } catch (error) {
        onUncharged(error);
        return uncharged;
      }
      if (outcome.kind === 'refused') throw refuse(outcome.state, total);
      counts.charged(total);
      const { chargeIds, states } = outcome;
      const left = leastOf(states.map((state) => tokensOf(state)));
      return {
        ...(left ? { left } : {}),
        ended(code) {
          if (!leavesWork.has(code)) ending.add(chargeIds).catch(onUncharged);
        },
      };
    },
    async stateOf(principal) {
      const { windowMs } = limits;
      const states = await store.states(budgetsOf(principal), windowMs);
      return states.map((state) => ({ ...state, windowMs }));
    },
    relimit(wanted) {
      limits = wanted;
    },
    async close() {
      clearInterval(timer);
      await ending.drain();
      await sweeping;
    },
  };
}

/** Where nothing is counted: embedded gateways of tests and benchmarks, and while the database is down. */
const uncharged: Charge = { ended: () => undefined };
const nothing: Cost = { tokens: 0, deviceMs: 0 };

function leastOf(budgets: readonly TokenBudget[]): TokenBudget | undefined {
  const [first, ...others] = budgets;
  return others.reduce((least, budget) => (least && budget.left < least.left ? budget : least), first);
}

function sumOf(parts: readonly { readonly cost: Cost }[]): Cost {
  return parts.reduce<Cost>(
    (sum, { cost }) => ({ tokens: sum.tokens + cost.tokens, deviceMs: sum.deviceMs + cost.deviceMs }),
    nothing,
  );
}

const shown = ({ tokens, deviceMs }: Cost) => ({
  tokens: Math.round(tokens),
  deviceSeconds: Math.round(deviceMs) / 1000,
});

function createBudgetMetrics(metrics: Metrics) {
  const charged = metrics.counter({
    name: 'fathom_gateway_predicted_tokens_total',
    help: 'Tokens charged before work, by prediction.',
  });
  const deviceSeconds = metrics.counter({
    name: 'fathom_gateway_predicted_device_seconds_total',
    help: 'Device time charged before work, by prediction.',
  });
  const refused = metrics.counter({
    name: 'fathom_gateway_budget_refusals_total',
    help: 'Operations that a budget did not allow.',
    labels: ['per'],
  });
  return {
    charged(cost: Cost) {
      charged.inc(cost.tokens);
      deviceSeconds.inc(cost.deviceMs / 1000);
    },
    refused: (per: BudgetState['per']) => refused.inc({ per: per === 'KEY' ? 'credential' : 'tenant' }),
  };
}

/** One line when charging begins to fail; the counter tells how often. */
export function warnUncharged(metrics: Metrics, logger: Logger): (error: unknown) => void {
  const uncharged = metrics.counter({
    name: 'fathom_gateway_uncharged_operations_total',
    help: 'Times that a budget could not be charged or corrected, because the database did not answer.',
  });
  let lastLoggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    uncharged.inc();
    if (performance.now() - lastLoggedAt < 10_000) return;
    lastLoggedAt = performance.now();
    logger.warn({ err: error }, 'budgets cannot be charged; operations are let in');
  };
}
