// Training tokens a second of two data-parallel processes against one, a thread each, and the losses of both.
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { Contestant, tokensPerStep } from './contest.ts';

/*
 * The same model and batches as `training-throughput`. One process of one thread, two processes of one thread each, and
 * one process of two threads take turns; medians are compared. All three cut a batch into the same two parts, so their
 * losses are the same bits.
 */
const rounds = 10;
const stepsPerTurn = 3;
const results = await Promise.all(
  [
    { name: 'one process, one thread', threads: 1, workers: 1 },
    { name: 'two processes, one thread each', threads: 2, workers: 2 },
    { name: 'one process, two threads', threads: 2, workers: 1 },
  ].map(async ({ name, ...options }) => ({
    name,
    process: await Contestant.ours(name, options),
    steps: [] as number[],
    losses: [] as number[],
    peakBytes: null as number | null,
  })),
);
for (let round = -1; round < rounds; round += 1) {
  for (const result of results) {
    const { losses, milliseconds, peakBytes } = await result.process.take(stepsPerTurn);
    result.losses.push(...losses);
    result.peakBytes = peakBytes;
    // The first round warms up.
    if (round >= 0) result.steps.push(...milliseconds);
  }
}
for (const { process } of results) await process.end();

const rate = (steps: readonly number[]) => (tokensPerStep * 1_000) / quantile(steps, 0.5);
const [one, two, threads] = results as [(typeof results)[0], (typeof results)[0], (typeof results)[0]];
printMachine();
printTable(
  ['8 x 256 tokens a step', 'tokens/s', 'of one', 'peak MB, all processes', 'last loss'],
  results.map(({ name, steps, peakBytes, losses }) => [
    name,
    Math.round(rate(steps)),
    Number((rate(steps) / rate(one.steps)).toFixed(2)),
    peakBytes ? Math.round(peakBytes / 2 ** 20) : 'unknown',
    Number(losses.at(-1)?.toFixed(6)),
  ]),
);
printBound({
  name: 'two-processes-of-one',
  measured: rate(two.steps) / rate(one.steps),
  required: 1.7,
  direction: 'at-least',
});
printBound({
  name: 'two-processes-of-two-threads',
  measured: rate(two.steps) / rate(threads.steps),
  required: 0.9,
  direction: 'at-least',
});
printBound({
  name: 'losses-that-differ',
  measured: one.losses.filter((loss, at) => loss !== two.losses[at]).length,
  required: 0,
  direction: 'at-most',
});
