// Times to the first token and between tokens under Poisson arrivals, against serving the same arrivals one after another.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { uniformAt } from '../src/domain/random.ts';
import {
  defaultModel,
  type Finished,
  greedy,
  loadInto,
  openDevice,
  run,
  runAll,
  writeModel,
} from './engine-harness.ts';

/*
 * The default model. First it is measured how many requests a second are served one after another; then requests arrive at
 * nine tenths of that rate, at random moments (exponential gaps from a fixed seed), the same for both: an engine of one
 * slot, which is one-after-another serving, and the engine as it is. A third run offers twice what one after another can
 * serve, to see the device busy and whether this thread, which stands for the server's, is held up by it.
 */
const maxTokens = 32;
const arrivalSeconds = 20;
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-load-'));
const subject = await defaultModel();
const path = await writeModel(folder, subject);

const capacity = await sequentialCapacity();
const runs = [
  { name: 'one after another', slots: 1, perSecond: 0.9 * capacity },
  { name: 'engine', slots: 16, perSecond: 0.9 * capacity },
  { name: 'engine, twice the load', slots: 16, perSecond: 2 * capacity },
] as const;
const results = [];
for (const { name, slots, perSecond } of runs)
  results.push({ name, perSecond, ...(await serve(slots, perSecond)) });
await rm(folder, { recursive: true });

printMachine();
const ms = (value: number): number => Number(value.toFixed(1));
printTable(
  [
    'serving',
    'requests/s',
    'requests',
    'TTFT p50 ms',
    'p95',
    'p99',
    'between tokens p50 ms',
    'p95',
    'p99',
    'busy %',
    'loop delay p99 ms',
  ],
  results.map(({ name, perSecond, done, busy, loopDelayMs }) => {
    const first = done.map(({ firstTokenMs }) => firstTokenMs);
    const between = done.flatMap(({ betweenMs }) => betweenMs);
    return [
      name,
      ms(perSecond),
      done.length,
      ...[0.5, 0.95, 0.99].map((share) => ms(quantile(first, share))),
      ...[0.5, 0.95, 0.99].map((share) => ms(quantile(between, share))),
      Math.round(100 * busy),
      ms(loopDelayMs),
    ];
  }),
);
process.stdout.write('\n');
const [sequential, engine, loaded] = results;
const p95 = (of: { readonly done: readonly Finished[] } | undefined): number =>
  quantile(of?.done.map(({ firstTokenMs }) => firstTokenMs) ?? [], 0.95);
printBound({
  name: 'ttft-p95-of-one-after-another',
  measured: p95(sequential) / p95(engine),
  required: 5,
  direction: 'at-least',
});
printBound({
  name: 'loop-delay-p99-ms',
  measured: loaded?.loopDelayMs ?? Number.NaN,
  required: 10,
  direction: 'at-most',
});

function requestOf(id: string, index: number) {
  const promptTokens = subject.model.tokenizer.encode(
    `${index} years ago, when nobody thought of it, a king said`,
  );
  return greedy({ id, lane: subject.name, promptTokens, maxTokens });
}

/** Requests a second, one after another. */
async function sequentialCapacity(): Promise<number> {
  const device = openDevice({ maxSequences: 1, prefixSlots: 0 });
  await loadInto(device, subject.name, path);
  const requests = Array.from({ length: 60 }, (_, index) => requestOf(`c${index}`, index));
  await runAll(device, requests.slice(0, 10), 1);
  const startedAt = performance.now();
  await runAll(device, requests.slice(10), 1);
  const perSecond = 50_000 / (performance.now() - startedAt);
  await device.close();
  return perSecond;
}

async function serve(maxSequences: number, perSecond: number) {
  const device = openDevice({ maxSequences, prefixSlots: 0, maxQueued: 100_000 });
  await loadInto(device, subject.name, path);
  await runAll(device, [requestOf('warm', 0)], 1);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const running: Promise<Finished>[] = [];
  const startedAt = performance.now();
  let at = 0;
  for (let index = 0; ; index += 1) {
    at += (-Math.log(1 - uniformAt(7, index)) / perSecond) * 1_000;
    if (at > arrivalSeconds * 1_000) break;
    const waitMs = at - (performance.now() - startedAt);
    if (waitMs > 1) await pause(waitMs);
    running.push(run(device, requestOf(`r${index}`, index)));
  }
  const done = await Promise.all(running);
  delay.disable();
  const elapsedMs = performance.now() - startedAt;
  const busy = done.reduce((sum, { end }) => sum + end.deviceMs, 0) / elapsedMs;
  await device.close();
  // The monitor's own resolution is in what it measures.
  return { done, busy, loopDelayMs: Math.max(0, delay.percentile(99) / 1e6 - 1) };
}
