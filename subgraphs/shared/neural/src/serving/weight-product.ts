/**
 * x·Wᵀ in the precision that a graph is written in: the only place that knows how quantised weights are multiplied.
 *
 *   fp32   MatMul
 *   int8   one scale a column; activations are quantised per call over the whole batch, so a row's result varies slightly
 *          with its neighbours
 *   int4   MatMulNBits, one scale a block of 32; activations are quantised row by row, so neighbours do not matter
 */
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, int, type Value } from '../onnx/types.ts';
import type { Tensor } from '../weights/tensor.ts';
import { int4BlockSize, quantizeBlocks, quantizeColumns, transposeMatrix } from './quantize.ts';

export const precisions = ['fp32', 'int8', 'int4'] as const;
export type Precision = (typeof precisions)[number];

/**
 * How int8 is written: `fused` is ONNX Runtime's own operator, `standard` the operators of ai.onnx that every runtime
 * knows and that ONNX Runtime fuses when it loads the graph.
 */
export type Int8Operators = 'fused' | 'standard';

export interface WeightProduct {
  readonly x: Value;
  /** Matrices [out, in] with the same `in`; their outputs come side by side. */
  readonly weights: readonly Tensor[];
  readonly name: string;
  readonly precision: Precision;
  readonly int8: Int8Operators;
}

export function weightProduct(builder: GraphBuilder, product: WeightProduct): Value {
  const { x, name, precision } = product;
  const input = product.weights[0]!.dims[1]!;
  const stacked = stack(product.weights);
  const out = stacked.length / input;
  if (precision === 'int4') return int4Product(builder, { x, name, stacked, out, input });
  const matrix = transposeMatrix(stacked, out, input);
  if (precision === 'fp32') {
    return builder.matMul(x, builder.initializer(`${name}.weight`, { dims: [input, out], data: matrix }));
  }
  const { values, scales } = quantizeColumns(matrix, out);
  const quantized = builder.initializer(`${name}.weight_int8`, { dims: [input, out], data: values });
  const scale = builder.initializer(`${name}.scale`, { dims: [out], data: scales });
  return product.int8 === 'fused'
    ? builder.op('DynamicQuantizeMatMul', [x, quantized, scale], { domain: 'com.microsoft' })
    : standardInt8Product(builder, { x, quantized, scale });
}

function int4Product(
  builder: GraphBuilder,
  product: { x: Value; name: string; stacked: Float32Array; out: number; input: number },
): Value {
  const { x, name, stacked, out, input } = product;
  const { values, scales, blocks } = quantizeBlocks(stacked, input);
  const packed = builder.initializer(`${name}.weight_int4`, {
    dims: [out, blocks, int4BlockSize / 2],
    data: values,
  });
  const scale = builder.initializer(`${name}.scale`, { dims: [out * blocks], data: scales });
  return builder.op('MatMulNBits', [x, packed, scale], {
    domain: 'com.microsoft',
    attributes: {
      K: int(input),
      N: int(out),
      bits: int(4),
      block_size: int(int4BlockSize),
      // 4: activations as int8 blocks, the fast kernels.
      accuracy_level: int(4),
    },
  });
}

function standardInt8Product(
  builder: GraphBuilder,
  product: { x: Value; quantized: Value; scale: Value },
): Value {
  const [activations, activationScale, zeroPoint] = builder.ops('DynamicQuantizeLinear', [product.x], {
    outputCount: 3,
  });
  const sums = builder.op('MatMulInteger', [activations, product.quantized, zeroPoint]);
  const asFloat = builder.op('Cast', [sums], { attributes: { to: int(elementTypeCodes.float32) } });
  return builder.mul(asFloat, builder.mul(activationScale!, product.scale));
}

function stack(weights: readonly Tensor[]): Float32Array {
  if (weights.length === 1) return weights[0]!.data;
  const stacked = new Float32Array(weights.reduce((total, { data }) => total + data.length, 0));
  let offset = 0;
  for (const { data } of weights) {
    stacked.set(data, offset);
    offset += data.length;
  }
  return stacked;
}
