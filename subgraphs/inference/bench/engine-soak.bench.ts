// Fifty thousand requests, many cancelled, late or alike: are memory, slots and handles back where they were?
import { printBound, printMachine, printTable } from '@fathom/platform/testing/bench';
import { uniformAt } from '../src/domain/random.ts';
import type { EngineRequest } from '../src/engine/protocol.ts';
import { writeTinyModel } from '../src/testing/tiny-model.ts';
import { greedy, loadInto, openDevice, run } from './engine-harness.ts';

/*
 * A tiny model, so that the requests and not the arithmetic take the time; 32 clients, one request after another each. One
 * in ten is cancelled at its second token, one in ten has a deadline that passes. The number of requests may be given:
 * `npm run bench -- engine-soak 5000`.
 */
const total = Number(process.argv[2] ?? 50_000);
const warmUp = Math.floor(total / 10);
const clients = 32;
const device = openDevice({ maxSequences: 16, maxContextLength: 256 });
await loadInto(device, 'tiny@1', await writeTinyModel({ isEndless: true }));
const ends = new Map<string, number>();

await soak(0, warmUp);
const before = measure();
const startedAt = performance.now();
await soak(warmUp, total);
const seconds = (performance.now() - startedAt) / 1_000;
await run(device, requestOf(total));
const after = measure();
const { activeSequences, queuedRequests, kvCacheUsage } = device.snapshot();
await device.close();

printMachine();
printTable(
  ['end', 'requests'],
  [...ends].map(([end, count]) => [end, count]),
);
process.stdout.write(`\n${Math.round((total - warmUp) / seconds)} requests a second\n\n`);
printTable(
  ['after', 'worker heap MB', 'process RSS MB', 'handles'],
  [
    [`${warmUp} requests`, before.heapMb, before.rssMb, before.handles],
    [`${total} requests`, after.heapMb, after.rssMb, after.handles],
  ],
);
process.stdout.write('\n');
printBound({
  name: 'slots-and-requests-left',
  measured: activeSequences + queuedRequests + kvCacheUsage,
  required: 0,
  direction: 'at-most',
});
printBound({
  name: 'handles-more',
  measured: after.handles - before.handles,
  required: 2,
  direction: 'at-most',
});
printBound({
  name: 'worker-heap-mb-more',
  measured: after.heapMb - before.heapMb,
  required: 64,
  direction: 'at-most',
});
printBound({
  name: 'process-rss-mb-more',
  measured: after.rssMb - before.rssMb,
  required: 128,
  direction: 'at-most',
});

function measure() {
  const mb = (bytes: number): number => Math.round(bytes / 1e6);
  return {
    heapMb: mb(device.snapshot().memoryBytes),
    rssMb: mb(process.memoryUsage.rss()),
    handles: process.getActiveResourcesInfo().length,
  };
}

function requestOf(number: number): EngineRequest {
  const draw = (of: number, below: number): number => Math.floor(uniformAt(number, of) * below);
  const shared = Array.from({ length: draw(0, 40) }, (_, index) => 20 + ((index * 37) % 200));
  const fate = number % 10;
  const request = greedy({
    id: `r${number}`,
    lane: 'tiny@1',
    promptTokens: [...shared, 30 + draw(1, 150), 2],
    maxTokens: fate < 2 ? 200 : 1 + draw(2, 12),
  });
  return { ...request, tenant: `tenant${draw(3, 4)}`, ...(fate === 1 ? { timeoutMs: 2 } : {}) };
}

async function soak(from: number, to: number): Promise<void> {
  let next = from;
  const client = async (): Promise<void> => {
    for (let number = next++; number < to; number = next++) {
      const request = requestOf(number);
      let count = 0;
      const { end } = await run(device, request, () => {
        count += 1;
        if (number % 10 === 0 && count === 2) device.cancel(request.id);
      });
      const how = end.kind === 'finished' ? end.reason : end.code;
      ends.set(how, (ends.get(how) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
