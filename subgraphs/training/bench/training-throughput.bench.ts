// Training tokens a second and peak memory against PyTorch: same model, weights and batches, 1 and 2 threads.
import { rm } from 'node:fs/promises';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { Contestant, config, tokensPerStep, writeContest } from './contest.ts';
import { installPyTorch } from './install-pytorch.ts';

/*
 * Four processes, two of ours and two of PyTorch's, at one and two threads. They wait while it is not their turn. A round
 * gives each three steps; the medians of all rounds' steps are compared, so what disturbs the machine for a while
 * disturbs all. The table has the quickest quarter and the quickest step beside them: on an idle machine the three tell the
 * same. The losses of the first steps must agree: both compute the same.
 *
 * PyTorch is eager, with fused AdamW and scaled dot product attention, and is given the mask of the packed examples. Our
 * trainer takes the length of the longest example from the data, as the service does, and does not compute what lies
 * further back: the mask rules it out, so the results are the same; PyTorch's attention has no such bound. All four processes are
 * started with huge pages, as the service starts its workers. Memory is each process's peak resident set,
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

/** Tokens a second of the step that so large a share of all steps is not slower than. */
const rateAt = (share: number) => (steps: readonly number[]) =>
  (tokensPerStep * 1_000) / quantile(steps, share);
const rate = rateAt(0.5);
const columns = [
  { title: 'tokens/s', rate },
  { title: 'quickest quarter', rate: rateAt(0.25) },
  { title: 'quickest step', rate: rateAt(0) },
] as const;
const find = (engine: string, threads: number) =>
  results.find((result) => result.engine === engine && result.threads === threads);
const megabytes = (bytes: number | null | undefined) => (bytes ? Math.round(bytes / 2 ** 20) : 'unknown');

printMachine();
printTable(
  [
    `${config.layers} layers of ${config.hiddenSize}, 8 x 256 tokens`,
    'threads',
    ...columns.flatMap(({ title }) => [title, 'of PyTorch']),
    'peak MB',
    'last loss',
  ],
  results.map(({ engine, threads, steps, losses, peakBytes }) => {
    const peer = find('pytorch', threads);
    return [
      engine === 'pytorch' && pyTorch.kind === 'installed' ? `PyTorch ${pyTorch.version}` : engine,
      threads,
      ...columns.flatMap((column) => [
        Math.round(column.rate(steps)),
        peer ? Number((column.rate(steps) / column.rate(peer.steps)).toFixed(2)) : Number.NaN,
      ]),
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
