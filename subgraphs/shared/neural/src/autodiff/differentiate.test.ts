import { describe, expect, it } from 'vitest';
import { llama } from '../architectures/llama.ts';
import { initializeLlama, llamaParameters } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { int, type Value } from '../onnx/types.ts';
import { createRandom } from '../random.ts';
import { floats } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { elementCount } from '../weights/tensor.ts';
import { attention } from './composites/attention.ts';
import { crossEntropy } from './composites/cross-entropy.ts';
import { dropout } from './composites/dropout.ts';
import { gelu } from './composites/gelu.ts';
import { layerNorm } from './composites/layer-norm.ts';
import { linearCrossEntropy } from './composites/linear-cross-entropy.ts';
import { rmsNorm } from './composites/rms-norm.ts';
import { rotary, rotaryTables } from './composites/rotary.ts';
import { swiGlu } from './composites/swiglu.ts';
import { differentiate, gradientRules } from './differentiate.ts';

type Operand = { readonly dims: readonly number[]; readonly data: Float32Array };
type Write = (builder: GraphBuilder, operands: readonly Value[]) => Value;

function operand(seed: number, dims: readonly number[], around = 0): Operand {
  const random = createRandom(seed);
  return {
    dims,
    data: Float32Array.from({ length: elementCount(dims) }, () => around + 0.7 * random.normal()),
  };
}

const indices = (
  builder: GraphBuilder,
  name: string,
  values: readonly number[],
  dims: readonly number[],
): Value => builder.initializer(name, { dims, data: BigInt64Array.from(values, BigInt) });

/** A scalar that gives every element of the result a different share. */
function weighted(builder: GraphBuilder, x: Value): Value {
  const dims = x.dims as readonly number[];
  const shares = Float32Array.from({ length: elementCount(dims) }, (_, at) => Math.sin(at * 1.7 + 0.3));
  const product = builder.mul(x, builder.initializer('shares', { dims, data: shares }));
  return builder.op('ReduceSum', [product], { attributes: { keepdims: int(0) } });
}

async function valuesOf(write: Write, operands: readonly Operand[]): Promise<Float32Array> {
  const builder = new GraphBuilder('values');
  const inputs = operands.map(({ dims }, at) => builder.input(`x${at}`, 'float32', dims));
  builder.output('values', write(builder, inputs));
  const feeds = Object.fromEntries(operands.map(({ dims, data }, at) => [`x${at}`, floats(dims, data)]));
  const session = Session.create(builder.build(), { threads: 1 });
  const { values } = await session.evaluate(feeds);
  session.release();
  return values!.data as Float32Array;
}

/**
 * Largest difference between the written gradient and central differences, as a share of the largest gradient of the same
 * operand; of the operand that fits worst. The loss is a float32: 1e-2 is its best step, and agreement within 1% is what that precision can show.
 */
async function gradientError(
  write: Write,
  operands: readonly Operand[],
  options: { scalar?: boolean } = {},
): Promise<number> {
  const builder = new GraphBuilder('gradient-check');
  const inputs = operands.map(({ dims }, at) => builder.input(`x${at}`, 'float32', dims));
  const result = write(builder, inputs);
  const loss = options.scalar ? result : weighted(builder, result);
  const gradients = differentiate(builder, loss, inputs);
  builder.output('loss', loss);
  gradients.forEach((gradient, at) => {
    builder.output(`gradient${at}`, gradient);
  });
  const session = Session.create(builder.build(), { threads: 1 });
  const feedsOf = (values: readonly Operand[]) =>
    Object.fromEntries(values.map(({ dims, data }, at) => [`x${at}`, floats(dims, data)]));
  const lossAt = async (values: readonly Operand[]): Promise<number> =>
    Number((await session.evaluate(feedsOf(values))).loss!.data[0]);

  const analytic = await session.evaluate(feedsOf(operands));
  let worst = 0;
  const epsilon = 1e-2;
  for (const [index, { dims, data }] of operands.entries()) {
    let [largestGradient, largestError] = [0, 0];
    const gradient = analytic[`gradient${index}`]!;
    expect(gradient.dims).toEqual(dims);
    const stride = Math.max(1, Math.floor(data.length / 24));
    for (let at = 0; at < data.length; at += stride) {
      const moved = async (by: number) =>
        lossAt(
          operands.map((own, other) =>
            other === index ? { dims, data: data.with(at, data[at]! + by) } : own,
          ),
        );
      const numeric = ((await moved(epsilon)) - (await moved(-epsilon))) / (2 * epsilon);
      const written = (gradient.data as Float32Array)[at]!;
      largestGradient = Math.max(largestGradient, Math.abs(numeric));
      largestError = Math.max(largestError, Math.abs(numeric - written));
    }
    expect(largestGradient, `operand ${index} changes nothing`).toBeGreaterThan(0.02);
    worst = Math.max(worst, largestError / largestGradient);
  }
  session.release();
  return worst;
}

const positions = (builder: GraphBuilder): Value => indices(builder, 'positions', [0, 1, 2, 0, 5, 6], [2, 3]);

const operators: Readonly<Record<string, { write: Write; operands: readonly Operand[]; scalar?: boolean }>> =
  {
    Add: { write: (b, [x, y]) => b.add(x!, y!), operands: [operand(1, [2, 3, 4]), operand(2, [3, 1])] },
    Sub: { write: (b, [x, y]) => b.sub(x!, y!), operands: [operand(3, [4]), operand(4, [2, 3, 4])] },
    Mul: { write: (b, [x, y]) => b.mul(x!, y!), operands: [operand(5, [2, 1, 4]), operand(6, [3, 4])] },
    Div: {
      write: (b, [x, y]) => b.op('Div', [x!, y!]),
      operands: [operand(7, [2, 3]), operand(8, [1, 3], 4)],
    },
    Identity: { write: (b, [x]) => b.op('Identity', [x!]), operands: [operand(9, [5])] },
    MatMul: {
      write: (b, [x, y]) => b.matMul(x!, y!),
      operands: [operand(10, [2, 3, 4, 5]), operand(11, [3, 5, 2])],
    },
    Gemm: {
      write: (b, [x, y]) => b.gemm(x!, y!, { transB: true }),
      operands: [operand(12, [3, 4]), operand(13, [5, 4])],
    },
    Reshape: { write: (b, [x]) => b.reshape(x!, [4, 3]), operands: [operand(14, [2, 6])] },
    Transpose: { write: (b, [x]) => b.transpose(x!, [2, 0, 1]), operands: [operand(15, [2, 3, 4])] },
    Gather: {
      write: (b, [x]) => b.gather(x!, indices(b, 'rows', [3, 0, 3, 3, 1, 0], [2, 3])),
      operands: [operand(16, [5, 4])],
    },
    Softmax: { write: (b, [x]) => b.softmax(x!), operands: [operand(17, [3, 5])] },
    ReduceSum: {
      write: (b, [x]) => b.reduce('ReduceSum', x!, [-2], false),
      operands: [operand(18, [2, 3, 4])],
    },
    RmsNorm: {
      write: (b, [x, weight]) => rmsNorm(b, x!, { weight: weight!, epsilon: 1e-5 }),
      operands: [operand(19, [4, 6]), operand(20, [6], 1)],
    },
    LayerNorm: {
      write: (b, [x, weight, bias]) => layerNorm(b, x!, { weight: weight!, bias: bias!, epsilon: 1e-5 }),
      operands: [operand(40, [4, 6]), operand(41, [6], 1), operand(42, [6])],
    },
    Gelu: { write: (b, [x]) => gelu(b, x!), operands: [operand(43, [3, 4])] },
    Tanh: { write: (b, [x]) => b.op('Tanh', [x!]), operands: [operand(44, [3, 4])] },
    Sqrt: { write: (b, [x]) => b.op('Sqrt', [x!]), operands: [operand(45, [3, 4], 4)] },
    Rotary: {
      write: (b, [x]) =>
        rotary(b, x!, {
          tables: rotaryTables(b, { positions: 8, headSize: 8, theta: 100 }),
          positions: positions(b),
        }),
      operands: [operand(21, [2, 2, 3, 8])],
    },
    SwiGlu: { write: (b, [x, y]) => swiGlu(b, x!, y!), operands: [operand(22, [3, 4]), operand(23, [3, 4])] },
    Attention: {
      write: (b, [q, k, v]) => {
        const mask = Float32Array.from({ length: 18 }, (_, at) =>
          at % 3 <= Math.floor(at / 3) % 3 ? 0 : -1e9,
        );
        return attention(b, {
          q: q!,
          k: k!,
          v: v!,
          bias: b.initializer('bias', { dims: [2, 1, 3, 3], data: mask }),
        });
      },
      operands: [operand(24, [2, 4, 3, 4]), operand(25, [2, 2, 3, 4]), operand(26, [2, 2, 3, 4])],
    },
    Dropout: {
      write: (b, [x]) => {
        const data = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1);
        return dropout(b, x!, { mask: b.initializer('mask', { dims: [3, 4], data }), scale: 1.5 });
      },
      operands: [operand(33, [3, 4])],
    },
    CrossEntropy: {
      write: (b, [x]) =>
        crossEntropy(b, x!, {
          targets: indices(b, 'targets', [2, 0, 6, 6], [4]),
          weights: b.initializer('weights', { dims: [4], data: Float32Array.of(1, 0.1, 0, 2) }),
        }).loss,
      operands: [operand(27, [4, 7])],
      scalar: true,
    },
    LinearCrossEntropy: {
      write: (b, [hidden, weight]) =>
        linearCrossEntropy(b, hidden!, {
          weight: weight!,
          targets: indices(b, 'targets', [2, 0, 6, 6], [4]),
          weights: b.initializer('weights', { dims: [4], data: Float32Array.of(1, 0.1, 0, 2) }),
        }).loss,
      operands: [operand(75, [4, 3]), operand(76, [7, 3])],
      scalar: true,
    },
  };

describe('differentiate', () => {
  it.each(Object.keys(gradientRules))(
    'writes a gradient of %s that agrees with finite differences',
    async (kind) => {
      const { write, operands, scalar } = operators[kind]!;
      expect(await gradientError(write, operands, { scalar: scalar ?? false })).toBeLessThan(0.01);
    },
  );

  it.each([
    [false, false, [3, 4], [4, 5]],
    [true, false, [4, 3], [4, 5]],
    [true, true, [4, 3], [5, 4]],
  ])('differentiates Gemm with transA %s and transB %s', async (transA, transB, a, b) => {
    const write: Write = (builder, [x, y]) => builder.gemm(x!, y!, { transA, transB });
    expect(await gradientError(write, [operand(30, a), operand(31, b)])).toBeLessThan(0.01);
  });

  it('differentiates attention in bands, whose keys end where their queries do, of unequal length and in groups', async () => {
    const attend =
      (bandLength: number): Write =>
      (b, [q, k, v]) => {
        const data = Float32Array.from({ length: 49 }, (_, at) => (at % 7 <= Math.floor(at / 7) ? 0 : -1e9));
        const bias = b.initializer('bias', { dims: [1, 1, 7, 7], data });
        return attention(b, { q: q!, k: k!, v: v!, bias }, { causal: true, bandLength });
      };
    const operands = [operand(50, [1, 4, 7, 4]), operand(51, [1, 2, 7, 4]), operand(52, [1, 2, 7, 4])];
    expect(await gradientError(attend(2), operands)).toBeLessThan(0.01);
    const [banded, whole] = [await valuesOf(attend(2), operands), await valuesOf(attend(7), operands)];
    expect(Math.max(...banded.map((value, at) => Math.abs(value - whole[at]!)))).toBeLessThan(1e-6);
  });

  it('computes no attention further back than a query reaches', async () => {
    const [time, reach] = [41, 9];
    const attend =
      (options: { reach?: number; bandLength: number }): Write =>
      (b, [q, k, v]) => {
        const data = Float32Array.from({ length: time * time }, (_, at) => {
          const distance = Math.floor(at / time) - (at % time);
          return distance >= 0 && distance < reach ? 0 : -1e9;
        });
        const bias = b.initializer('bias', { dims: [1, 1, time, time], data });
        return attention(b, { q: q!, k: k!, v: v!, bias }, { causal: true, ...options });
      };
    const operands = [
      operand(60, [1, 2, time, 2]),
      operand(61, [1, 1, time, 2]),
      operand(62, [1, 1, time, 2]),
    ];
    expect(await gradientError(attend({ reach, bandLength: 8 }), operands)).toBeLessThan(0.01);
    const near = await valuesOf(attend({ reach, bandLength: 8 }), operands);
    const all = await valuesOf(attend({ bandLength: time }), operands);
    expect(Math.max(...near.map((value, at) => Math.abs(value - all[at]!)))).toBeLessThan(1e-6);
  });

  it('multiplies the gradients of weights over many rows in pieces of them, whichever operand is wider', async () => {
    for (const [width, outputs] of [
      [2, 3],
      [3, 2],
    ] as const) {
      const operands = [operand(63, [1_536, width]), operand(64, [outputs, width])];
      const write: Write = (b, [x, weight]) => b.gemm(x!, weight!, { transB: true });
      expect(await gradientError(write, operands)).toBeLessThan(0.01);
    }
  });

  it('takes the loss over pieces of many rows as over all of them at once, with the same gradients', async () => {
    const [rows, width, vocabulary] = [1_024, 3, 5];
    const given = (b: GraphBuilder) => ({
      targets: b.initializer('targets', {
        dims: [rows],
        data: BigInt64Array.from({ length: rows }, (_, row) => BigInt((row * 7) % vocabulary)),
      }),
      weights: b.initializer('weights', {
        dims: [rows],
        data: Float32Array.from({ length: rows }, (_, row) => (row % 3) / 2),
      }),
    });
    const inPieces: Write = (b, [hidden, weight]) =>
      linearCrossEntropy(b, hidden!, { weight: weight!, ...given(b) }).perToken;
    const atOnce: Write = (b, [hidden, weight]) =>
      crossEntropy(b, b.gemm(hidden!, weight!, { transB: true }), given(b)).perToken;
    const operands = [operand(77, [rows, width]), operand(78, [vocabulary, width])];
    const [pieces, whole] = [await valuesOf(inPieces, operands), await valuesOf(atOnce, operands)];
    expect(Math.max(...pieces.map((value, at) => Math.abs(value - whole[at]!)))).toBeLessThan(1e-6);

    const gradientsOf = async (write: (b: GraphBuilder, operands: readonly Value[]) => Value) => {
      const b = new GraphBuilder('gradients');
      const inputs = operands.map(({ dims }, at) => b.input(`x${at}`, 'float32', dims));
      differentiate(b, write(b, inputs), inputs).forEach((gradient, at) => {
        b.output(`gradient${at}`, gradient);
      });
      const session = Session.create(b.build(), { threads: 1 });
      const feeds = operands.map(({ dims, data }, at) => [`x${at}`, floats(dims, data)] as const);
      const gradients = await session.evaluate(Object.fromEntries(feeds));
      session.release();
      return gradients;
    };
    const ofPieces = await gradientsOf(
      (b, [hidden, weight]) => linearCrossEntropy(b, hidden!, { weight: weight!, ...given(b) }).loss,
    );
    const ofWhole = await gradientsOf(
      (b, [hidden, weight]) => crossEntropy(b, b.gemm(hidden!, weight!, { transB: true }), given(b)).loss,
    );
    for (const name of ['gradient0', 'gradient1']) {
      const [found, expected] = [ofPieces[name]!, ofWhole[name]!].map(({ data }) => data as Float32Array);
      const largest = Math.max(...expected!.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      expect(Math.max(...found!.map((value, at) => Math.abs(value - expected![at]!))) / largest).toBeLessThan(
        1e-5,
      );
    }
  });

  it('turns and mixes heads that lie side by side as it does heads that are an axis of their own', async () => {
    const [batch, time, heads, keyValueHeads, headSize] = [2, 6, 4, 2, 4];
    const data = Float32Array.from({ length: 36 }, (_, at) => (at % 6 <= Math.floor(at / 6) ? 0 : -1e9));
    const mixture =
      (isFlat: boolean): Write =>
      (b, flat) => {
        const bias = b.initializer('bias', { dims: [1, 1, time, time], data });
        const tables = rotaryTables(b, { headSize, positions: time, theta: 100 });
        const places = indices(b, 'places', [0, 1, 2, 3, 4, 5, 0, 1, 0, 1, 2, 3], [batch, time]);
        const [q, k, v] = flat.map((x, at) => {
          const count = at === 0 ? heads : keyValueHeads;
          const split = b.reshape(x, [batch, time, count, headSize]);
          const laid = isFlat ? x : b.transpose(split, [0, 2, 1, 3]);
          const options = { tables, positions: places, ...(isFlat ? { heads: count } : {}) };
          return at === 2 ? laid : rotary(b, laid, options);
        }) as [Value, Value, Value];
        const options = { causal: true, bandLength: 3, ...(isFlat ? { headSize } : {}) };
        const mixed = attention(b, { q, k, v, bias }, options);
        return isFlat ? mixed : b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [batch, time, heads * headSize]);
      };
    const widths = [heads, keyValueHeads, keyValueHeads].map((count) => count * headSize);
    const operands = widths.map((width, at) => operand(70 + at, [batch, time, width]));
    expect(await gradientError(mixture(true), operands)).toBeLessThan(0.01);
    const [flat, apart] = [await valuesOf(mixture(true), operands), await valuesOf(mixture(false), operands)];
    expect(Math.max(...flat.map((value, at) => Math.abs(value - apart[at]!)))).toBeLessThan(1e-6);
  });

  it('sums the gradients of a value that is used several times', async () => {
    const write: Write = (builder, [x]) => builder.mul(builder.add(x!, x!), builder.mul(x!, x!));
    expect(await gradientError(write, [operand(32, [6])])).toBeLessThan(0.01);
  });

  it('agrees with finite differences through a whole decoder with grouped queries, packing and tied embeddings', async () => {
    const config: ModelConfig = {
      vocabularySize: 11,
      hiddenSize: 8,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      headSize: 4,
      intermediateSize: 12,
      maxPositions: 8,
      ropeTheta: 100,
      normEpsilon: 1e-5,
      tieEmbeddings: true,
      initializerRange: 0.4,
    };
    const specs = llamaParameters(config);
    const write: Write = (builder, inputs) => {
      const logits = llama(builder, {
        config,
        parameters: new Map(specs.map(({ name }, at) => [name, inputs[at]!])),
        inputs: {
          inputIds: indices(builder, 'ids', [1, 5, 5, 2, 9, 10, 3, 3, 0, 1, 2, 7], [2, 6]),
          segmentIds: indices(builder, 'segments', [1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 0], [2, 6]),
          positions: indices(builder, 'token_positions', [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 0, 0], [2, 6]),
        },
      });
      const weights = Float32Array.of(1, 1, 0.1, 1, 1, 1, 1, 0.1, 1, 1, 0, 0);
      return crossEntropy(builder, logits, {
        targets: indices(builder, 'targets', [5, 5, 2, 9, 10, 1, 3, 0, 1, 2, 0, 0], [12]),
        weights: builder.initializer('loss_weights', { dims: [12], data: weights }),
      }).loss;
    };
    const weights = initializeLlama(config, 3);
    const operands = specs.map(({ name }) => weights.get(name)!);
    expect(await gradientError(write, operands, { scalar: true })).toBeLessThan(0.02);
  });

  it('writes no backward nodes for what no parameter reaches', () => {
    const builder = new GraphBuilder('frozen');
    const [x, frozen, trained] = ['x', 'frozen', 'trained'].map((name) =>
      builder.input(name, 'float32', [4, 4]),
    );
    const hidden = builder.matMul(builder.matMul(x!, frozen!), frozen!);
    const loss = builder.op('ReduceSum', [builder.matMul(hidden, trained!)], {
      attributes: { keepdims: int(0) },
    });
    differentiate(builder, loss, [trained!]);
    const products = builder.build().nodes.filter(({ opType }) => opType === 'MatMul');
    expect(products).toHaveLength(4);
  });

  it('names the node whose operator has no gradient rule', () => {
    const builder = new GraphBuilder('unknown');
    const x = builder.input('x', 'float32', [4]);
    const loss = builder.scope('layer_7', () => builder.reduce('ReduceMax', x, [0], false));
    expect(() => differentiate(builder, loss, [x])).toThrow(
      'node layer_7/ReduceMax: operator ReduceMax has no gradient rule',
    );
  });

  it('names a parameter that does not influence the loss', () => {
    const builder = new GraphBuilder('unused');
    const [x, unused] = [builder.input('x', 'float32', [4]), builder.input('unused', 'float32', [4])];
    expect(() => differentiate(builder, builder.reduce('ReduceSum', x, [0], false), [unused])).toThrow(
      'unused',
    );
  });
});
