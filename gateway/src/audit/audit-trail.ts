/**
 * Everything that changes something and every refusal, on their way into the table.
 *
 *   operation ends --> waiting --every flushMs--> one transaction: rows and events `audit.recorded`
 *
 * Nobody waits for it: what waits here when the process is killed is lost, a tenth of a second's worth; what waits while
 * the database is down is kept, up to a bound, and beyond it counted as lost. Refusals that are alike within one flush
 * become one record, so that who is refused a thousand times a second does not fill the disk; its reason and trace are the
 * first one's.
 */
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { Kind } from 'graphql';
import type { Principal } from '../auth/principal.ts';
import { type GatewayErrorCode, gatewayErrors } from '../errors.ts';
import type { OperationLog, Transport } from '../observability/operation-log.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import type { AuditRecord, AuditStore } from '../stores/audit-store.ts';
import { storable } from './reason-text.ts';

export interface AuditTrail {
  record(event: AuditedEvent): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface AuditedEvent {
  readonly kind: AuditRecord['kind'];
  readonly transport: Transport;
  /** Of what is refused as a whole, and of what changes something and is no operation. */
  readonly entrance?: string;
  readonly principal: Principal | undefined;
  readonly operation: AdmittedOperation | undefined;
  readonly outcome: string;
  readonly reason?: string | null;
  readonly traceId: string;
}

export interface AuditTrailOptions {
  readonly store: Pick<AuditStore, 'append'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly flushMs?: number;
  readonly maxWaiting?: number;
}

const maxPerFlush = 500;

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { store, metrics, logger, flushMs = 100, maxWaiting = 10_000 } = options;
  const lost = metrics.counter({
    name: 'fathom_gateway_audit_events_lost_total',
    help: 'Audit events that could not be kept because the database was down for too long.',
  });
  let waiting: AuditRecord[] = [];
  let flushing: Promise<void> | undefined;
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, flushMs);
  }

  async function write(): Promise<void> {
    const batch = waiting.slice(0, maxPerFlush);
    if (batch.length === 0) return;
    try {
      await store.append(batch);
      waiting = waiting.slice(batch.length);
      isFailing = false;
    } catch (error) {
      // One line an outage.
      if (!isFailing) logger.error({ err: error }, 'audit events cannot be stored');
      isFailing = true;
    }
    if (waiting.length > 0) schedule();
  }

  function flush(): Promise<void> {
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  return {
    record(event) {
      const record = recordOf(event);
      const last = waiting.length - 1;
      const alike =
        event.kind === 'REFUSAL' && !flushing ? waiting.findLastIndex((one) => isAlike(one, record)) : -1;
      const known = waiting[alike];
      if (known && last - alike < maxPerFlush) {
        waiting[alike] = { ...known, occurrences: known.occurrences + 1 };
      } else if (waiting.length < maxWaiting) {
        waiting.push(record);
      } else {
        lost.inc();
      }
      schedule();
    },
    async close() {
      clearTimeout(timer);
      await flushing;
      while (waiting.length > 0 && !isFailing) await flush();
      clearTimeout(timer);
    },
  };
}

/**
 * The same log; mutations are audited, and what is refused of an operation that was admitted: a part of it, or the rest of a
 * stream. What is not admitted at all goes by `refusals.ts`.
 */
export function auditing(log: OperationLog, trail: AuditTrail): OperationLog {
  return {
    begin(logged) {
      const record = log.begin(logged);
      const { transport, principal, operation, traceId } = logged;
      let ended = false;
      return {
        ...record,
        end(outcome, withheld = outcome) {
          record.end(outcome, withheld);
          if (ended) return;
          ended = true;
          const event = { transport, principal, operation, traceId };
          if (operation?.kind === 'mutation') trail.record({ kind: 'MUTATION', ...event, outcome });
          else if (refusedLater.has(withheld))
            trail.record({ kind: 'REFUSAL', ...event, outcome: withheld, reason: gatewayMessage(withheld) });
        },
      };
    },
  };
}

const refusedLater: ReadonlySet<string> = new Set([
  'FORBIDDEN',
  'KEY_REVOKED',
  'KEY_EXPIRED',
  'TOKEN_EXPIRED',
]);

const gatewayMessage = (code: string): string | null =>
  Object.hasOwn(gatewayErrors, code) ? gatewayErrors[code as GatewayErrorCode].message : null;

function recordOf(event: AuditedEvent): AuditRecord {
  const { kind, transport, entrance = null, principal, operation, outcome, reason = null, traceId } = event;
  return {
    id: uuidV7(),
    at: new Date(),
    kind,
    // A token's claims are texts of its issuer's choice.
    tenant: principal ? storable(principal.identity.tenant) : null,
    subject: principal ? storable(principal.identity.subject) : null,
    credential: principal ? storable(principal.credential) : null,
    transport,
    entrance,
    operationName: operation?.operation.name?.value ?? null,
    operationHash: operation?.hash ?? null,
    fields: rootFieldsOf(operation),
    outcome,
    reason,
    occurrences: 1,
    traceId,
  };
}

/** As they were asked for, with what was withheld. */
function rootFieldsOf(operation: AdmittedOperation | undefined): readonly string[] {
  const asked = operation?.withheld?.original.operation ?? operation?.operation;
  return (asked?.selectionSet.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
}

function isAlike(one: AuditRecord, other: AuditRecord): boolean {
  return (
    one.kind === other.kind &&
    one.credential === other.credential &&
    one.outcome === other.outcome &&
    one.transport === other.transport &&
    one.entrance === other.entrance &&
    one.operationHash === other.operationHash
  );
}
