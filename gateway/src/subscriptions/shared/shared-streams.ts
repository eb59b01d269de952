/**
 * Identical subscriptions share one upstream, where a service declared that they may (`shared-stream-rules.ts`).
 *
 *   subscriber (admitted by itself) --+
 *   subscriber ----------------------- +--> member --> group: same supergraph, operation, variables, tenant, scopes
 *   subscriber ----------------------+           \--> feed --> one subscription at the service
 *
 * Invariant: a subscriber gets what it would have got alone, each event once and in order, and can neither hold back nor
 * end the stream of another. Each was authorised before it comes here, and fetches of other services are made for each by
 * its own identity. The upstream runs under an identity of the gateway's that has no subject of a client's, but the tenant,
 * scopes and roles that all of its subscribers have: so it outlives any of them, and sees no more than each of them may.
 */
import type { Identity } from '@fathom/platform/identity';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GatewayContext } from '../../context.ts';
import type { Snapshot } from '../../supergraph/snapshot.ts';
import { type UpstreamSink, UpstreamSocket } from '../upstream-socket.ts';
import { afterVariable, type Position, type ShareableOperation } from './shareable-operation.ts';
import type { FeedUpstream } from './shared-feed.ts';
import { type FeedObserver, SharedGroup } from './shared-group.ts';
import { SharedMember } from './shared-member.ts';

export interface SharedStreamSettings {
  /** Of each upstream: how many of its newest events are kept for those who read slower or come later. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** How long an upstream that was lost is tried to be continued before its subscribers are told. */
  readonly resumeForMs: number;
}

export interface SharedStreamsOptions {
  readonly settings: SharedStreamSettings;
  readonly sockets: SocketSettings;
  readonly signer: IdentitySigner;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

interface SocketSettings {
  readonly connectTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly maxEventBytes: number;
}

export interface JoinOptions {
  readonly id: string;
  readonly service: string;
  readonly url: string;
  readonly snapshot: Snapshot;
  readonly operation: ShareableOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly identity: Identity;
  readonly traceHeaders: GatewayContext['traceHeaders'];
  readonly isClientGone: () => boolean;
  /** It has left for good. */
  readonly onOver: () => void;
}

export interface SharedStreams {
  /** It is in no feed until it is started. */
  join(options: JoinOptions): SharedMember;
}

export function createSharedStreams(options: SharedStreamsOptions): SharedStreams {
  const { settings, metrics } = options;
  const groups = new Map<string, SharedGroup>();
  const observe = createSharedStreamMetrics(metrics);

  function groupFor(joining: JoinOptions): SharedGroup {
    const key = keyOf(joining);
    const known = groups.get(key);
    if (known) return known;
    const { operation, service } = joining;
    const observer = observe(service);
    const group = new SharedGroup({
      limits: settings,
      resumeForMs: settings.resumeForMs,
      // Full jitter would let it wait for nothing; half of it keeps the upstreams of a lost service apart.
      pauseMs: (attempt) => Math.min(1_000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2),
      now: () => performance.now(),
      open: (position, sink) => openUpstream(options, { joining, position, sink }),
      canResume: operation.canResume,
      cursorOf: operation.cursorOf,
      observer,
      onResumed: () => observer.happened('resumed'),
      onEmpty: () => groups.delete(key),
    });
    groups.set(key, group);
    return group;
  }

  return {
    join(joining) {
      const observer = observe(joining.service);
      observer.entered();
      return new SharedMember({
        id: joining.id,
        position: joining.operation.positionOf(joining.variables),
        isClientGone: joining.isClientGone,
        // Asked for anew each time: a group that nobody reads is gone.
        place: (member) => groupFor(joining).place(member),
        onFellBehind: () => observer.happened('fell_behind'),
        onOver: () => {
          observer.left();
          joining.onOver();
        },
      });
    },
  };
}

/** Equal where nothing that a service may look at differs but where the subscription begins. */
function keyOf({ snapshot, service, operation, variables, identity }: JoinOptions): string {
  const { rule, fromStart, variableNames } = operation;
  return JSON.stringify([
    snapshot.id,
    service,
    fromStart,
    variableNames.map((name) => [name, canonical(variables[name])]),
    rule.by === 'TENANT' ? identity.tenant : null,
    [...identity.scopes].sort(),
    [...identity.roles].sort(),
  ]);
}

/** The same value with the keys of its objects in order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, item]) => [name, canonical(item)]);
}

interface Opening {
  readonly joining: JoinOptions;
  readonly position: Position;
  readonly sink: UpstreamSink;
}

/** The only stream of its socket. */
const streamId = '1';

function openUpstream(
  { sockets, signer, logger }: SharedStreamsOptions,
  { joining, position, sink }: Opening,
): FeedUpstream {
  const { service, url, operation, variables, traceHeaders } = joining;
  const identity = sharedIdentity(joining);
  const socket = new UpstreamSocket({
    ...sockets,
    service,
    url,
    identityFor: (request) => signer.sign(identity, request),
    traceHeaders,
    logger,
    onClosed: () => undefined,
  });
  const behind = position.kind === 'behind' ? position.cursor : undefined;
  const shared = Object.fromEntries(
    operation.variableNames.flatMap((name) => (name in variables ? [[name, variables[name]]] : [])),
  );
  socket.subscribe(
    streamId,
    {
      query: behind === undefined ? operation.fromStart : operation.behindCursor,
      operationName: undefined,
      variables: behind === undefined ? shared : { ...shared, [afterVariable]: behind },
      extensions: traceHeaders(),
    },
    sink,
  );
  return {
    pause: () => socket.pause(streamId),
    resume: () => socket.resume(streamId),
    unsubscribe: () => socket.unsubscribe(streamId),
    terminate: () => socket.terminate(),
  };
}

/** No API key and no issuer's subject is called that: keys are `key:…`. */
const gatewaySubject = 'gateway:shared-stream';

function sharedIdentity({ operation, identity }: JoinOptions): Identity {
  const { tenant, scopes, roles } = identity;
  return {
    subject: gatewaySubject,
    // What nobody is to be told apart by is not told.
    tenant: operation.rule.by === 'TENANT' ? tenant : gatewaySubject,
    scopes,
    roles,
  };
}

interface SharingObserver extends FeedObserver {
  entered(): void;
  left(): void;
}

function createSharedStreamMetrics(metrics: Metrics): (subgraph: string) => SharingObserver {
  const upstreams = metrics.gauge({
    name: 'fathom_gateway_shared_upstreams',
    help: 'Subscriptions at services that are open now for shared streams; compare fathom_gateway_shared_subscribers.',
    labels: ['subgraph'],
  });
  const subscribers = metrics.gauge({
    name: 'fathom_gateway_shared_subscribers',
    help: 'Subscriptions of clients that are fed by shared upstreams now.',
    labels: ['subgraph'],
  });
  const events = metrics.counter({
    name: 'fathom_gateway_shared_stream_events_total',
    help: 'Subscribers that joined an upstream already open, fell behind it, or merged into it having caught up; upstreams resumed after a loss.',
    labels: ['subgraph', 'event'],
  });
  return (subgraph) => ({
    opened: () => upstreams.inc({ subgraph }),
    closed: () => upstreams.dec({ subgraph }),
    happened: (event) => events.inc({ subgraph, event }),
    entered: () => subscribers.inc({ subgraph }),
    left: () => subscribers.dec({ subgraph }),
  });
}
