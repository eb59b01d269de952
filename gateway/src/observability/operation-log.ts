/** One line and one count an operation. The document itself is not logged: it may hold what users typed. */
import type { Logger } from '@fathom/platform/logging';
import { createOperationMetrics } from '@fathom/platform/server/operation-metrics';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { Principal } from '../auth/principal.ts';
import type { Concurrency } from '../limits/concurrency.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { factsOf, type OperationFacts } from '../operations/operation-facts.ts';

export type Transport =
  | 'http'
  | 'sse'
  | 'multipart'
  | 'websocket'
  | 'openai'
  | 'uploads'
  | 'oauth'
  | 'mcp'
  | 'relay';

export interface OperationRecord {
  readonly traceId: string;
  /** So many bytes of its answer, without what carries them, were handed to the client's connection. */
  sent(bytes: number): void;
  /**
   * Call once, with `OK`, an error's code, or how a stream ended. `withheld`: the code of what its sender may not have of it,
   * where another error comes first.
   */
  end(code: string, withheld?: string): void;
}

/** Who asks what, and how. */
export interface LoggedOperation {
  readonly transport: Transport;
  readonly principal: Principal | undefined;
  readonly operation: AdmittedOperation | undefined;
  readonly traceId: string;
}

export interface OperationLog {
  begin(logged: LoggedOperation): OperationRecord;
}

/** What did not run, with what is known of it. */
export interface RefusedOperation extends Omit<LoggedOperation, 'operation'> {
  readonly operation: OperationFacts | undefined;
  readonly code: string;
  readonly startedAtMs: number;
  /** Of HTTP, if that is what told it. */
  readonly status: number | undefined;
}

export interface RefusalLog {
  refused(refused: RefusedOperation): void;
}

export interface OperationLogOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Names that are always counted by themselves, whatever other names clients think of. */
  readonly knownNames: readonly string[];
}

/** Admitted operations of these answer 200, and tell errors within. */
const overHttp: ReadonlySet<Transport> = new Set(['http', 'sse', 'multipart']);
const maxLoggedName = 100;

export function createOperationLog({
  metrics,
  logger,
  knownNames,
}: OperationLogOptions): OperationLog & RefusalLog {
  const operationMetrics = createOperationMetrics(metrics, knownNames);
  const errors = metrics.counter({
    name: 'fathom_gateway_errors_total',
    help: 'Operations that ended with an error, by its code.',
    labels: ['code', 'transport'],
  });
  return {
    refused(refused) {
      const { transport, operation, code } = refused;
      operationMetrics.begin({ name: operation?.name, type: operation?.kind ?? 'unknown' })(code);
      errors.inc({ code, transport });
      logger.info(lineOf(refused), 'operation');
    },
    begin({ transport, principal, operation, traceId }) {
      const startedAtMs = performance.now();
      const facts = operation && factsOf(operation);
      const count = operationMetrics.begin({ name: facts?.name, type: facts?.kind ?? 'unknown' });
      let ended = false;
      let sentBytes: number | undefined;
      return {
        traceId,
        sent(bytes) {
          sentBytes = (sentBytes ?? 0) + bytes;
        },
        end(code) {
          if (ended) return;
          ended = true;
          count(code);
          if (code !== 'OK' && code === code.toUpperCase()) errors.inc({ code, transport });
          logger.info(
            {
              ...lineOf({
                transport,
                principal,
                operation: facts,
                code,
                traceId,
                startedAtMs,
                status: operation && overHttp.has(transport) ? 200 : undefined,
              }),
              'http.response.body.bytes': sentBytes,
            },
            'operation',
          );
        },
      };
    },
  };
}

const lineOf = ({
  transport,
  principal,
  operation,
  code,
  traceId,
  startedAtMs,
  status,
}: RefusedOperation) => ({
  'trace.id': traceId,
  'event.action': 'graphql',
  'event.outcome': code,
  'event.duration': Math.round((performance.now() - startedAtMs) * 1e6),
  'http.response.status_code': status,
  'graphql.operation.name': operation?.name?.slice(0, maxLoggedName),
  'graphql.operation.type': operation?.kind,
  'graphql.operation.hash': operation?.hash,
  'graphql.operation.cost': operation?.cost,
  'network.protocol': transport,
  'user.id': principal?.credential,
  'organization.id': principal?.identity.tenant,
});

/** The outcome of a result as logs and metrics name it. */
export function outcomeOf(
  errors: readonly { readonly extensions?: Record<string, unknown> }[] | undefined,
): string {
  if (!errors || errors.length === 0) return 'OK';
  const code = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}

/** FORBIDDEN, if anything of a result is: the second argument of `end`. */
export function withheldIn(
  errors: readonly { readonly extensions?: Record<string, unknown> }[] | undefined,
): string | undefined {
  return errors?.some(({ extensions }) => extensions?.['code'] === 'FORBIDDEN') ? 'FORBIDDEN' : undefined;
}

/** The same log; what an operation was charged is settled or given back once it has ended. */
export function endingCharges(log: OperationLog): OperationLog {
  return {
    begin(logged) {
      const record = log.begin(logged);
      const charge = logged.operation?.charge;
      if (!charge) return record;
      return {
        ...record,
        end(code, withheld) {
          charge.ended(code);
          record.end(code, withheld);
        },
      };
    },
  };
}

/** The same log; what it begins holds a place until it ends. */
export function holdingPlaces(log: OperationLog, concurrency: Concurrency): OperationLog {
  return {
    begin(logged) {
      const record = log.begin(logged);
      const { principal, operation } = logged;
      if (!principal || !operation) return record;
      const release = concurrency.take(principal);
      return {
        ...record,
        end(code, withheld) {
          release();
          record.end(code, withheld);
        },
      };
    },
  };
}
