/**
 * One client (a WebSocket, or one SSE request) and everything open in the graph on its behalf.
 *
 * Invariant: nothing outlives it. When the client unsubscribes, the subgraph hears `complete`; when the client
 * vanishes, its upstream sockets are terminated without a word, so the subgraph can tell the two apart. What it shares
 * with other clients (`shared/`, `stream-carriers.ts`) it only leaves.
 */
import { within } from '@fathom/platform/deferred';
import type { AppError } from '@fathom/platform/errors';
import type { Logger } from 'pino';
import { answerWithheld } from '../authorisation/authorisation.ts';
import type { GatewayContext } from '../context.ts';
import { Departure } from '../departure.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { createEventExecutor } from './event-executor.ts';
import type { SharedStreams } from './shared/shared-streams.ts';
import type { StreamCarriers } from './stream-carriers.ts';
import { planSubscription, type SubscriptionPlan } from './subscription-plan.ts';
import {
  type EventWay,
  type RawSink,
  type StreamEnd,
  type StreamUpstream,
  type StreamWindow,
  SubscriptionStream,
} from './subscription-stream.ts';
import { type UpstreamRequest, type UpstreamSink, UpstreamSocket } from './upstream-socket.ts';

export interface StreamSettings {
  readonly window: StreamWindow;
  readonly connectTimeoutMs: number;
  readonly pingIntervalMs: number;
  /** How old an entity may be that was fetched for an earlier event of the same subscription. */
  readonly maxEntityAgeMs: number;
  /** The largest event that a service may send. */
  readonly maxEventBytes: number;
  /** Of clients with one stream each that share a socket to a service. */
  readonly maxStreamsPerSocket: number;
}

export interface StreamObserver {
  opened(service: string): void;
  event(service: string, way: EventWay): void;
  closed(service: string, end: StreamEnd, code: string | undefined): void;
}

export interface OpenStreamOptions {
  /** The client's id of the operation, unique among those open on this connection. */
  readonly id: string;
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  readonly rawSink: RawSink | undefined;
  readonly observer: StreamObserver;
}

export interface ClientConnectionOptions {
  readonly streams: StreamSettings;
  readonly sharedStreams: SharedStreams;
  readonly streamCarriers: StreamCarriers;
  readonly logger: Logger;
}

/** Whether the client has streams enough for sockets of its own, or one that travels with those of others. */
export type UpstreamSockets = 'own' | 'carried';

/** Whatever feeds a stream. */
interface StreamSource extends StreamUpstream {
  start(sink: UpstreamSink): void;
  /** The stream is over, however that came. */
  closed(): void;
}

export class ClientConnection {
  readonly #settings: StreamSettings;
  readonly #shared: SharedStreams;
  readonly #logger: Logger;
  readonly #upstreams = new Map<string, UpstreamSocket>();
  /** What it shares with other clients. */
  readonly #members = new Set<Pick<StreamUpstream, 'abandon'>>();
  readonly #carriers: StreamCarriers | undefined;
  readonly #streams = new Set<SubscriptionStream>();
  #gone = false;
  #onIdle: (() => void) | undefined;

  constructor(
    { streams, sharedStreams, streamCarriers, logger }: ClientConnectionOptions,
    sockets: UpstreamSockets = 'own',
  ) {
    this.#settings = streams;
    this.#shared = sharedStreams;
    this.#carriers = sockets === 'carried' ? streamCarriers : undefined;
    this.#logger = logger;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Throws what planning throws; everything later is an event of the stream. */
  open(options: OpenStreamOptions): SubscriptionStream {
    const { snapshot, operation, context, observer } = options;
    const plan = planSubscription(snapshot, operation);
    const ended = new Departure();
    const clientLeft = { handleEvent: () => ended.abort(context.signal.reason) };
    context.signal.addEventListener('abort', clientLeft, { once: true });
    if (context.signal.aborted) clientLeft.handleEvent();
    const streamContext = { ...context, signal: ended };
    const source =
      this.#member(options, plan) ?? this.#carried(options, plan) ?? this.#ownSource(options, plan);

    const execute = createEventExecutor({
      snapshot,
      plan,
      operation,
      context: streamContext,
      maxEntityAgeMs: this.#settings.maxEntityAgeMs,
    });
    const stream = new SubscriptionStream({
      service: plan.service,
      window: this.#settings.window,
      execute: (event) => answerWithheld(snapshot, operation, () => execute(event)),
      formatError: (error) => ({ data: null, errors: [formatExecutionError(error, context)] }),
      rawSink: plan.verbatim && !operation.withheld ? options.rawSink : undefined,
      upstream: source,
      onEvent: (way) => observer.event(plan.service, way),
      onEnd: (end, code) => {
        this.#streams.delete(stream);
        source.closed();
        if (this.#streams.size === 0) this.#onIdle?.();
        context.signal.removeEventListener('abort', clientLeft);
        ended.abort(end);
        snapshot.release();
        observer.closed(plan.service, end, code);
      },
    });
    this.#streams.add(stream);
    snapshot.retain();
    observer.opened(plan.service);
    source.start(stream.sink);
    return stream;
  }

  /** Undefined where the service has not declared that the stream may be shared. */
  #member(
    { id, snapshot, operation, context }: OpenStreamOptions,
    { service, shareable }: SubscriptionPlan,
  ): StreamSource | undefined {
    if (!shareable || !context.principal) return undefined;
    const member = this.#shared.join({
      id,
      service,
      url: streamUrlOf(snapshot, service),
      snapshot,
      operation: shareable,
      variables: operation.variables,
      identity: context.principal.identity,
      traceHeaders: context.traceHeaders,
      isClientGone: () => this.#gone,
      onOver: () => this.#members.delete(member),
    });
    this.#members.add(member);
    return member;
  }

  #carried(
    { snapshot, operation, context }: OpenStreamOptions,
    plan: SubscriptionPlan,
  ): StreamSource | undefined {
    if (!this.#carriers) return undefined;
    const stream = this.#carriers.open({
      service: plan.service,
      url: streamUrlOf(snapshot, plan.service),
      request: requestOf(plan, operation, context),
      identityFor: context.identityFor,
      isClientGone: () => this.#gone,
      onOver: () => this.#members.delete(stream),
    });
    this.#members.add(stream);
    return stream;
  }

  /** A stream of this client's own, on its socket to the service. */
  #ownSource({ id, snapshot, operation, context }: OpenStreamOptions, plan: SubscriptionPlan): StreamSource {
    const upstream = this.#upstream(plan.service, snapshot, context);
    return {
      pause: () => upstream.pause(id),
      resume: () => upstream.resume(id),
      unsubscribe: () => upstream.unsubscribe(id),
      abandon: (error) => upstream.abandon(error),
      isClientGone: () => this.#gone,
      start: (sink) => upstream.subscribe(id, requestOf(plan, operation, context), sink),
      closed: () => undefined,
    };
  }

  /** The client has vanished: whatever ran for it can be resumed by its cursor. */
  vanish(): void {
    this.#gone = true;
    for (const upstream of [...this.#upstreams.values()]) upstream.terminate();
    for (const stream of [...this.#streams]) void stream.return();
  }

  /** The gateway goes: as if the client had vanished, but it is told to come back. */
  abandonAll(error: AppError): void {
    for (const upstream of [...this.#upstreams.values()]) upstream.abandon(error);
    for (const member of [...this.#members]) member.abandon(error);
  }

  /** Its key was revoked: everything it started is stopped, and it is told why. Resolves when it was told. */
  async cancelAll(error: AppError): Promise<void> {
    for (const stream of this.#streams) stream.cancel(error);
    await this.#idle();
  }

  /** Its token is over: everything is left resumable, and it is told why. Resolves when it was told. */
  async expireAll(error: AppError): Promise<void> {
    this.abandonAll(error);
    await this.#idle();
  }

  async #idle(): Promise<void> {
    if (this.#streams.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    // A client that does not read is not waited for.
    await within(idle, 1_000);
  }

  #upstream(service: string, snapshot: Snapshot, context: GatewayContext): UpstreamSocket {
    // A stream stays on its snapshot, and two snapshots may route a service differently.
    const key = `${snapshot.id} ${service}`;
    const open = this.#upstreams.get(key);
    if (open && !open.closed) return open;
    const created: UpstreamSocket = new UpstreamSocket({
      service,
      url: streamUrlOf(snapshot, service),
      identityFor: context.identityFor,
      traceHeaders: context.traceHeaders,
      connectTimeoutMs: this.#settings.connectTimeoutMs,
      pingIntervalMs: this.#settings.pingIntervalMs,
      maxEventBytes: this.#settings.maxEventBytes,
      logger: this.#logger,
      onClosed: () => {
        if (this.#upstreams.get(key) === created) this.#upstreams.delete(key);
      },
    });
    this.#upstreams.set(key, created);
    return created;
  }
}

function requestOf(
  plan: SubscriptionPlan,
  operation: AdmittedOperation,
  context: GatewayContext,
): UpstreamRequest {
  return {
    query: plan.operation,
    operationName: plan.operationName,
    variables: pick(operation.variables, plan.variableNames),
    extensions: context.traceHeaders(),
  };
}

function streamUrlOf(snapshot: Snapshot, name: string): string {
  const service = snapshot.services[name];
  if (service?.kind !== 'remote') throw new Error(`"${name}" lives in this process and streams nothing`);
  return service.endpoint.stream;
}

function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
}
