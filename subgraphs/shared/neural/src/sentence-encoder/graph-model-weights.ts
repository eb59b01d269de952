import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';

/**
 * The weights of a TensorFlow.js graph model: `model.json` lists names, shapes and the shard files, which hold the values
 * one after another, little endian. Only float32 is kept; the integers of such a model are shapes and axes.
 */
const manifestSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string().regex(/^[\w.-]+$/, 'a shard is a file beside model.json')),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().nonnegative()),
          dtype: z.enum(['float32', 'int32']),
          quantization: z.never({ error: 'quantised weights are not read' }).optional(),
        }),
      ),
    }),
  ),
});

/** Throws `MODEL_INCOMPLETE`, naming the file. */
export async function readGraphModelWeights(folder: string): Promise<TensorMap> {
  const manifest = await readManifest(folder);
  const tensors = new Map<string, Tensor>();
  for (const { paths, weights } of manifest.weightsManifest) {
    const shards = await Promise.all(paths.map((path) => readPart(join(folder, path))));
    const bytes = Buffer.concat(shards);
    let at = 0;
    for (const { name, shape, dtype } of weights) {
      const end = at + elementCount(shape) * 4;
      if (end > bytes.length) {
        throw incomplete(`${folder}: the shards end at byte ${bytes.length}, inside ${name}`);
      }
      if (dtype === 'float32')
        tensors.set(name, { dims: shape, data: floatsAt(bytes, at, elementCount(shape)) });
      at = end;
    }
    if (at !== bytes.length) throw incomplete(`${folder}: ${bytes.length - at} bytes follow the last weight`);
  }
  return tensors;
}

async function readManifest(folder: string): Promise<z.infer<typeof manifestSchema>> {
  const file = join(folder, 'model.json');
  try {
    return manifestSchema.parse(JSON.parse((await readPart(file)).toString('utf8')));
  } catch (cause) {
    if (cause instanceof NeuralError) throw cause;
    throw incomplete(`${file}: ${(cause as Error).message}`, cause);
  }
}

/** A copy, since a shard may begin at any byte. */
function floatsAt(bytes: Buffer, at: number, count: number): Float32Array {
  const copy = new Float32Array(count);
  new Uint8Array(copy.buffer).set(bytes.subarray(at, at + count * 4));
  return copy;
}

async function readPart(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw incomplete(`${file} cannot be read`, cause);
  }
}

function incomplete(message: string, cause?: unknown): NeuralError {
  return new NeuralError('MODEL_INCOMPLETE', message, { cause });
}
