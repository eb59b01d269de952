/**
 * Server-sent events on /graphql, in the distinct connections mode of the GraphQL over SSE protocol: one request, one
 * operation, `event: next` for each result and `event: complete` at the end. `curl -N` shows it as it comes.
 *
 * A client of SSE cannot say goodbye, so a closed request counts as DISCONNECTED: what it started can be resumed.
 */
import type { ServerResponse } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import { beginEventStream, writeTaken } from '../http/event-stream.ts';
import { outcomeOf } from '../observability/operation-log.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/prepare.ts';
import type { Refusal } from '../operations/refusal.ts';
import { ClientConnection } from '../subscriptions/client-connection.ts';
import type { RawSink } from '../subscriptions/subscription-stream.ts';
import { payloadStart } from '../subscriptions/upstream-socket.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { executeOnce, type GatewayService, observeStream } from './gateway-service.ts';

export interface SseRequest {
  readonly response: ServerResponse;
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
}

export function acceptsEventStream(accept: string | undefined): boolean {
  return accept?.includes('text/event-stream') ?? false;
}

/** An operation that does not run, told in the stream's own words so that every SSE client can read the code. */
export function refuseAsEvents(response: ServerResponse, { errors }: Refusal): void {
  beginEventStream(response);
  response.end(nextEvent(JSON.stringify({ errors: errors.map((error) => error.toJSON()) })) + completeEvent);
}

export async function answerAsEvents(service: GatewayService, request: SseRequest): Promise<void> {
  const { response, operation } = request;
  beginEventStream(response);
  if (operation.kind === 'subscription') await stream(service, request);
  else await once(service, request);
  response.end(completeEvent);
}

async function once(
  service: GatewayService,
  { response, snapshot, operation, context }: SseRequest,
): Promise<void> {
  const record = service.operationLog.begin('sse', context.principal, operation);
  const result = await executeOnce(service, snapshot, { operation, context, record });
  response.write(nextEvent(JSON.stringify(result)));
}

async function stream(
  service: GatewayService,
  { response, snapshot, operation, context }: SseRequest,
): Promise<void> {
  const record = service.operationLog.begin('sse', context.principal, operation);
  const connection = new ClientConnection(service.streams, service.logger);
  const forget = service.clients.add({
    credential: context.principal?.credential ?? '',
    revoke: (error) => void connection.cancelAll(error),
    drain: () => connection.abandonAll(raise('SHUTTING_DOWN')),
  });
  response.once('close', () => connection.vanish());
  try {
    const events = connection.open({
      id: '1',
      snapshot,
      operation,
      context,
      rawSink: rawSinkOf(response),
      observer: observeStream(service.streamObserver, record),
    });
    for await (const result of events) await writeTaken(response, nextEvent(JSON.stringify(result)));
  } catch (error) {
    const formatted = formatExecutionError(error, context);
    record.end(outcomeOf([formatted]));
    const result: FormattedExecutionResult = { errors: [formatted] };
    response.write(nextEvent(JSON.stringify(result)));
  } finally {
    forget();
  }
}

function rawSinkOf(response: ServerResponse): RawSink {
  return {
    send: (frame, flushed) => {
      response.write(nextEvent(frame.slice(payloadStart(frame), -1)), flushed);
    },
    bufferedBytes: () => response.writableLength,
  };
}

const completeEvent = 'event: complete\ndata:\n\n';

function nextEvent(json: string): string {
  return `event: next\ndata: ${json}\n\n`;
}
