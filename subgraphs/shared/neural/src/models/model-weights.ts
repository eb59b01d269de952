/**
 * A model's tensors as Hugging Face lays them out: one `model.safetensors`, or several files that
 * `model.safetensors.index.json` assigns every tensor to.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { embeddingName, headName } from '../architectures/llama-parameters.ts';
import { NeuralError } from '../errors.ts';
import { bytesOf, readFileIfPresent } from '../files.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';
import type { ModelConfig } from './model-config.ts';

const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
/** A shard is a file of the folder itself: an index from elsewhere must not read outside. */
const shardName = z.string().refine((name) => basename(name) === name && name.endsWith('.safetensors'), {
  error: 'is not the name of a .safetensors file of the folder',
});
const indexJson = z.object({ weight_map: z.record(z.string(), shardName) });

/**
 * Throws `MODEL_INCOMPLETE` for a missing file, a malformed index and a tensor that is not where the index says,
 * `SAFETENSORS_CORRUPT` for a damaged file.
 */
export async function readModelWeights(dir: string): Promise<TensorMap> {
  const single = join(dir, weightsFile);
  if (await isFile(single)) return readSafetensors(single);
  const index = await readFileIfPresent(join(dir, indexFile));
  if (index === undefined) throw incomplete(dir, weightsFile, 'is missing');
  return readShards(dir, parseIndex(dir, index));
}

/** What the files of its tensors hold together, read or not. Throws `MODEL_INCOMPLETE` for a missing file. */
export async function weightFileBytes(dir: string): Promise<number> {
  const index = (await isFile(join(dir, weightsFile))) ? undefined : await readFileIfPresent(join(dir, indexFile));
  const files = index === undefined ? [weightsFile] : new Set(parseIndex(dir, index).values());
  let bytes = 0;
  for (const file of files) {
    const path = join(dir, file);
    if (!(await isFile(path))) throw incomplete(dir, file, 'is missing');
    bytes += (await stat(path)).size;
  }
  return bytes;
}

async function readShards(dir: string, placeOf: ReadonlyMap<string, string>): Promise<TensorMap> {
  const tensors = new Map<string, Tensor>();
  for (const shard of new Set(placeOf.values())) {
    if (!(await isFile(join(dir, shard)))) throw incomplete(dir, shard, 'is missing');
    for (const [name, tensor] of await readSafetensors(join(dir, shard))) {
      if (placeOf.get(name) !== shard)
        throw incomplete(dir, shard, `holds tensor ${name}, which the index places in ${placeOf.get(name)}`);
      tensors.set(name, tensor);
    }
  }
  const missing = [...placeOf].find(([name]) => !tensors.has(name) && !isBuffer(name));
  if (missing !== undefined) throw incomplete(dir, missing[1], `lacks tensor ${missing[0]}`);
  return tensors;
}

/** Tables that models published years ago carry along and that follow from their configuration. */
export function isBuffer(name: string): boolean {
  return /(^|\.)(position_ids|rotary_emb\.inv_freq|masked_bias)$/.test(name);
}

/**
 * A decoder's tensors without what others left in the file: buffers, and a head that repeats the embedding it is tied to.
 * Throws `MODEL_INCOMPLETE` for a head that does not.
 */
export function decoderTensors(config: ModelConfig, tensors: TensorMap, source: string): TensorMap {
  const kept = new Map([...tensors].filter(([name]) => !isBuffer(name)));
  const [head, embedding] = [kept.get(headName), kept.get(embeddingName)];
  if (!config.tieEmbeddings || head === undefined || embedding === undefined) return kept;
  if (Buffer.compare(bytesOf(head.data), bytesOf(embedding.data)) !== 0) {
    throw new NeuralError(
      'MODEL_INCOMPLETE',
      `${source}: tensor ${headName} differs from ${embeddingName}, to which the configuration ties it`,
    );
  }
  kept.delete(headName);
  return kept;
}

/**
 * An encoder's tensors by the names of `BertModel`: a classifier's `bert.` is taken off, and the heads of pre-training,
 * which nothing here reads, are left behind.
 */
export function encoderTensors(tensors: TensorMap): TensorMap {
  return new Map(
    [...tensors]
      .filter(([name]) => !isBuffer(name) && !name.startsWith('cls.'))
      .map(([name, tensor]) => [name.replace(/^bert\./, ''), tensor]),
  );
}

function parseIndex(dir: string, bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return new Map(Object.entries(indexJson.parse(json).weight_map));
  } catch (error) {
    const problem =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
        : (error as Error).message;
    throw incomplete(dir, indexFile, `cannot be read: ${problem}`);
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function incomplete(dir: string, file: string, problem: string): NeuralError {
  return new NeuralError('MODEL_INCOMPLETE', `${join(dir, file)} ${problem}`, { details: { dir, file } });
}
