import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NeuralError } from '../errors.ts';
import { encodeModel, encodeModelWithData } from './encode-model.ts';
import { GraphBuilder } from './graph-builder.ts';
import { readOnnxModel } from './read-model.ts';

let folder: string;
let whole: Buffer;
const path = (name: string): string => join(folder, name);

function affine() {
  const builder = new GraphBuilder('affine');
  const x = builder.input('x', 'float32', ['rows', 300]);
  const weight = builder.initializer('weight', { dims: [300, 100], data: new Float32Array(30_000) });
  builder.output('y', builder.matMul(x, weight));
  return builder.build();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-onnx-'));
  await writeFile(path('whole.onnx'), encodeModel(affine()));
  whole = await readFile(path('whole.onnx'));
  const { model, data } = encodeModelWithData(affine(), { fileName: 'split.onnx_data', minBytes: 1 });
  await writeFile(path('split.onnx'), model);
  await writeFile(path('split.onnx_data'), Buffer.concat(data));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('readOnnxModel', () => {
  it('reads inputs, outputs and operators, and counts the bytes of files beside it', () => {
    const model = readOnnxModel(path('whole.onnx'));
    expect(model).toMatchObject({
      inputs: [{ name: 'x', type: 'float32', dims: ['rows', 300] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['rows', 100] }],
      nodes: [
        { opType: 'MatMul', inputs: ['x', 'weight'] },
        { opType: 'Identity', outputs: ['y'] },
      ],
      bytes: whole.byteLength,
    });
    const split = readOnnxModel(path('split.onnx'));
    expect(split.bytes).toBeGreaterThan(120_000);
    expect(split.bytes).toBeLessThan(121_000);
  });

  it('refuses a file that was cut off anywhere, or whose bytes are anything, with a typed error', async () => {
    const outcome = async (bytes: Uint8Array): Promise<unknown> => {
      await writeFile(path('part.onnx'), bytes);
      try {
        return readOnnxModel(path('part.onnx'));
      } catch (error) {
        return error;
      }
    };
    for (const length of [0, 1, 9, 40, 60_000, whole.byteLength - 30, whole.byteLength - 1]) {
      const refusal = await outcome(whole.subarray(0, length));
      if (!(refusal instanceof NeuralError))
        expect(length).toBeGreaterThan(whole.byteLength - 20); // Only the opset is gone.
      else
        expect(refusal).toMatchObject({
          code: 'ONNX_CORRUPT',
          message: expect.stringContaining('part.onnx'),
        });
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const read = await outcome(bytes);
        // A few bytes can be a graph of nothing.
        if (read instanceof Error) expect(read).toMatchObject({ code: 'ONNX_CORRUPT' });
        else expect(read).toMatchObject({ inputs: [], outputs: [] });
      }),
      { numRuns: 50 },
    );
  });

  it('refuses weights whose file is missing, too short or elsewhere', async () => {
    const { model } = encodeModelWithData(affine(), { fileName: 'gone.onnx_data', minBytes: 1 });
    await writeFile(path('gone.onnx'), model);
    expect(() => readOnnxModel(path('gone.onnx'))).toThrow('weight lies in gone.onnx_data, which is missing');
    const outside = encodeModelWithData(affine(), { fileName: '../split.onnx_data', minBytes: 1 });
    await writeFile(path('outside.onnx'), outside.model);
    expect(() => readOnnxModel(path('outside.onnx'))).toThrow('not a file beside it');
    await truncate(path('split.onnx_data'), 119_999);
    expect(() => readOnnxModel(path('split.onnx'))).toThrow('which has 119999: it is truncated');
  });
});
