/** One line and one count an operation. The document itself is not logged: it may hold what users typed. */
import type { Logger } from '@fathom/platform/logging';
import { createOperationMetrics } from '@fathom/platform/server/operation-metrics';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { Principal } from '../auth/principal.ts';
import type { Concurrency } from '../limits/concurrency.ts';
import type { AdmittedOperation } from '../operations/prepare.ts';

export type Transport = 'http' | 'sse' | 'multipart' | 'websocket' | 'openai' | 'mcp' | 'relay';

export interface OperationRecord {
  /** Call once, with `OK`, an error's code, or how a stream ended. */
  end(code: string): void;
}

export interface OperationLog {
  begin(
    transport: Transport,
    principal: Principal | undefined,
    operation: AdmittedOperation | undefined,
  ): OperationRecord;
}

export function createOperationLog(metrics: Metrics, logger: Logger): OperationLog {
  const operationMetrics = createOperationMetrics(metrics);
  const errors = metrics.counter({
    name: 'fathom_gateway_errors_total',
    help: 'Operations that ended with an error, by its code.',
    labels: ['code', 'transport'],
  });
  return {
    begin(transport, principal, operation) {
      const startedAt = performance.now();
      const count = operationMetrics.begin({
        name: operation?.operation.name?.value,
        type: operation?.kind ?? 'unknown',
      });
      let ended = false;
      return {
        end(code) {
          if (ended) return;
          ended = true;
          count(code);
          if (code !== 'OK' && code === code.toUpperCase()) errors.inc({ code, transport });
          logger.info(
            {
              'event.action': 'graphql',
              'event.outcome': code,
              'event.duration': Math.round((performance.now() - startedAt) * 1e6),
              'graphql.operation.name': operation?.operation.name?.value,
              'graphql.operation.type': operation?.kind,
              'graphql.operation.hash': operation?.hash,
              'graphql.operation.cost': operation?.cost,
              'network.protocol': transport,
              'user.id': principal?.credential,
              'organization.id': principal?.identity.tenant,
            },
            'operation',
          );
        },
      };
    },
  };
}

/** The outcome of a result as logs and metrics name it. */
export function outcomeOf(
  errors: readonly { readonly extensions?: Record<string, unknown> }[] | undefined,
): string {
  if (!errors || errors.length === 0) return 'OK';
  const code = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}

/** The same log; what an operation was charged is settled or given back once it has ended. */
export function endingCharges(log: OperationLog): OperationLog {
  return {
    begin(transport, principal, operation) {
      const record = log.begin(transport, principal, operation);
      const charge = operation?.charge;
      if (!charge) return record;
      return {
        end(code) {
          charge.ended(code);
          record.end(code);
        },
      };
    },
  };
}

/** The same log; what it begins holds a place until it ends. */
export function holdingPlaces(log: OperationLog, concurrency: Concurrency): OperationLog {
  return {
    begin(transport, principal, operation) {
      const record = log.begin(transport, principal, operation);
      if (!principal || !operation) return record;
      const release = concurrency.take(principal);
      return {
        end(code) {
          release();
          record.end(code);
        },
      };
    },
  };
}
