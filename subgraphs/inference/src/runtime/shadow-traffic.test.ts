import { createLogger } from '@fathom/platform/logging';
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { expect, test } from 'vitest';
import type { GenerationRecord } from '../domain/generation.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import type { RequestListener } from '../engine/request-in-flight.ts';
import { type ShadowPlan, ShadowTraffic, type ShadowTrafficOptions } from './shadow-traffic.ts';

/** Four slots of which the test says how many are taken, and copies that end when the test has them end. */
function setUp() {
  const submitted: { readonly request: EngineRequest; readonly listener: RequestListener }[] = [];
  const counted: string[] = [];
  let answers = 0;
  const options = {
    pool: {
      ownReport: () => ({
        status: 'READY',
        activeSequences: answers + submitted.length,
        queuedRequests: 0,
        maxSequences: 4,
      }),
      submitHere: (request: EngineRequest, listener: RequestListener) =>
        void submitted.push({ request, listener }),
      cancel(id: string) {
        const at = submitted.findIndex(({ request }) => request.id === id);
        const [copy] = submitted.splice(at, 1);
        copy?.listener.ended({
          kind: 'finished',
          reason: 'CANCELLED',
          tailText: '',
          deviceMs: 0,
          cachedPromptTokens: 0,
        });
      },
    },
    deployments: {
      acquire: async () => ({ kind: 'ready', model: { lane: 'tiny@2' }, release: () => undefined }),
    },
    store: { count: async (_: unknown, __: string, outcome: string) => void counted.push(outcome) },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    logger: createLogger({ service: 'test', level: 'silent' }),
  } as unknown as ShadowTrafficOptions;
  return {
    shadows: new ShadowTraffic(options),
    submitted,
    counted,
    take: (count: number) => {
      answers = count;
    },
  };
}

const plan = { split: {}, settings: { modelVersionId: 'tiny@2' } } as unknown as ShadowPlan;
const answered = {
  status: 'COMPLETED',
  tenant: 'acme',
  service: 'INFERENCE',
  text: 'Paris.',
} as GenerationRecord;

test('a copy that runs leaves as soon as less than half of the slots are free, and stays as long as they are', async () => {
  const { shadows, submitted, counted, take } = setUp();
  take(1);
  const copied = shadows.copy(plan, answered);
  await expect.poll(() => submitted.length).toBe(1);
  shadows.makeWay();
  expect(submitted).toHaveLength(1);
  take(2);
  shadows.makeWay();
  await copied;
  expect(submitted).toEqual([]);
  expect(counted).toEqual(['dropped']);
});

test('a copy is told from the requests of its tenant, and begins only where half of the slots are free', async () => {
  const { shadows, submitted, counted, take } = setUp();
  take(2);
  await shadows.copy(plan, answered);
  expect([submitted, counted]).toEqual([[], ['dropped']]);
  take(0);
  void shadows.copy(plan, answered);
  await expect.poll(() => submitted.length).toBe(1);
  expect(submitted[0]?.request).toMatchObject({ tenant: 'acme', isCopy: true, priority: 'LOW' });
});
