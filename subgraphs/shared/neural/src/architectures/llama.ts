import { attention } from '../autodiff/composites/attention.ts';
import { rmsNorm } from '../autodiff/composites/rms-norm.ts';
import { rotary, rotaryTables } from '../autodiff/composites/rotary.ts';
import { swiGlu } from '../autodiff/composites/swiglu.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { rotaryOptions } from '../models/rotary-angles.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import {
  attentionNormName,
  biasName,
  embeddingName,
  feedForwardNormName,
  finalNormName,
  headName,
  headNormName,
  type Projection,
  projectionName,
} from './llama-parameters.ts';

/** One batch of packed sequences; all shapes static. */
export interface LlamaInputs {
  /** int64 [batch, time] */
  readonly inputIds: Value;
  /** int64 [batch, time]; a token sees only tokens of its own segment, at or before it. */
  readonly segmentIds: Value;
  /** int64 [batch, time], from 0 in each segment. */
  readonly positions: Value;
}

/** y = x·Wᵀ + b, plus whatever an adapter adds to this projection. */
export type Linear = (x: Value, projection: { layer: number; projection: Projection }) => Value;

/** x with some of its elements left out. */
export type Dropout = (x: Value, site: string) => Value;

interface LlamaOptions {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly inputs: LlamaInputs;
  /** No segment has more tokens; attention looks back no further. */
  readonly longestSegment?: number | undefined;
  readonly linear?: Linear | undefined;
  /** Leaves out a share of what is written into the residual stream; the site names where. */
  readonly dropout?: Dropout | undefined;
}

/**
 * The decoder of Touvron et al. 2023 (pre-norm, rotary positions, SwiGLU, grouped queries), with the biases, head norms
 * and windows of its relatives. Logits [batch·time, vocabulary].
 */
export function llama(builder: GraphBuilder, options: LlamaOptions): Value {
  const head = headOf(options.config, options.parameters);
  return builder.gemm(llamaHidden(builder, options), head, { transB: true });
}

/** What logits are products with, [vocabulary, hidden]. */
export const headOf = (config: ModelConfig, parameters: ReadonlyMap<string, Value>): Value =>
  parameters.get(config.tieEmbeddings ? embeddingName : headName)!;

/** What the decoder knows after each token, final norm included: [batch·time, hidden]. */
export function llamaHidden(builder: GraphBuilder, options: LlamaOptions): Value {
  const { config, parameters, inputs } = options;
  const [batch, time] = inputs.inputIds.dims as [number, number];
  const parameter = (name: string): Value => parameters.get(name)!;
  const linear: Linear = options.linear ?? plainLinear(builder, { config, parameters });
  const normalize = (x: Value, name: string): Value =>
    rmsNorm(builder, x, { weight: parameter(name), epsilon: config.normEpsilon });

  const { slidingWindow } = config;
  const everything = builder.scope('mask', () => attentionBias(builder, inputs.segmentIds));
  const windowed =
    slidingWindow === undefined || slidingWindow.tokens >= time
      ? everything
      : builder.scope('window', () => attentionBias(builder, inputs.segmentIds, slidingWindow.tokens));
  const tables = rotaryTables(builder, rotaryOptions(config, config.maxPositions));
  /** [batch·time, width] -> [batch, time, width] */
  const byRow = (x: Value): Value => builder.reshape(x, [batch, time, x.dims[1] as number]);

  const normalizeHeads = (x: Value, layer: number, projection: 'q_proj' | 'k_proj'): Value => {
    const [rows, width] = x.dims as [number, number];
    const heads = builder.reshape(x, [(rows * width) / config.headSize, config.headSize]);
    return builder.reshape(normalize(heads, headNormName(layer, projection)), [rows, width]);
  };

  const attend = (x: Value, layer: number): Value => {
    const project = (projection: Projection): Value => linear(x, { layer, projection });
    const turned = (projection: 'q_proj' | 'k_proj', heads: number): Value => {
      const projected = project(projection);
      const normed = config.queryKeyNorm === true ? normalizeHeads(projected, layer, projection) : projected;
      return rotary(builder, byRow(normed), { tables, positions: inputs.positions, heads });
    };
    const isWindowed = slidingWindow !== undefined && layer >= slidingWindow.firstLayer;
    const attended = {
      q: turned('q_proj', config.heads),
      k: turned('k_proj', config.keyValueHeads),
      v: byRow(project('v_proj')),
      bias: isWindowed ? windowed : everything,
    };
    const reach = Math.min(options.longestSegment ?? time, isWindowed ? slidingWindow.tokens : time);
    const mixed = attention(builder, attended, { headSize: config.headSize, causal: true, reach });
    const rows = builder.reshape(mixed, [batch * time, config.heads * config.headSize]);
    return linear(rows, { layer, projection: 'o_proj' });
  };
  const feedForward = (x: Value, layer: number): Value => {
    const hidden = swiGlu(
      builder,
      linear(x, { layer, projection: 'gate_proj' }),
      linear(x, { layer, projection: 'up_proj' }),
    );
    return linear(hidden, { layer, projection: 'down_proj' });
  };

  const drop: Dropout = options.dropout ?? ((x) => x);
  const embedded = builder.gather(parameter(embeddingName), inputs.inputIds);
  let stream = drop(builder.reshape(embedded, [batch * time, config.hiddenSize]), 'embeddings');
  for (let layer = 0; layer < config.layers; layer += 1) {
    builder.scope(`layer_${layer}`, () => {
      const attended = attend(normalize(stream, attentionNormName(layer)), layer);
      stream = builder.add(stream, drop(attended, `layer_${layer}.attention`));
      const fed = feedForward(normalize(stream, feedForwardNormName(layer)), layer);
      stream = builder.add(stream, drop(fed, `layer_${layer}.feed_forward`));
    });
  }
  return normalize(stream, finalNormName);
}

/** The model's own projections, without adapters. */
export function plainLinear(
  builder: GraphBuilder,
  model: { readonly config: ModelConfig; readonly parameters: ReadonlyMap<string, Value> },
): Linear {
  const { config, parameters } = model;
  return (x, { layer, projection }) => {
    const product = builder.gemm(x, parameters.get(projectionName(layer, projection))!, { transB: true });
    const bias = biasName(config, layer, projection);
    return bias === undefined ? product : builder.add(product, parameters.get(bias)!);
  };
}

/**
 * 0 where a token may look, -1e9 where not: [batch, 1, time, time], block-diagonal by segment and causal, and at most
 * `window` tokens back where there is one.
 */
function attentionBias(builder: GraphBuilder, segmentIds: Value, window?: number): Value {
  const [batch, time] = segmentIds.dims as [number, number];
  const sameSegment = builder.op('Equal', [
    builder.reshape(segmentIds, [batch, time, 1]),
    builder.reshape(segmentIds, [batch, 1, time]),
  ]);
  const reach = Float32Array.from({ length: time * time }, (_, at) => {
    const distance = Math.floor(at / time) - (at % time);
    return distance >= 0 && distance < (window ?? time) ? 0 : -1e9;
  });
  const causal = builder.initializer(window === undefined ? 'causal' : 'causal_window', {
    dims: [1, time, time],
    data: reach,
  });
  const bias = builder.op('Where', [sameSegment, causal, builder.scalar(-1e9)]);
  return builder.reshape(bias, [batch, 1, time, time]);
}
