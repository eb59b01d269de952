import { attention } from '../autodiff/composites/attention.ts';
import { rmsNorm } from '../autodiff/composites/rms-norm.ts';
import { rotary, rotaryTables } from '../autodiff/composites/rotary.ts';
import { swiGlu } from '../autodiff/composites/swiglu.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import {
  attentionNormName,
  embeddingName,
  feedForwardNormName,
  finalNormName,
  headName,
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

/** y = x·Wᵀ, plus whatever an adapter adds to this projection. */
export type Linear = (x: Value, projection: { layer: number; projection: Projection }) => Value;

interface LlamaOptions {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly inputs: LlamaInputs;
  readonly linear?: Linear;
}

/** The decoder of Touvron et al. 2023 (pre-norm, rotary positions, SwiGLU, grouped queries). Logits [batch·time, vocabulary]. */
export function llama(builder: GraphBuilder, options: LlamaOptions): Value {
  const { config, parameters, inputs } = options;
  const [batch, time] = inputs.inputIds.dims as [number, number];
  const parameter = (name: string): Value => parameters.get(name)!;
  const linear: Linear =
    options.linear ??
    ((x, { layer, projection }) =>
      builder.gemm(x, parameter(projectionName(layer, projection)), { transB: true }));
  const normalize = (x: Value, name: string): Value =>
    rmsNorm(builder, x, { weight: parameter(name), epsilon: config.normEpsilon });

  const bias = builder.scope('mask', () => attentionBias(builder, inputs.segmentIds));
  const tables = rotaryTables(builder, {
    positions: config.maxPositions,
    headSize: config.headSize,
    theta: config.ropeTheta,
  });
  /** [batch·time, heads·d] -> [batch, heads, time, d] */
  const intoHeads = (x: Value, heads: number): Value =>
    builder.transpose(builder.reshape(x, [batch, time, heads, config.headSize]), [0, 2, 1, 3]);

  const attend = (x: Value, layer: number): Value => {
    const project = (projection: Projection): Value => linear(x, { layer, projection });
    const turn = (heads: Value): Value => rotary(builder, heads, { tables, positions: inputs.positions });
    const mixed = attention(builder, {
      q: turn(intoHeads(project('q_proj'), config.heads)),
      k: turn(intoHeads(project('k_proj'), config.keyValueHeads)),
      v: intoHeads(project('v_proj'), config.keyValueHeads),
      bias,
    });
    const rows = builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [
      batch * time,
      config.heads * config.headSize,
    ]);
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

  let stream = builder.reshape(builder.gather(parameter(embeddingName), inputs.inputIds), [
    batch * time,
    config.hiddenSize,
  ]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    builder.scope(`layer_${layer}`, () => {
      stream = builder.add(stream, attend(normalize(stream, attentionNormName(layer)), layer));
      stream = builder.add(stream, feedForward(normalize(stream, feedForwardNormName(layer)), layer));
    });
  }
  const head = parameter(config.tieEmbeddings ? embeddingName : headName);
  return builder.gemm(normalize(stream, finalNormName), head, { transB: true });
}

/** 0 where a token may look, -1e9 where not: [batch, 1, time, time], block-diagonal by segment and causal. */
function attentionBias(builder: GraphBuilder, segmentIds: Value): Value {
  const [batch, time] = segmentIds.dims as [number, number];
  const sameSegment = builder.op('Equal', [
    builder.reshape(segmentIds, [batch, time, 1]),
    builder.reshape(segmentIds, [batch, 1, time]),
  ]);
  const index = builder.integers(Array.from({ length: time }, (_, at) => at));
  const causal = builder.op('GreaterOrEqual', [
    builder.reshape(index, [time, 1]),
    builder.reshape(index, [1, time]),
  ]);
  const allowed = builder.op('And', [sameSegment, causal]);
  return builder.reshape(builder.op('Where', [allowed, builder.scalar(0), builder.scalar(-1e9)]), [
    batch,
    1,
    time,
    time,
  ]);
}
