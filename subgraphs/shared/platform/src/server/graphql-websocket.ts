/**
 * WebSocket /graphql by the graphql-transport-ws protocol.
 *
 * `connection_init` carries `{ identity, traceparent? }`; without a valid identity the socket is closed with 4403.
 * A `subscribe` message may carry `extensions: { traceparent? }`, which then holds for that operation.
 * A connection may carry the streams of many clients, each with an identity of its own: see `../stream-carrier.ts`.
 *
 * The life of an operation and the reason its signal aborts with:
 *   subscribe -> checked -> running -> over
 *                              |-- client sent `complete`          -> UNSUBSCRIBED
 *                              |-- the gateway lost its client      -> DISCONNECTED
 *                              |-- socket closed without `complete` -> DISCONNECTED
 *                              '-- drain: sockets close with 1001   -> DRAINING
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { context as otel } from '@opentelemetry/api';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import {
  type Context as ConnectionContext,
  handleProtocols,
  makeServer,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { raisePlatform } from '../errors.ts';
import type { Identity } from '../identity.ts';
import { type ProofPlace, webSocketPlace } from '../identity-proof.ts';
import type { IdentityVerifier } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import { carries, parseStreamSignal, placeOfCarried, saysCarries } from '../stream-carrier.ts';
import { currentTraceId } from '../telemetry/tracing.ts';
import { leftOnAbort } from './async-events.ts';
import { deliverEvents } from './deliver-events.ts';
import { createEventExecutor } from './event-execution.ts';
import { formatError } from './format-error.ts';
import { InFlight, type Ticket } from './in-flight.ts';
import type { OperationMetrics } from './operation-metrics.ts';
import { createOperationPreparer } from './prepare-operation.ts';
import type { RequestContext } from './request-context.ts';
import { StreamGate } from './stream-gate.ts';
import { beginOperation, type WebSocketOperation } from './websocket-operation.ts';
import { attachSocket, type SendMessage } from './websocket-socket.ts';

export interface GraphQLWebSocketOptions<Context extends RequestContext> {
  readonly schema: GraphQLSchema;
  readonly identityVerifier: IdentityVerifier;
  /** Called anew for every event, so that no loader outlives the event it was made for. */
  readonly makeContext: (request: RequestContext) => Context;
  readonly metrics: OperationMetrics;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
}

export interface GraphQLWebSocket {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, which tells clients to connect again elsewhere. */
  close(): Promise<void>;
}

interface Connection {
  /** By operation id. */
  readonly live: Map<string, LiveOperation>;
  identity?: Identity;
  /** Each of its streams must show an identity of its own. */
  carries?: boolean;
  send?: SendMessage;
}

interface LiveOperation {
  readonly id: string;
  readonly connection: Connection;
  readonly ticket: Ticket;
  readonly gate: StreamGate;
  operation?: WebSocketOperation;
}

type WsContext = ConnectionContext<Record<string, unknown>, Connection>;

/** How long a closed socket's other end may take to say goodbye. */
const closeTimeoutMs = 1_000;

export function createGraphQLWebSocket<Context extends RequestContext>(
  options: GraphQLWebSocketOptions<Context>,
): GraphQLWebSocket {
  const { schema, identityVerifier, makeContext, metrics, logger, maxBodyBytes } = options;
  const prepare = createOperationPreparer(schema);
  // Ids may be used again on one socket; a subscribe message's payload is one object from its first hook to its last.
  const operations = new WeakMap<SubscribePayload, LiveOperation>();
  const inFlight = new InFlight();

  const protocol = makeServer<Record<string, unknown>, Connection>({
    async onConnect({ connectionParams, extra }) {
      try {
        extra.identity = await verify(connectionParams?.['identity'], webSocketPlace);
        extra.carries = saysCarries(connectionParams);
        return extra.carries ? { ...carries } : true;
      } catch (error) {
        logger.info({ err: error }, 'a WebSocket without a valid identity was refused');
        return false;
      }
    },
    async onSubscribe(connection, id, payload) {
      const { extra } = connection;
      const live: LiveOperation = { id, connection: extra, ticket: inFlight.open(), gate: new StreamGate() };
      extra.live.set(id, live);
      operations.set(payload, live);
      try {
        return await begin(connection, payload, live);
      } catch (error) {
        finish(connection.extra, id, live);
        return [toGraphQLError(error)];
      }
    },
    onPing({ extra }, payload) {
      const signal = parseStreamSignal(payload);
      const live = signal && extra.live.get(signal.id);
      if (!live) return;
      if (signal.kind === 'hold') live.gate.hold();
      else if (signal.kind === 'release') live.gate.release();
      else live.ticket.abort('DISCONNECTED');
    },
    execute: (args) => runOnce(args),
    subscribe: (args) => runStream(args),
    onNext(_connection, _id, payload, _args, result) {
      const operation = operations.get(payload)?.operation;
      if (operation?.type === 'subscription') metrics.eventSent();
      if (!operation || !result.errors) return undefined;
      return { ...(result as FormattedExecutionResult), errors: operation.formatErrors(result.errors) };
    },
    onError: (_connection, _id, payload, errors) =>
      operations.get(payload)?.operation?.formatErrors(errors) ??
      errors.map((error) => formatError(error, { logger, traceId: currentTraceId() })),
    onComplete(connection, id, payload) {
      const live = operations.get(payload);
      if (live) finish(connection.extra, id, live);
    },
  });

  function finish({ live: all }: Connection, id: string, live: LiveOperation): void {
    if (all.get(id) === live) all.delete(id);
    live.operation?.finish();
    live.ticket.close();
  }

  async function verify(credential: unknown, place: ProofPlace): Promise<Identity> {
    if (typeof credential !== 'string') throw raisePlatform('UNAUTHENTICATED');
    const { identity, confirm } = await identityVerifier.verify(credential, place);
    await confirm(undefined);
    return identity;
  }

  async function begin(
    connection: WsContext,
    payload: SubscribePayload,
    live: LiveOperation,
  ): Promise<ExecutionArgs> {
    const identity = connection.extra.carries
      ? await verify(payload.extensions?.['identity'], placeOfCarried(payload))
      : connection.extra.identity;
    if (!identity) throw raisePlatform('UNAUTHENTICATED');
    const prepared = prepare(payload);
    const traceHeaders = { ...connection.connectionParams, ...payload.extensions };
    live.operation = beginOperation({
      ticket: live.ticket,
      prepared,
      identity,
      traceHeaders,
      metrics,
      logger,
    });
    return { ...prepared.args, schema, contextValue: live };
  }

  async function runOnce(args: ExecutionArgs): Promise<ExecutionResult> {
    const { traceContext, request } = operationOf(args);
    return otel.with(traceContext, async () => execute({ ...args, contextValue: makeContext(request) }));
  }

  async function runStream(
    args: ExecutionArgs,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const { traceContext, request } = operationOf(args);
    const executeEvent = createEventExecutor(args);
    const source = await otel.with(traceContext, () =>
      createSourceEventStream({ ...args, contextValue: makeContext(request) }),
    );
    if (!(Symbol.asyncIterator in source)) return source;
    const live = liveOf(args);
    const head = `{"id":${JSON.stringify(live.id)},"type":"next","payload":`;
    const events = deliverEvents({
      source: live.gate.guard(source[Symbol.asyncIterator]()),
      execute: (event) => executeEvent(event, makeContext(request)),
      send(result) {
        metrics.eventSent();
        return live.connection.send?.(`${head}${JSON.stringify(result)}}`);
      },
    });
    // Whatever follows of it is in its trace.
    const inTrace = { ...events, next: () => otel.with(traceContext, () => events.next()) };
    return leftOnAbort(inTrace, request.signal);
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes, handleProtocols });
  return {
    handleUpgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const extra: Connection = { live: new Map() };
        extra.send = attachSocket({
          protocol,
          socket: webSocket,
          transport: socket,
          extra,
          logger,
          onClientComplete: (id) => extra.live.get(id)?.ticket.abort('UNSUBSCRIBED'),
          onClosed() {
            for (const [id, live] of extra.live) {
              live.ticket.abort('DISCONNECTED');
              finish(extra, id, live);
            }
          },
        });
      });
    },
    async close() {
      for (const client of sockets.clients) client.close(1001, 'Going away');
      // Only now, since on an open socket the end of a stream would be sent as its `complete`.
      inFlight.abortAll('DRAINING');
      const timer = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeTimeoutMs);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(timer);
    },
  };
}

const liveOf = (args: ExecutionArgs): LiveOperation => args.contextValue as LiveOperation;

function operationOf(args: ExecutionArgs): WebSocketOperation {
  const { operation } = liveOf(args);
  if (!operation) throw new Error('an operation runs that was not begun');
  return operation;
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('refused', { originalError: error as Error });
}
