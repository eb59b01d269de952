/**
 * WebSocket /graphql by the graphql-transport-ws protocol, for clients.
 *
 *   connection_init { authorization | apiKey }  -> ack, or close 4401 with the error's code as the reason
 *   subscribe  -> admitted -> query: next, complete | subscription: next..., complete | refused: error
 *   token over -> next TOKEN_EXPIRED, complete, close 4403: connect again with a new one, resume by cursor
 *   complete   -> the subgraph sees UNSUBSCRIBED        socket lost -> the subgraph sees DISCONNECTED
 *
 * A subscription that is lost or refused while it runs ends with a `next` that carries the error, then `complete`.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { within } from '@fathom/platform/deferred';
import { createTextFrames, type TextFrames } from '@fathom/platform/server/text-frames';
import { attachSocket } from '@fathom/platform/server/websocket-socket';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import {
  handleProtocols,
  makeServer,
  type Context as ProtocolContext,
  type SubscribePayload,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { credentialOfParams, credentialOfRequest } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import { onTokenExpiry } from '../auth/token-expiry.ts';
import type { GatewayContext } from '../context.ts';
import { Departure } from '../departure.ts';
import { type GatewayErrorCode, raise } from '../errors.ts';
import { type OperationRecord, outcomeOf } from '../observability/operation-log.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { factsOfUnread, ofOperation } from '../operations/operation-facts.ts';
import { parseRawOperation } from '../operations/raw-operation.ts';
import { isRefusal } from '../operations/refusal.ts';
import { ClientConnection } from '../subscriptions/client-connection.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import {
  createContext,
  executeOnce,
  type GatewayService,
  observeStream,
  requirePrincipal,
} from './gateway-service.ts';

/** Private use codes of the protocol: a client that shows a bad credential must not retry with it. */
const unauthorized = 4401;
/** A client that has a new token may connect again with it. */
const expired = 4403;
const goingAway = 1001;
const closeTimeoutMs = 1_000;
export const maxOperationsPerConnection = 100;

interface Client {
  readonly socket: WebSocket;
  /** Events that pass unchanged, to the same socket. */
  readonly frames: TextFrames;
  readonly request: IncomingMessage;
  readonly connection: ClientConnection;
  readonly gone: Departure;
  /** Of the subscriptions that are open, by the client's ids. */
  readonly records: Map<string, OperationRecord>;
  principal: Principal | undefined;
  forget: () => void;
}

/** What `onSubscribe` hands on to `execute` and `subscribe`, as graphql-ws's context value. */
interface Running {
  readonly id: string;
  readonly client: Client;
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  readonly record: OperationRecord;
}

type Connection = ProtocolContext<Record<string, unknown>, Client>;

export interface WebSocketTransport {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export function createWebSocketTransport(service: GatewayService): WebSocketTransport {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: service.maxBodyBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });

  const protocol = makeServer<Record<string, unknown>, Client>({
    onConnect: ({ connectionParams, extra }) => connect(service, extra, connectionParams),
    onSubscribe: (connection, id, payload) => begin(service, connection, id, payload),
    execute: async (args) => {
      const { snapshot, operation, context, record } = runningOf(args);
      return asExecutionResult(await executeOnce(service, snapshot, { operation, context, record }));
    },
    subscribe: async (args) => openStream(service, runningOf(args)),
    // Results are formatted already; the protocol's own serialisation would look for `toJSON` on their errors.
    onComplete: ({ extra }, id) => void extra.records.delete(id),
    onNext: (_connection, _id, _payload, _args, result) => result as never,
  });

  return {
    handleUpgrade(request, socket, head) {
      // As it is now: who is connected keeps the limit that it came with.
      sockets.options.maxPayload = service.maxBodyBytes;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const client: Client = {
          socket: webSocket,
          frames: createTextFrames(webSocket, socket, 'read'),
          request,
          connection: new ClientConnection(service),
          gone: new Departure(),
          records: new Map(),
          principal: undefined,
          forget: () => undefined,
        };
        attachSocket({
          protocol,
          socket: webSocket,
          extra: client,
          logger: service.logger,
          onSent: (message) => {
            const id = idOfMessage(message);
            if (id !== undefined) client.records.get(id)?.sent(Buffer.byteLength(message));
          },
          onClientComplete: () => undefined,
          onRefused: (code, reason) => recordClose(service, client, code, reason),
          onClosed: () => {
            client.forget();
            client.connection.vanish();
            client.gone.abort('DISCONNECTED');
          },
        });
      });
    },
    async close() {
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      for (const client of sockets.clients) client.close(goingAway, 'SHUTTING_DOWN');
      // A client that does not answer would hold its socket for 30 s.
      if ((await within(closed, closeTimeoutMs)) === 'timeout')
        for (const client of sockets.clients) client.terminate();
      await closed;
    },
  };
}

function connect(
  service: GatewayService,
  client: Client,
  params: Readonly<Record<string, unknown>> | undefined,
): Promise<boolean> {
  return underTrace(client, 'gateway.connect', params, (trace) =>
    identify(service, client, { params, trace }),
  );
}

interface Connecting {
  readonly params: Readonly<Record<string, unknown>> | undefined;
  readonly trace: Trace;
}

async function identify(
  service: GatewayService,
  client: Client,
  { params, trace }: Connecting,
): Promise<boolean> {
  try {
    const inParams = credentialOfParams(params);
    const credential = inParams.kind === 'none' ? credentialOfRequest(client.request) : inParams;
    const principal = await requirePrincipal(service, credential);
    client.principal = principal;
    // The socket may have gone while the key was looked up; then nobody would take the client off the list.
    if (client.gone.aborted) return false;
    const stopWaiting = onTokenExpiry(principal, (error) => {
      void client.connection
        .expireAll(error)
        .then(() => setImmediate(() => client.socket.close(expired, error.code)));
    });
    const forget = service.clients.add({
      credential: principal.credential,
      revoke(error) {
        // The last frames of graphql-ws leave in the same turn as the last stream's end.
        void client.connection
          .cancelAll(error)
          .then(() => setImmediate(() => client.socket.close(unauthorized, error.code)));
      },
      drain: () => client.socket.close(goingAway, 'SHUTTING_DOWN'),
    });
    client.forget = () => {
      stopWaiting();
      forget();
    };
    return true;
  } catch (error) {
    const entrance = 'connection_init';
    const asked = { transport: 'websocket', entrance, principal: undefined, trace } as const;
    const { reason } = service.refusals.record(asked, error);
    client.socket.close(reason.status === 401 ? unauthorized : 1011, reason.code);
    return false;
  }
}

async function begin(
  service: GatewayService,
  connection: Connection,
  id: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const client = connection.extra;
  return underTrace(
    client,
    'gateway.subscribe',
    { ...connection.connectionParams, ...payload.extensions },
    async (trace) => {
      const { principal } = client;
      const { traceId } = trace;
      const refuse = (why: unknown) =>
        service.refusals.record({ transport: 'websocket', entrance: 'subscribe', principal, trace }, why)
          .errors;
      try {
        const sent = parseRawOperation(payload);
        if (Object.keys(connection.subscriptions).length > maxOperationsPerConnection)
          throw ofOperation(
            raise('TOO_MANY_STREAMS', { details: { allowed: maxOperationsPerConnection } }),
            factsOfUnread(sent),
          );
        const snapshot = service.supergraph.current();
        const operation = await service.admission.admit(snapshot, { principal, sent, traceId });
        if (isRefusal(operation)) return refuse(operation);
        trace.note({
          'graphql.operation.type': operation.kind,
          'graphql.operation.name': operation.operation.name?.value ?? '',
        });
        const context = createContext(service, { principal, signal: client.gone, trace });
        const record = service.operationLog.begin({ transport: 'websocket', principal, operation, traceId });
        const running: Running = { id, client, snapshot, operation, context, record };
        return {
          schema: snapshot.apiSchema,
          document: operation.document,
          ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
          contextValue: running,
        };
      } catch (error) {
        return refuse(error);
      }
    },
  );
}

/** A trace comes with the operation, with `connection_init` or with the request for the socket: the nearest holds. */
function underTrace<T>(
  client: Client,
  name: string,
  carrier: Readonly<Record<string, unknown>> | undefined,
  work: (trace: Trace) => Promise<T>,
): Promise<T> {
  const from = { ...client.request.headers, ...carrier };
  return inTrace(name, { 'network.protocol.name': 'websocket' }, work, { from });
}

/** How the protocol's own closes are called in the gateway's words; its other codes refuse nothing. */
const protocolRefusals: Readonly<Record<number, GatewayErrorCode>> = {
  1002: 'BAD_REQUEST',
  1007: 'BAD_USER_INPUT',
  1009: 'PAYLOAD_TOO_LARGE',
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4406: 'NOT_ACCEPTABLE',
  4408: 'REQUEST_TIMEOUT',
  4409: 'BAD_REQUEST',
  4429: 'BAD_REQUEST',
};

/** A client that does not keep to the protocol is closed by whoever speaks it; here it comes on record. */
function recordClose(service: GatewayService, client: Client, closeCode: number, because: string): void {
  const code = protocolRefusals[closeCode];
  if (!code) return;
  void underTrace(client, 'gateway.close', undefined, async (trace) => {
    const { principal } = client;
    const asked = { transport: 'websocket', entrance: 'message', principal, trace } as const;
    service.refusals.record(asked, raise(code, { because }));
  });
}

function openStream(
  service: GatewayService,
  { id, client, snapshot, operation, context, record }: Running,
): AsyncGenerator<ExecutionResult, void, void> | ExecutionResult {
  client.records.set(id, record);
  try {
    return client.connection.open({
      id,
      snapshot,
      operation,
      context,
      // The frames of the subgraph carry the client's own id, so what passes is byte for byte what came.
      rawSink: {
        send({ frame }, flushed) {
          record.sent(Buffer.byteLength(frame));
          client.frames.send(frame, flushed);
        },
        bufferedBytes: () => client.frames.bufferedBytes(),
      },
      observer: observeStream(service.streamObserver, record),
    }) as AsyncGenerator<FormattedExecutionResult, undefined, undefined> as unknown as AsyncGenerator<
      ExecutionResult,
      void,
      void
    >;
  } catch (error) {
    const formatted = formatExecutionError(error, context);
    record.end(outcomeOf([formatted]));
    return asExecutionResult({ errors: [formatted] });
  }
}

/** As graphql-ws writes it: the id comes first. */
const idOfMessage = (message: string): string | undefined => /^\{"id":"([^"\\]*)"/.exec(message)?.[1];

const runningOf = (args: ExecutionArgs): Running => args.contextValue as Running;

function asExecutionResult(result: object): ExecutionResult {
  return result as ExecutionResult;
}
