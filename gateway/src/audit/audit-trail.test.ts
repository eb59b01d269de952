import { createLogger } from '@fathom/platform/logging';
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import type { AuditRecord } from '../stores/audit-store.ts';
import { createAuditTrail } from './audit-trail.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ada: Principal = {
  identity: { subject: 'ada', tenant: 'acme', roles: [], scopes: [] },
  credential: 'key:1',
  expiresAt: undefined,
  operationsPerWindow: undefined,
};

function open(maxWaiting = 100) {
  const batches: (readonly AuditRecord[])[] = [];
  const store = { down: false };
  const metrics = createMetrics({ service: 'gateway', processMetrics: false });
  const trail = createAuditTrail({
    store: {
      append: async (records) => {
        if (store.down) throw new Error('down');
        batches.push(records);
      },
    },
    metrics,
    logger: createLogger({ service: 'gateway', level: 'silent' }),
    maxWaiting,
  });
  const record = (kind: AuditRecord['kind'], outcome: string, principal: Principal | null = ada) =>
    trail.record({
      kind,
      outcome,
      principal: principal ?? undefined,
      operation: undefined,
      transport: 'http',
      traceId: 't',
    });
  return { trail, record, batches, store, metrics };
}

describe('the audit trail', () => {
  test('writes together what ended together, and refusals that are alike once with their number', async () => {
    const { record, batches } = open();
    record('MUTATION', 'OK');
    record('MUTATION', 'OK');
    for (let count = 0; count < 5; count += 1) record('REFUSAL', 'RATE_LIMITED');
    record('REFUSAL', 'UNAUTHENTICATED', null);
    await vi.advanceTimersByTimeAsync(100);
    expect(batches.map((batch) => batch.map((row) => [row.outcome, row.tenant, row.occurrences]))).toEqual([
      [
        ['OK', 'acme', 1],
        ['OK', 'acme', 1],
        ['RATE_LIMITED', 'acme', 5],
        ['UNAUTHENTICATED', null, 1],
      ],
    ]);
  });

  test('keeps what cannot be stored until it can, and counts what is beyond its bound', async () => {
    const { record, batches, store, metrics } = open(3);
    store.down = true;
    for (let count = 0; count < 5; count += 1) record('MUTATION', `M${count}`);
    await vi.advanceTimersByTimeAsync(500);
    expect(batches).toEqual([]);
    store.down = false;
    await vi.advanceTimersByTimeAsync(200);
    expect(batches.flat().map(({ outcome }) => outcome)).toEqual(['M0', 'M1', 'M2']);
    expect(await metrics.registry.metrics()).toMatch(/fathom_gateway_audit_events_lost_total\S* 2/);
  });

  test('writes what waits when it is closed, and does not wait for a database that is down', async () => {
    const { trail, record, batches, store } = open();
    record('MUTATION', 'OK');
    await trail.close();
    expect(batches.flat()).toHaveLength(1);
    store.down = true;
    record('MUTATION', 'OK');
    await trail.close();
    expect(batches.flat()).toHaveLength(1);
  });
});
