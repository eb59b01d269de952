/**
 * One JSON object a line on stdout, in the field names of the Elastic Common Schema (ECS 8), so that Filebeat and
 * Elasticsearch need no mapping. Lines written inside a request carry its trace and span id, where the trace follows the
 * request's promises (`telemetry/tracing.ts`); where it is handed on instead, those who write them name it.
 */
import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  readonly instanceId?: string | undefined;
  /** Where lines go. Default: stdout. */
  readonly destination?: DestinationStream;
}

const secretFields = [
  'password',
  'secret',
  'token',
  'authorization',
  'apiKey',
  'identityToken',
  'privateJwk',
  'cookie',
];

export function createLogger({ service, level, instanceId, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      messageKey: 'message',
      errorKey: 'error',
      base: {
        'ecs.version': '8.11.0',
        'service.name': service,
        ...(instanceId ? { 'service.node.name': instanceId } : {}),
        'process.pid': process.pid,
      },
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ 'log.level': label }),
        log: ({ err, ...fields }) => (err === undefined ? fields : { ...fields, error: err }),
      },
      serializers: { error: describeError },
      mixin: traceFields,
      redact: {
        paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function traceFields(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { 'trace.id': span.traceId, 'span.id': span.spanId } : {};
}

/** ECS `error.*`; causes are appended to the stack, as Node prints them. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack_trace: stackWithCauses(error),
  };
}

function stackWithCauses(error: Error): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    parts.push(current.stack ?? current.message);
    current = current.cause;
  }
  return parts.join('\nCaused by: ');
}
