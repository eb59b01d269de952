import { type Linear, type LlamaInputs, llama, plainLinear } from '../architectures/llama.ts';
import { llamaParameters, projectionName, projections } from '../architectures/llama-parameters.ts';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { crossEntropy } from '../autodiff/composites/cross-entropy.ts';
import { differentiate } from '../autodiff/differentiate.ts';
import { type LoraOptions, loraSites } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { type Graph, int, type Value } from '../onnx/types.ts';
import { type AdamW, adamWUpdate, clipFactor, globalNorm } from '../optimizers/adamw.ts';

export interface TrainingShape {
  readonly config: ModelConfig;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly lora?: LoraOptions;
}

/** What the optimizer moves: the whole model, or an adapter's matrices over a frozen model. */
export function trainableParameters(shape: TrainingShape): readonly ParameterSpec[] {
  const { config, lora } = shape;
  if (lora === undefined) return llamaParameters(config);
  return loraSites(config, { rank: lora.rank, targets: lora.targets ?? projections }).flatMap(({ a, b }) => [
    { ...a, kind: 'matrix' as const },
    { ...b, kind: 'matrix' as const },
  ]);
}

/** Names of the state's tensors in the graph: inputs as they are, outputs with `next_` before them. */
export const firstMomentName = (parameter: string): string => `first_moment.${parameter}`;
export const secondMomentName = (parameter: string): string => `second_moment.${parameter}`;
export const nextName = (name: string): string => `next_${name}`;

/**
 * Forward, backward and AdamW as one graph:
 *
 *   inputs   batch, parameters, moments, [frozen base], step_size, epsilon, decay
 *   outputs  loss, gradient_norm, next_<parameter>, next_first_moment.…, next_second_moment.…
 */
export function buildTrainingGraph(shape: TrainingShape, adamW: AdamW): Graph {
  const builder = new GraphBuilder('train');
  const { parameters, lossOf } = declareModel(builder, shape);
  const scalars = {
    stepSize: builder.input('step_size', 'float32', []),
    epsilon: builder.input('epsilon', 'float32', []),
    decay: builder.input('decay', 'float32', []),
  };
  const trainable = trainableParameters(shape);
  const { loss } = lossOf();
  const gradients = differentiate(
    builder,
    loss,
    trainable.map(({ name }) => parameters.get(name)!),
  );
  const norm = globalNorm(builder, gradients);
  const clip = clipFactor(builder, norm, adamW.maxGradientNorm);
  builder.output('loss', loss);
  builder.output('gradient_norm', norm);
  trainable.forEach((spec, at) => {
    const state = {
      parameter: parameters.get(spec.name)!,
      firstMoment: builder.input(firstMomentName(spec.name), 'float32', spec.dims),
      secondMoment: builder.input(secondMomentName(spec.name), 'float32', spec.dims),
    };
    const decayed = spec.kind === 'matrix' && adamW.weightDecay > 0;
    const options = { gradient: gradients[at]!, clip, adamW, scalars, decayed };
    const next = builder.scope(`adamw/${spec.name}`, () => adamWUpdate(builder, state, options));
    builder.output(nextName(spec.name), next.parameter);
    builder.output(nextName(firstMomentName(spec.name)), next.firstMoment);
    builder.output(nextName(secondMomentName(spec.name)), next.secondMoment);
  });
  return builder.build();
}

/** The forward half alone: `loss`, and `per_token` [batch·time] and `predicted` [batch·time] int64. */
export function buildEvaluationGraph(shape: TrainingShape): Graph {
  const builder = new GraphBuilder('evaluate');
  const { lossOf } = declareModel(builder, shape);
  const { loss, perToken, logits } = lossOf();
  const predicted = builder.op('ArgMax', [logits], { attributes: { axis: int(-1), keepdims: int(0) } });
  builder.output('loss', loss);
  builder.output('per_token', perToken);
  builder.output('predicted', predicted);
  return builder.build();
}

function declareModel(builder: GraphBuilder, shape: TrainingShape) {
  const { config, batchSize, sequenceLength, lora } = shape;
  const rows = batchSize * sequenceLength;
  const inputs: LlamaInputs = {
    inputIds: builder.input('input_ids', 'int64', [batchSize, sequenceLength]),
    segmentIds: builder.input('segment_ids', 'int64', [batchSize, sequenceLength]),
    positions: builder.input('positions', 'int64', [batchSize, sequenceLength]),
  };
  const targets = builder.input('targets', 'int64', [rows]);
  const weights = builder.input('loss_weights', 'float32', [rows]);
  const declared = lora === undefined ? [] : trainableParameters(shape);
  const parameters = new Map(
    [...llamaParameters(config), ...declared].map(({ name, dims }) => [
      name,
      builder.input(name, 'float32', dims),
    ]),
  );
  const linear = lora === undefined ? undefined : adaptedLinear({ builder, config, lora, parameters });
  const lossOf = () => {
    const logits = llama(builder, {
      config,
      parameters,
      inputs,
      ...(linear === undefined ? {} : { linear }),
    });
    return { logits, ...crossEntropy(builder, logits, { targets, weights }) };
  };
  return { parameters, lossOf };
}

/** x·Wᵀ + b + (alpha / rank)·(x·Aᵀ)·Bᵀ where the adapter targets the projection. */
function adaptedLinear(options: {
  builder: GraphBuilder;
  config: ModelConfig;
  lora: LoraOptions;
  parameters: ReadonlyMap<string, Value>;
}): Linear {
  const { builder, config, lora, parameters } = options;
  const sites = new Map(
    loraSites(config, { rank: lora.rank, targets: lora.targets ?? projections }).map((site) => [
      site.weightName,
      site,
    ]),
  );
  const plain = plainLinear(builder, { config, parameters });
  return (x, { layer, projection }) => {
    const base = plain(x, { layer, projection });
    const site = sites.get(projectionName(layer, projection));
    if (site === undefined) return base;
    const low = builder.gemm(x, parameters.get(site.a.name)!, { transB: true });
    const scaled = builder.scale(low, lora.alpha / lora.rank);
    return builder.add(base, builder.gemm(scaled, parameters.get(site.b.name)!, { transB: true }));
  };
}
