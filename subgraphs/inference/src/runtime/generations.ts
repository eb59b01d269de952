/**
 * The generations that this process computes, from acceptance to their stored end, and what is taken over from
 * processes that are gone.
 *
 *   prepared --row stored--> accepted --strategy runs--> last event in the stream --> result in the row --> gone from here
 *
 * Invariant: whatever was accepted ends. A process that dies leaves row and stream; the next one goes on from them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '@fathom/platform/database/database';
import { Gathering } from '@fathom/platform/gathering';
import type { Identity } from '@fathom/platform/identity';
import type { Logger } from '@fathom/platform/logging';
import { requireScope } from '@fathom/platform/server/scopes';
import type { StreamBuffer } from '@fathom/platform/streams/stream-buffer';
import type { AskInput, GenerateInput } from '../__generated__/schema.ts';
import type { WithoutSlot } from '../domain/admission.ts';
import { applyEvents, type GenerationEvent, type GenerationRecord, isEnded } from '../domain/generation.ts';
import { maxChoices } from '../domain/limits.ts';
import type { Refusal } from '../domain/refusal.ts';
import { raise } from '../errors.ts';
import type { GrammarChecker } from '../grammar/grammar-checker.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import { readEvents, streamOf } from '../stores/generation-events.ts';
import {
  type AcceptedGeneration,
  cancelChannel,
  type GenerationStore,
  type Unfinished,
  watchChannel,
} from '../stores/generation-store.ts';
import { Attendance, type Leave, type Role } from './attendance.ts';
import type { ConversationName } from './conversation-name.ts';
import { EventLog } from './event-log.ts';
import type { UnknownModelRefusal } from './find-model.ts';
import type { GenerationMetrics } from './generation-metrics.ts';
import { GenerationRun } from './generation-run.ts';
import { type Caller, type Prepared, prepareAsk, prepareGenerate } from './intake.ts';
import { type AskDependencies, runAsk } from './run-ask.ts';
import { type GenerateDependencies, runGenerate } from './run-generate.ts';
import { runToEnd, type Strategy } from './run-to-end.ts';
import type { ShadowTraffic } from './shadow-traffic.ts';

export interface OverloadedRefusal {
  readonly kind: 'overloaded';
  readonly message: string;
  readonly retryAfterMs: number;
}

export type Started =
  | { readonly kind: 'started'; readonly record: GenerationRecord; readonly role: Role }
  | Refusal
  | UnknownModelRefusal
  | OverloadedRefusal;

export type Cancelled =
  | { readonly kind: 'cancelled'; readonly record: GenerationRecord }
  | { readonly kind: 'already-ended'; readonly record: GenerationRecord }
  | { readonly kind: 'not-found' };

export interface GenerationsOptions extends AskDependencies, GenerateDependencies {
  /** Names this process across its restarts. */
  readonly instance: string;
  readonly database: Database;
  readonly store: GenerationStore;
  readonly streams: StreamBuffer;
  readonly pool: EnginePool;
  readonly conversationName: ConversationName;
  readonly grammars: GrammarChecker;
  readonly shadows: ShadowTraffic;
  /** How long a generation goes on that nobody watches. */
  readonly graceMs: number;
  readonly metrics: GenerationMetrics;
  readonly logger: Logger;
}

interface Active {
  readonly run: GenerationRun;
  readonly ended: Promise<void>;
  isAdmitted: boolean;
}

const heartbeatMs = 2_000;
const deadAfterMs = 10_000;
const maxTakeovers = 3;
/**
 * The row says so much later that a generation runs: here that is known without it, to others it matters of those alone that
 * run for longer, and these are told together.
 */
const markLingerMs = 250;

export class Generations {
  readonly #options: GenerationsOptions;
  readonly #active = new Map<string, Active>();
  readonly #closing = new AbortController();
  readonly #attendance: Attendance;
  /** By tenant, requests of the devices that are accepted by the queue, but whose generations are not yet in the table. */
  readonly #reserved = new Map<string, number>();
  readonly #marks: Gathering<string, void>;
  #heart: NodeJS.Timeout | undefined;
  #listening: readonly { close(): Promise<void> }[] = [];

  constructor(options: GenerationsOptions) {
    this.#options = options;
    this.#attendance = new Attendance({ graceMs: options.graceMs, cancel: (id) => this.#stop(id) });
    this.#marks = new Gathering<string, void>({
      lingerMs: markLingerMs,
      run: async (ids) => {
        const running = ids.filter((id) => this.#active.has(id));
        if (running.length > 0) await options.store.markRunning(running);
        return ids.map(() => undefined);
      },
    });
  }

  /** Goes on with what this instance's former life, or a dead instance, left unfinished. */
  async start(): Promise<void> {
    const { database, store, instance, logger } = this.#options;
    this.#listening = [
      await database.listen(cancelChannel, (id) => this.#stop(id)),
      await database.listen(watchChannel, (id) => this.#attendance.seenElsewhere(id)),
    ];
    await store.heartbeat(instance);
    await this.#takeOver('with-own');
    const beat = async (): Promise<void> => {
      await store.heartbeat(instance);
      await this.#takeOver('others');
    };
    this.#heart = setInterval(() => {
      beat().catch((error: unknown) => logger.warn({ err: error }, 'the heartbeat could not be stored'));
    }, heartbeatMs).unref();
  }

  async ask(caller: Caller, input: AskInput): Promise<Started> {
    requireScope(caller.identity, 'inference:ask');
    return this.#accept(caller, 1, () => prepareAsk(this.#options.deployments, caller, input));
  }

  async generate(caller: Caller, input: GenerateInput): Promise<Started> {
    requireScope(caller.identity, 'inference:ask');
    // What is more than allowed is refused behind the queue, with the reason.
    const completions = Math.min(Math.max(1, input.n ?? 1), maxChoices);
    return this.#accept(caller, completions, () =>
      prepareGenerate(this.#options.deployments, this.#options.grammars, caller, input),
    );
  }

  /** Stops a generation of the caller's tenant and waits for its end, wherever it is computed. */
  async cancel(identity: Identity, id: string): Promise<Cancelled> {
    requireScope(identity, 'inference:ask');
    const { store } = this.#options;
    const [record] = await store.byIds(identity.tenant, [id]);
    if (!record) return { kind: 'not-found' };
    if (isEnded(record)) return { kind: 'already-ended', record };
    const active = this.#active.get(id);
    if (active) {
      active.run.stop('CANCELLED');
      await active.ended;
      return outcomeOfCancel(active.run.record);
    }
    await store.requestCancel(id);
    return outcomeOfCancel(await this.#endOfRemote(identity.tenant, id, record));
  }

  /** Somebody watches a generation, here or wherever it is computed. */
  attend(id: string, role: Role): Leave {
    if (this.#active.has(id)) return this.#attendance.attend(id, role);
    const { store, graceMs, logger } = this.#options;
    const announce = (): void => {
      store
        .announceWatcher(id)
        .catch((error: unknown) => logger.debug({ err: error }, 'a watcher could not be announced'));
    };
    announce();
    const beacon = setInterval(announce, Math.max(50, graceMs / 3)).unref();
    return () => clearInterval(beacon);
  }

  /** What runs here, as it stands at this moment. */
  running(id: string): GenerationRecord | undefined {
    const active = this.#active.get(id);
    if (!active) return undefined;
    const { record } = active.run;
    return active.isAdmitted && record.status === 'QUEUED' ? { ...record, status: 'RUNNING' } : record;
  }

  /** Leaves what runs to the next process. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    this.#attendance.close();
    for (const listening of this.#listening) await listening.close();
    const active = [...this.#active.values()];
    for (const { run } of active) run.stop('SUSPENDED');
    this.#closing.abort('SUSPENDED');
    await Promise.all(active.map(({ ended }) => ended));
    await this.#marks.drain();
  }

  /** So many requests of the devices are admitted together, or none. */
  async #accept(caller: Caller, requests: number, prepare: () => Promise<Prepared>): Promise<Started> {
    const { shadows, pool, metrics } = this.#options;
    const { tenant } = caller.identity;
    shadows.makeWay();
    const { all, withoutSlot } = this.#requests(tenant, requests - 1);
    const admission = pool.admission(all, withoutSlot);
    if (admission.kind === 'down') {
      metrics.refused('DEVICES_DOWN');
      const { detail, retryAfterMs } = admission;
      throw raise('DEVICES_DOWN', { because: detail, details: { retryAfterMs } });
    }
    if (admission.kind === 'overloaded') {
      const { reason, queued, retryAfterMs } = admission;
      metrics.refused(reason);
      const whose = reason === 'TENANT_SHARE' ? ' of your tenant, which is its share of the queue,' : '';
      return {
        kind: 'overloaded',
        retryAfterMs,
        message: `All slots are taken and ${queued} requests${whose} wait.`,
      };
    }
    this.#reserve(tenant, requests);
    try {
      const prepared = await prepare();
      return prepared.kind === 'prepared' ? await this.#store(prepared) : prepared;
    } finally {
      this.#reserve(tenant, -requests);
    }
  }

  #reserve(tenant: string, requests: number): void {
    const reserved = (this.#reserved.get(tenant) ?? 0) + requests;
    if (reserved > 0) this.#reserved.set(tenant, reserved);
    else this.#reserved.delete(tenant);
  }

  /**
   * Those that the devices have, or will have, of what this process accepted, with so many more of a tenant. The completions
   * of a generation count as begun when one of them is.
   */
  #requests(tenant: string, more: number): { readonly all: number; readonly withoutSlot: WithoutSlot } {
    let all = more;
    let ofAll = more;
    let ofTenant = more;
    const add = (whose: string, requests: number, hasSlot: boolean): void => {
      all += requests;
      if (hasSlot) return;
      ofAll += requests;
      if (whose === tenant) ofTenant += requests;
    };
    for (const [whose, requests] of this.#reserved) add(whose, requests, false);
    for (const { run, isAdmitted } of this.#active.values()) {
      // What has ended has no request any more, though its result is still on the way to the row.
      if (!isEnded(run.record)) add(run.record.tenant, run.settings.choices ?? 1, isAdmitted);
    }
    return { all, withoutSlot: { ofTenant, ofAll } };
  }

  async #store(prepared: Extract<Prepared, { kind: 'prepared' }>): Promise<Started> {
    const { store, instance, shadows } = this.#options;
    const { generation, idempotencyKey, shadow } = prepared;
    const { record } = generation;
    const acceptance = await store.accept(generation, { owner: instance, idempotencyKey });
    if (acceptance.kind === 'accepted') {
      const { run, ended } = this.#run(generation, [], this.#strategyOf(record));
      if (shadow) void ended.then(() => shadows.copy(shadow, run.record));
      return { kind: 'started', record, role: 'starter' };
    }
    const existing = acceptance.record;
    if (isSameQuestion(existing, record)) {
      return { kind: 'started', record: existing, role: 'follower' };
    }
    const message = `This idempotency key was used for another ${existing.kind === 'ASK' ? 'question' : 'prompt'}. Use a key once.`;
    return { kind: 'invalid', field: 'input.idempotencyKey', message };
  }

  /** Computes a generation behind the events that its stream holds already. */
  #run(generation: AcceptedGeneration, events: readonly GenerationEvent[], strategy: Strategy): Active {
    const { streams, pool, deployments, conversationName, logger } = this.#options;
    const { id } = generation.record;
    const log = new EventLog({
      streams,
      stream: streamOf(id),
      written: events.length,
      logger,
      signal: this.#closing.signal,
    });
    const run = new GenerationRun({
      ...generation,
      record: applyEvents(generation.record, events),
      log,
      pool,
      deployments,
      conversationName,
      logger,
      onAdmitted: () => {
        active.isAdmitted = true;
        this.#marks
          .add(id)
          .catch((error: unknown) =>
            logger.warn({ err: error, generation: id }, 'its status could not be stored'),
          );
      },
    });
    if (events.length === 0) void run.emit([{ type: 'started' }]);
    const active: Active = {
      run,
      isAdmitted: false,
      ended: runToEnd(run, strategy, { ...this.#options, closing: this.#closing.signal }).finally(() => {
        this.#active.delete(id);
        this.#attendance.forget(id);
      }),
    };
    this.#active.set(id, active);
    return active;
  }

  async #takeOver(whose: 'with-own' | 'others'): Promise<void> {
    const { store, instance, streams, logger } = this.#options;
    const unfinished = await store.takeOver({ owner: instance, deadAfterMs, withOwn: whose === 'with-own' });
    for (const generation of unfinished) {
      const { id } = generation.record;
      const events = await readEvents(streams, id);
      logger.info({ generation: id, events: events.length }, 'an unfinished generation goes on');
      this.#run(generation, events, this.#strategyAfterTakeOver(generation));
      this.#attendance.await(id);
    }
  }

  #strategyAfterTakeOver({ record, takeovers, isCancelRequested }: Unfinished): Strategy {
    if (isCancelRequested) return (run) => run.complete('CANCELLED');
    if (takeovers <= maxTakeovers) return this.#strategyOf(record);
    const message = `${maxTakeovers + 1} processes ended while they computed this generation.`;
    return (run) => run.fail('DEVICE_LOST', message);
  }

  #strategyOf({ kind }: GenerationRecord): Strategy {
    return kind === 'ASK' ? (run) => runAsk(run, this.#options) : (run) => runGenerate(run, this.#options);
  }

  #stop(id: string): void {
    this.#active.get(id)?.run.stop('CANCELLED');
  }

  async #endOfRemote(tenant: string, id: string, record: GenerationRecord): Promise<GenerationRecord> {
    const { streams, store } = this.#options;
    for await (const _ of streams.follow(streamOf(id), 0, this.#closing.signal)) {
      // Only the end matters.
    }
    const events = await readEvents(streams, id);
    const [stored] = await store.byIds(tenant, [id]);
    return stored && isEnded(stored) ? stored : applyEvents(record, events);
  }
}

function isSameQuestion(a: GenerationRecord, b: GenerationRecord): boolean {
  return a.prompt === b.prompt && a.kind === b.kind && isDeepStrictEqual(a.messages, b.messages);
}

function outcomeOfCancel(record: GenerationRecord): Cancelled {
  return { kind: record.status === 'CANCELLED' ? 'cancelled' : 'already-ended', record };
}
