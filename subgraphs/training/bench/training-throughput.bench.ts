// Training tokens a second and peak memory against PyTorch: same model, weights and batches, 1 and 2 threads.
import { rm } from 'node:fs/promises';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { Contestant, config, tokensPerStep, writeContest } from './contest.ts';
import { installPyTorch } from './install-pytorch.ts';

/*
 * Four processes, two of ours and two of PyTorch's, at one and two threads. They wait while it is not their turn. A round
 * gives each three steps; the medians of all rounds' steps are compared, so what disturbs the machine for a while
 * disturbs all. The losses of the first steps must agree: both compute the same.
 *
 * PyTorch is eager, with fused AdamW and scaled dot product attention, and is given the mask of the packed examples, the
 * longest of which has 80 of a row's 256 tokens; our trainer is told that length, as the service tells it. Our process is
 * started with huge pages, as the service starts its workers; PyTorch gained nothing from them when tried. Memory is each process's peak resident set,
 * which holds runtime and libraries: Node and ONNX Runtime here, Python and PyTorch there.
 */
const rounds = 10;
const stepsPerTurn = 3;
const warmUpSteps = 2;
const threadCounts = [1, 2] as const;

const pyTorch = await installPyTorch();
const folder = await writeContest();
const contestants: { readonly engine: string; readonly threads: number; readonly process: Contestant }[] = [];
for (const threads of threadCounts) {
  contestants.push({
    engine: 'fathom',
    threads,
    process: await Contestant.ours(`ours-${threads}`, { threads }),
  });
  if (pyTorch.kind === 'installed') {
    const { python } = pyTorch;
    const process = await Contestant.pyTorch(`pytorch-${threads}`, { python, folder, threads });
    contestants.push({ engine: 'pytorch', threads, process });
  }
}

const results = contestants.map((contestant) => ({
  ...contestant,
  steps: [] as number[],
  losses: [] as number[],
  peakBytes: null as number | null,
}));
for (const result of results) {
  result.losses.push(...(await result.process.take(warmUpSteps)).losses);
}
for (let round = 0; round < rounds; round += 1) {
  for (const result of results) {
    const { losses, milliseconds, peakBytes } = await result.process.take(stepsPerTurn);
    result.steps.push(...milliseconds);
    result.losses.push(...losses);
    result.peakBytes = peakBytes;
  }
}
for (const { process } of results) await process.end();
await rm(folder, { recursive: true });

const rate = (steps: readonly number[]) => (tokensPerStep * 1_000) / quantile(steps, 0.5);
const find = (engine: string, threads: number) =>
  results.find((result) => result.engine === engine && result.threads === threads);
const megabytes = (bytes: number | null | undefined) => (bytes ? Math.round(bytes / 2 ** 20) : 'unknown');

printMachine();
printTable(
  [
    `${config.layers} layers of ${config.hiddenSize}, 8 x 256 tokens`,
    'threads',
    'tokens/s',
    'of PyTorch',
    'peak MB',
    'last loss',
  ],
  results.map(({ engine, threads, steps, losses, peakBytes }) => {
    const peer = find('pytorch', threads);
    return [
      engine === 'pytorch' && pyTorch.kind === 'installed' ? `PyTorch ${pyTorch.version}` : engine,
      threads,
      Math.round(rate(steps)),
      peer ? Number((rate(steps) / rate(peer.steps)).toFixed(2)) : Number.NaN,
      megabytes(peakBytes),
      Number(losses.at(-1)?.toFixed(5)),
    ];
  }),
);
if (pyTorch.kind === 'missing') {
  process.stdout.write(`\nNot compared with PyTorch: ${pyTorch.because}.\n`);
} else {
  for (const threads of threadCounts) {
    const [ours, peer] = [find('fathom', threads)!, find('pytorch', threads)!];
    const required = threads === 1 ? 1 : 1.3;
    printBound({
      name: `training-${threads}-threads-of-pytorch`,
      measured: rate(ours.steps) / rate(peer.steps),
      required,
      direction: 'at-least',
    });
    if (ours.peakBytes && peer.peakBytes) {
      printBound({
        name: `training-${threads}-threads-memory-of-pytorch`,
        measured: ours.peakBytes / peer.peakBytes,
        required: 1,
        direction: 'at-most',
      });
    }
    const apart = Math.max(...ours.losses.map((loss, at) => Math.abs(loss / peer.losses[at]! - 1)));
    printBound({
      name: `training-${threads}-threads-loss-apart`,
      measured: apart,
      required: 1e-3,
      direction: 'at-most',
    });
  }
}
