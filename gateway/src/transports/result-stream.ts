/**
 * The results of one operation on one response of HTTP, in whichever form the client reads: server-sent events or parts
 * of a multipart body. One request, one operation.
 *
 * A client of HTTP cannot say goodbye, so a closed request counts as DISCONNECTED: what it started can be resumed.
 */
import type { ServerResponse } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';
import type { RecordedRefusal } from '../audit/refusals.ts';
import { onTokenExpiry } from '../auth/token-expiry.ts';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import { beginStream, joinWrites, type StreamHead, writeTaken } from '../http/event-stream.ts';
import { graphqlBody } from '../http/send-refusal.ts';
import { outcomeOf, type Transport } from '../observability/operation-log.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { ClientConnection } from '../subscriptions/client-connection.ts';
import { cursorOf } from '../subscriptions/last-cursor.ts';
import { planSubscription } from '../subscriptions/subscription-plan.ts';
import { payloadStart } from '../subscriptions/upstream-socket.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { executeOnce, type GatewayService, observeStream } from './gateway-service.ts';

export interface StreamFormat extends StreamHead {
  readonly transport: Transport;
  /** Before the first result. */
  readonly opening: string;
  /** Whether a client is told by what id it can come again. */
  readonly tellsIds: boolean;
  /** Around one result, which is JSON already. `id`: of the event, where it can be continued behind. */
  next(json: string, id?: string): string;
  readonly complete: string;
}

export interface StreamRequest {
  readonly response: ServerResponse;
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
}

/** An operation that does not run, told in the stream's own words so that every client of it can read the code. */
export function refuseInStream(
  response: ServerResponse,
  refused: RecordedRefusal,
  format: StreamFormat,
): void {
  beginStream(response, format);
  response.end(format.opening + format.next(graphqlBody(refused)) + format.complete);
}

export async function answerInStream(
  service: GatewayService,
  request: StreamRequest,
  format: StreamFormat,
): Promise<void> {
  const { response, operation } = request;
  beginStream(response, format);
  if (format.opening !== '') response.write(format.opening);
  if (operation.kind === 'subscription') await stream(service, request, format);
  else await once(service, request, format);
  response.end(format.complete);
}

async function once(
  service: GatewayService,
  { response, snapshot, operation, context }: StreamRequest,
  format: StreamFormat,
): Promise<void> {
  const { principal, traceId } = context;
  const record = service.operationLog.begin({ transport: format.transport, principal, operation, traceId });
  await executeOnce(service, snapshot, {
    operation,
    context,
    record,
    deliver(result) {
      const json = JSON.stringify(result);
      response.write(format.next(json));
      return Buffer.byteLength(json);
    },
  });
}

async function stream(
  service: GatewayService,
  { response, snapshot, operation, context }: StreamRequest,
  format: StreamFormat,
): Promise<void> {
  const { principal, traceId } = context;
  const record = service.operationLog.begin({ transport: format.transport, principal, operation, traceId });
  const connection = new ClientConnection(service, 'carried');
  const forget = service.clients.add({
    credential: context.principal?.credential ?? '',
    revoke: (error) => void connection.cancelAll(error),
    drain: () => connection.abandonAll(raise('SHUTTING_DOWN')),
  });
  const stopWaiting = onTokenExpiry(context.principal, (error) => connection.abandonAll(error));
  response.once('close', () => connection.vanish());
  const joined = joinWrites(response);
  try {
    const tellsIds = format.tellsIds && planSubscription(snapshot, operation).canResume;
    const next = (json: string, delivered: FormattedExecutionResult): string =>
      format.next(json, tellsIds ? cursorOf(delivered) : undefined);
    const events = connection.open({
      id: '1',
      snapshot,
      operation,
      context,
      rawSink: {
        send: ({ frame, result }, flushed) => {
          const json = frame.slice(payloadStart(frame), -1);
          record.sent(Buffer.byteLength(json));
          joined.write(next(json, result), flushed);
        },
        bufferedBytes: () => joined.bufferedBytes(),
      },
      observer: observeStream(service.streamObserver, record),
    });
    for await (const result of events) {
      const json = JSON.stringify(result);
      record.sent(Buffer.byteLength(json));
      joined.flush();
      await writeTaken(response, next(json, result));
    }
  } catch (error) {
    const formatted = formatExecutionError(error, context);
    record.end(outcomeOf([formatted]));
    const result: FormattedExecutionResult = { errors: [formatted] };
    joined.flush();
    response.write(format.next(JSON.stringify(result)));
  } finally {
    joined.flush();
    stopWaiting();
    forget();
  }
}
