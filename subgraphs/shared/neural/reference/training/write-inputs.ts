/** Writes what `make_curves.py` reads, weights and batches, into the folder that it is given. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  batchAt,
  config,
  optimizers,
  shape,
  steps,
  weights,
} from '../../src/training/reference-curve.testkit.ts';
import { writeSafetensors } from '../../src/weights/safetensors.ts';
import type { Tensor } from '../../src/weights/tensor.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('name a folder');
await mkdir(folder, { recursive: true });
await writeSafetensors(join(folder, 'weights.safetensors'), weights());
const dims = [shape.batchSize, shape.sequenceLength];
const grid = (data: BigInt64Array | Float32Array): Tensor => ({
  dims,
  data: Float32Array.from(data, Number),
});
await writeSafetensors(
  join(folder, 'batches.safetensors'),
  new Map(
    Array.from({ length: steps }, (_, index) => batchAt(index)).flatMap(
      (batch, index): [string, Tensor][] => [
        [`${index}.input_ids`, grid(batch.inputIds)],
        [`${index}.segment_ids`, grid(batch.segmentIds)],
        [`${index}.positions`, grid(batch.positions)],
        [`${index}.targets`, grid(batch.targets)],
        [`${index}.loss_weights`, grid(batch.lossWeights)],
      ],
    ),
  ),
);
await writeFile(join(folder, 'run.json'), JSON.stringify({ config, optimizers, steps }));
