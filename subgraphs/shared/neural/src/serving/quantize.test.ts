import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { createRandom } from '../random.ts';
import { floats } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { int4BlockSize, quantizeBlocks } from './quantize.ts';
import { weightProduct } from './weight-product.ts';

const random = createRandom(5);
const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());

/** The weights that the four bits stand for. */
function widen(data: Float32Array, columns: number): number[] {
  const { values, scales, blocks } = quantizeBlocks(data, columns);
  return Array.from(data, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const block = row * blocks + Math.floor(column / int4BlockSize);
    const within = column % int4BlockSize;
    const byte = values[block * (int4BlockSize / 2) + (within >> 1)]!;
    return ((within % 2 === 0 ? byte & 15 : byte >> 4) - 8) * scales[block]!;
  });
}

describe('quantizeBlocks', () => {
  it('keeps the largest weight of a block exactly and every other within an eighth of it', () => {
    const columns = 80;
    const data = normal(6 * columns);
    const widened = widen(data, columns);
    for (let row = 0; row < 6; row += 1) {
      for (let start = 0; start < columns; start += int4BlockSize) {
        const block = Array.from(
          { length: Math.min(int4BlockSize, columns - start) },
          (_, at) => row * columns + start + at,
        );
        const largest = block.reduce((most, at) => (Math.abs(data[at]!) > Math.abs(data[most]!) ? at : most));
        expect(widened[largest]).toBeCloseTo(data[largest]!, 5);
        for (const at of block)
          expect(Math.abs(widened[at]! - data[at]!)).toBeLessThanOrEqual(Math.abs(data[largest]!) / 8 + 1e-6);
      }
    }
  });

  it('keeps zeros as zeros, also those that fill up the last block', () => {
    expect(widen(new Float32Array(40), 40)).toEqual(Array.from({ length: 40 }, () => 0));
    expect([...quantizeBlocks(Float32Array.of(1, -2), 2).values.subarray(1)]).toEqual(
      Array.from({ length: 15 }, () => 0x88),
    );
  });

  it('is read by ONNX Runtime as the same weights, whatever the neighbours in the batch', async () => {
    const [rows, columns, out] = [3, 80, 7];
    const data = normal(out * columns);
    const builder = new GraphBuilder('product');
    const x = builder.input('x', 'float32', ['rows', columns]);
    const weights = [{ dims: [out, columns], data }];
    builder.output('y', weightProduct(builder, { x, weights, name: 'w', precision: 'int4', int8: 'fused' }));
    const session = Session.create(builder.build(), { threads: 1 });
    const input = normal(rows * columns);
    const y = floats([rows, out]);
    await session.run(session.plan({ x: floats([rows, columns], input) }, { y }));
    const widened = widen(data, columns);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < out; column += 1) {
        let expected = 0;
        for (let at = 0; at < columns; at += 1)
          expected += input[row * columns + at]! * widened[column * columns + at]!;
        // Activations are rounded to eight bits.
        expect(Math.abs(y.data[row * out + column]! - expected)).toBeLessThan(0.15);
      }
    }
    const alone = floats([1, out]);
    await session.run(
      session.plan({ x: floats([1, columns], input.subarray(columns, 2 * columns)) }, { y: alone }),
    );
    expect([...alone.data]).toEqual([...y.data.subarray(out, 2 * out)]);
    session.release();
  });
});
