/**
 * The Universal Sentence Encoder, lite (Cer et al. 2018): two pre-norm transformer layers over unigram pieces, of width 256
 * and 512, the mean over the pieces, one tanh layer, unit length. Written from the released graph, so that a batch is
 * padded rows under a mask instead of sparse indices.
 *
 *   inputs   input_ids [batch, time] int64, 0 where padded
 *            positions [time] int64: 0 .. time-1
 *            mask      [batch, time] float32: 1 for a piece, 0 for padding
 *   output   sentence_embedding [batch, 512]
 */
import { NeuralError } from '../errors.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { float, type Graph, int, type Value } from '../onnx/types.ts';
import type { TensorMap } from '../weights/tensor.ts';

export const embeddingDimensions = 512;
/** Pieces of a text behind this are left out, as the released graph does. */
export const maxPieces = 128;

const pieceWidth = 256;
const heads = 4;
const normEpsilon = 1e-6;
const masked = -1e9;

const root = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const kernels = 'module/Encoder_en/KonaTransformer/Encode';
const bare = 'ConcatPartitions/concat';

/** Throws `MODEL_INCOMPLETE`, naming the weight. */
export function buildEncoderGraph(weights: TensorMap): Graph {
  const builder = new GraphBuilder('sentence-encoder');
  const write = new EncoderWriter(builder, weights);
  const inputIds = builder.input('input_ids', 'int64', ['batch', 'time']);
  const positions = builder.input('positions', 'int64', ['time']);
  const mask = builder.input('mask', 'float32', ['batch', 'time']);
  builder.output('sentence_embedding', write.sentence({ inputIds, positions, mask }));
  return builder.build();
}

interface EncoderInputs {
  readonly inputIds: Value;
  readonly positions: Value;
  readonly mask: Value;
}

class EncoderWriter {
  readonly #builder: GraphBuilder;
  readonly #weights: TensorMap;

  constructor(builder: GraphBuilder, weights: TensorMap) {
    this.#builder = builder;
    this.#weights = weights;
  }

  sentence({ inputIds, positions, mask }: EncoderInputs): Value {
    const builder = this.#builder;
    const bias = builder.scope('mask', () =>
      this.#unsqueeze(this.#unsqueeze(builder.scale(builder.sub(builder.scalar(1), mask), masked), 1), 1),
    );
    let x = this.#pieces(inputIds, positions);
    for (const layer of [0, 1]) x = builder.scope(`layer_${layer}`, () => this.#layer(x, bias, layer));
    return builder.scope('pool', () => this.#pool(x, mask));
  }

  /** The released graph adds the pieces' vectors twice, once with the positions' signal. */
  #pieces(inputIds: Value, positions: Value): Value {
    const builder = this.#builder;
    const embedded = builder.gather(this.#weight('module/Embeddings_en', [8_002, pieceWidth]), inputIds);
    const signal = builder.initializer('timing_signal', {
      dims: [maxPieces, pieceWidth],
      data: timingSignal(
        this.#data(`${root}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`),
      ),
    });
    return builder.add(builder.scale(embedded, 2), builder.gather(signal, positions));
  }

  #layer(x: Value, bias: Value, layer: number): Value {
    const builder = this.#builder;
    const width = layer === 0 ? pieceWidth : embeddingDimensions;
    const of = `Layer_${layer}/TransformerLayer`;
    const attended = this.#attention(this.#norm(x, `${of}/layer_prepostprocess`, width), bias, {
      of: `${of}/MultiheadAttention`,
      width,
    });
    const residual = layer === 0 ? this.#dense(x, `${of}/dense`, [width, embeddingDimensions]) : x;
    const y = builder.add(attended, residual);
    const inner = this.#norm(y, `${of}/FFN/layer_prepostprocess`, embeddingDimensions);
    return builder.add(this.#feedForward(inner, layer), y);
  }

  #attention(x: Value, bias: Value, { of, width }: { of: string; width: number }): Value {
    const builder = this.#builder;
    const headSize = width / heads;
    const packed = this.#linear(x, {
      kernel: `${kernels}/${of}/qkv_transform_single/kernel/part_0`,
      bias: `${root}/${of}/qkv_transform_single/bias/${bare}`,
      dims: [width, 3 * width],
    });
    const [q, k, v] = builder
      .ops('Split', [packed, builder.integers([width, width, width])], {
        attributes: { axis: int(-1) },
        outputCount: 3,
      })
      .map((part) => builder.reshape(part, [0, 0, heads, headSize])) as [Value, Value, Value];
    const query = builder.scale(builder.transpose(q, [0, 2, 1, 3]), headSize ** -0.5);
    const scores = builder.matMul(query, builder.transpose(k, [0, 2, 3, 1]));
    const mixed = builder.matMul(
      builder.softmax(builder.add(scores, bias)),
      builder.transpose(v, [0, 2, 1, 3]),
    );
    return this.#linear(builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, width]), {
      kernel: `${kernels}/${of}/output_transform_single/kernel/part_0`,
      bias: `${root}/${of}/output_transform_single/bias/${bare}`,
      dims: [width, embeddingDimensions],
    });
  }

  #feedForward(x: Value, layer: number): Value {
    const inner = 3 * embeddingDimensions;
    const convolution = (input: Value, name: string, dims: readonly [number, number]): Value =>
      this.#linear(input, {
        kernel: `${root}/TransformerStack/Layer_${layer}/TransformerLayer/FFN/${name}/Tensordot/Reshape_1`,
        bias: `${root}/Layer_${layer}/TransformerLayer/FFN/${name}/bias/${bare}`,
        dims,
      });
    const hidden = this.#builder.op('Relu', [convolution(x, 'conv1', [embeddingDimensions, inner])]);
    return convolution(hidden, 'conv2', [inner, embeddingDimensions]);
  }

  /** Mean over the pieces, tanh layer, unit length. A text without pieces has the mean 0. */
  #pool(x: Value, mask: Value): Value {
    const builder = this.#builder;
    const sum = builder.reduce('ReduceSum', builder.mul(x, this.#unsqueeze(mask, 2)), [1], false);
    const count = builder.op('Max', [builder.reduce('ReduceSum', mask, [1]), builder.scalar(1)]);
    const hidden = builder.op('Tanh', [
      this.#linear(builder.op('Div', [sum, count]), {
        kernel: 'module/Encoder_en/hidden_layers/tanh_layer_0/weights',
        bias: 'module/Encoder_en/hidden_layers/tanh_layer_0/bias',
        dims: [embeddingDimensions, embeddingDimensions],
      }),
    ]);
    const norm = builder.op('Sqrt', [builder.reduce('ReduceSum', builder.mul(hidden, hidden), [1])]);
    return builder.op('Div', [hidden, norm]);
  }

  #norm(x: Value, name: string, width: number): Value {
    const scale = this.#weight(`${root}/${name}/layer_norm/layer_norm_scale/${bare}`, [width]);
    const shift = this.#weight(`${root}/${name}/layer_norm/layer_norm_bias/${bare}`, [width]);
    return this.#builder.op('LayerNormalization', [x, scale, shift], {
      attributes: { axis: int(-1), epsilon: float(normEpsilon) },
    });
  }

  #dense(x: Value, name: string, dims: readonly [number, number]): Value {
    return this.#linear(x, {
      kernel: `${root}/${name}/kernel/${bare}`,
      bias: `${root}/${name}/bias/${bare}`,
      dims,
    });
  }

  #linear(
    x: Value,
    { kernel, bias, dims }: { kernel: string; bias: string; dims: readonly [number, number] },
  ): Value {
    const product = this.#builder.matMul(x, this.#weight(kernel, dims));
    return this.#builder.add(product, this.#weight(bias, [dims[1]]));
  }

  #unsqueeze(x: Value, axis: number): Value {
    return this.#builder.op('Unsqueeze', [x, this.#builder.integers([axis])]);
  }

  /** The released kernels of 1 by 1 convolutions have leading ones in their shape. */
  #weight(name: string, dims: readonly number[]): Value {
    const data = this.#data(name);
    const wanted = dims.reduce((product, dim) => product * dim, 1);
    if (data.length !== wanted) {
      throw new NeuralError('MODEL_INCOMPLETE', `${name} has ${data.length} elements instead of [${dims}]`);
    }
    return this.#builder.initializer(name, { dims, data });
  }

  #data(name: string): Float32Array {
    const tensor = this.#weights.get(name);
    if (tensor === undefined) throw new NeuralError('MODEL_INCOMPLETE', `the weight ${name} is missing`);
    return tensor.data;
  }
}

/** sin and cos of each position at each time scale (Vaswani et al. 2017), [maxPieces, 256]. */
function timingSignal(inverseTimeScales: Float32Array): Float32Array {
  const half = inverseTimeScales.length;
  const signal = new Float32Array(maxPieces * half * 2);
  for (let position = 0; position < maxPieces; position += 1) {
    inverseTimeScales.forEach((inverse, at) => {
      signal[position * half * 2 + at] = Math.sin(position * inverse);
      signal[position * half * 2 + half + at] = Math.cos(position * inverse);
    });
  }
  return signal;
}
