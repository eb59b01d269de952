/** One operation on a WebSocket: its ticket, trace, context and outcome. */
import { type Context as OtelContext, SpanKind, trace } from '@opentelemetry/api';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Identity } from '../identity.ts';
import type { Logger } from '../logging.ts';
import { activeTracer, extractTrace } from '../telemetry/tracing.ts';
import { formatError } from './format-error.ts';
import type { Ticket } from './in-flight.ts';
import type { OperationMetrics } from './operation-metrics.ts';
import type { PreparedOperation } from './prepare-operation.ts';
import { cancelReason, type RequestContext } from './request-context.ts';

export interface WebSocketOperationOptions {
  readonly ticket: Ticket;
  readonly prepared: PreparedOperation;
  readonly identity: Identity;
  /** May hold `traceparent` and `tracestate`. */
  readonly traceHeaders: Readonly<Record<string, unknown>>;
  readonly metrics: OperationMetrics;
  readonly logger: Logger;
}

export interface WebSocketOperation {
  readonly type: PreparedOperation['type'];
  readonly traceContext: OtelContext;
  readonly request: RequestContext;
  /** The errors as the client sees them; the first one becomes the operation's outcome. */
  formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[];
  /** Ends span and clock, once, with the outcome: `OK`, an error's code, or why it was cancelled. */
  finish(): void;
}

export function beginOperation(options: WebSocketOperationOptions): WebSocketOperation {
  const { ticket, prepared, identity, metrics } = options;
  const parent = extractTrace(options.traceHeaders);
  const attributes = {
    'graphql.operation.name': prepared.name ?? '',
    'graphql.operation.type': prepared.type,
  };
  const span = activeTracer().startSpan(
    `graphql.${prepared.type}`,
    { kind: SpanKind.SERVER, attributes },
    parent,
  );
  const { traceId, spanId } = span.spanContext();
  const logger = options.logger.child({ tenant: identity.tenant, 'trace.id': traceId, 'span.id': spanId });
  const count = metrics.begin(prepared);
  let failure: string | undefined;
  let isOver = false;
  return {
    type: prepared.type,
    traceContext: trace.setSpan(parent, span),
    request: { identity, signal: ticket.signal, logger, traceId },
    formatErrors(errors) {
      const formatted = errors.map((error) => formatError(error, { logger, traceId }));
      failure ??= String(formatted[0]?.extensions?.['code']);
      return formatted;
    },
    finish() {
      if (isOver) return;
      isOver = true;
      const outcome = failure ?? (ticket.signal.aborted ? cancelReason(ticket.signal) : 'OK');
      count(outcome);
      span.setAttribute('graphql.outcome', outcome);
      span.end();
    },
  };
}
