/** Our trainer in the contest: `pytorch/train.py` is its peer, line for line. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { createTrainer } from '@fathom/neural/training/trainer';
import { batches, batchSize, config, longestSegment, optimizer, sequenceLength } from '../contest.ts';

const { threads, workers = 1 } = JSON.parse(process.argv[2] ?? '{}') as { threads: number; workers?: number };
const trainer = await createTrainer({
  config,
  weights: initializeLlama(config, 1),
  batchSize,
  sequenceLength,
  longestSegment,
  optimizer,
  schedule: { kind: 'constant' },
  seed: 1,
  threads,
  dataParallel: { workers },
});

function peakBytes(): number | null {
  try {
    const each = [process.pid, ...trainer.workerPids].map((pid) => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
    });
    return each.reduce((sum, bytes) => sum + bytes, 0);
  } catch {
    return null;
  }
}

const answer = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as { steps: number };
  const [losses, milliseconds]: [number[], number[]] = [[], []];
  for (let taken = 0; taken < steps; taken += 1) {
    const began = performance.now();
    const { loss } = await trainer.trainStep(batches[trainer.step % batches.length]!);
    losses.push(loss);
    milliseconds.push(performance.now() - began);
  }
  answer({ losses, milliseconds, peakBytes: peakBytes() });
}
await trainer.release();
