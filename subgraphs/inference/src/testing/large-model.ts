/** A model folder with random weights that is large enough to be loaded in a thread of its own: 28 MB, a second or more in int8. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { llamaParameters, scoreName } from '@fathom/neural/architectures/llama-parameters';
import { exportModel } from '@fathom/neural/export/export-model';
import { writeAdapter } from '@fathom/neural/lora/adapter-folder';
import { initializeAdapter } from '@fathom/neural/lora/initialize';
import { loadModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { writeTextFolder } from '@fathom/neural/models/text-folder';
import { elementCount } from '@fathom/neural/weights/tensor';
import { writeFileForBoth } from './file-for-both.ts';
import { writeTinyModel } from './tiny-model.ts';

export async function writeLargeModel(): Promise<string> {
  const { config: tiny, ...rest } = await loadModelFolder(await writeTinyModel({ isEndless: true }));
  const config = {
    ...tiny,
    hiddenSize: 384,
    layers: 4,
    heads: 6,
    keyValueHeads: 6,
    headSize: 64,
    intermediateSize: 1_024,
  };
  const weights = new Map(
    llamaParameters(config).map(({ name, dims }) => [
      name,
      // Numbers that a generator would take seconds for; norms are 1.
      { dims, data: Float32Array.from({ length: elementCount(dims) }, (_, at) => valueAt(dims.length, at)) },
    ]),
  );
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-large-model-')), 'model');
  await writeModelFolder(folder, { ...rest, config, weights });
  return folder;
}

/** The same as an ONNX export: with plain attention, or with operators that are edited while it is loaded. */
export async function writeLargeExport(modelFolder: string, attention: 'plain' | 'edited'): Promise<string> {
  const model = await loadModelFolder(modelFolder);
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-large-export-')), 'model');
  if (attention === 'edited') await writeFileForBoth(folder, model, 'fp32');
  else await exportModel(folder, model, { layout: 'hugging-face', precisions: ['fp32'] });
  return folder;
}

/** A model of the same weights that makes vectors of texts, or with a head that puts them into two classes. */
export async function writeReaderOf(modelFolder: string, labels?: readonly string[]): Promise<string> {
  const model = await loadModelFolder(modelFolder);
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-large-reader-')), 'model');
  const width = model.config.hiddenSize;
  const head = {
    dims: [2, width],
    data: Float32Array.from({ length: 2 * width }, (_, at) => valueAt(2, at)),
  };
  const weights = new Map([...model.weights, ...(labels ? [[scoreName, head] as const] : [])]);
  await writeTextFolder(folder, { ...model, weights, ...(labels ? { labels } : {}) });
  return folder;
}

export async function writeAdapterOf(modelFolder: string): Promise<string> {
  const { config } = await loadModelFolder(modelFolder);
  const lora = { rank: 2, alpha: 16, targets: ['q_proj', 'v_proj'] as const };
  const tensors = new Map(
    [...initializeAdapter(config, { ...lora, seed: 1 })].map(([name, { dims, data }]) => [
      name,
      { dims, data: data.map((value, at) => value + Math.sin(at + 1)) },
    ]),
  );
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-large-adapter-')), 'adapter');
  await writeAdapter(folder, { ...lora, tensors });
  return folder;
}

const valueAt = (rank: number, at: number): number =>
  rank === 1 ? 1 : (((at * 7_919) % 2_003) - 1_001) / 20_000;
