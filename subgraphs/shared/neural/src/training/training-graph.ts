import { type Dropout, type Linear, plainLinear } from '../architectures/llama.ts';
import { projectionName, projections } from '../architectures/llama-parameters.ts';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { dropout } from '../autodiff/composites/dropout.ts';
import { differentiate } from '../autodiff/differentiate.ts';
import { NeuralError } from '../errors.ts';
import { type LoraOptions, loraSites } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { trimGraph } from '../onnx/trim-graph.ts';
import type { Graph, Value } from '../onnx/types.ts';
import { clipFactor, globalNorm } from '../optimizers/clipping.ts';
import type { Moment, Optimizer } from '../optimizers/optimizer.ts';
import { keptScale, maskName } from './dropout.ts';
import type { LaidOutTensor, MemoryLayout } from './parameter-memory.ts';
import { sumByHalves } from './sum-by-halves.ts';
import type { TaskGraph } from './task.ts';

export interface TrainingShape {
  readonly task: TaskGraph;
  readonly lora?: LoraOptions | undefined;
  /** The share of activations that a step leaves out; 0 when left out. */
  readonly dropout?: number | undefined;
}

/** What the optimizer moves: the whole model, or an adapter's matrices over a frozen model. */
export function trainableParameters(shape: TrainingShape): readonly ParameterSpec[] {
  const { task, lora } = shape;
  if (lora === undefined) return task.parameters;
  return loraSites(adaptableOf(task), { rank: lora.rank, targets: lora.targets ?? projections }).flatMap(
    ({ a, b }) => [
      { ...a, kind: 'matrix' as const },
      { ...b, kind: 'matrix' as const },
    ],
  );
}

/** As the optimizer treats them. */
export function trainedTensors(shape: TrainingShape, optimizer: Optimizer): readonly LaidOutTensor[] {
  return trainableParameters(shape).map(({ name, dims, kind }) => ({
    name,
    dims,
    decayed: optimizer.decays(kind),
  }));
}

/** Throws `ADAPTER_INVALID` for a task without projections that an adapter could change. */
export function adaptableOf(task: TaskGraph): ModelConfig {
  if (task.adaptable !== undefined) return task.adaptable;
  throw new NeuralError(
    'ADAPTER_INVALID',
    'LoRA adapts a decoder that learns to predict tokens, nothing else',
  );
}

/** Names of the state's tensors in the graph: inputs as they are, outputs with `next_` before them. */
export const momentName = (moment: Moment, parameter: string): string => `${moment}.${parameter}`;
export const gradientName = (parameter: string): string => `gradient.${parameter}`;
export const termName = (parameter: string, term: number): string => `${gradientName(parameter)}.${term}`;
export const nextName = (name: string): string => `next_${name}`;

/**
 * Forward, backward and the optimizer's step as one graph:
 *
 *   inputs   batch, [dropout masks], parameters, moments, [frozen base], the optimizer's scalars
 *   outputs  loss, gradient_norm, next_<parameter>, next_<moment>.<parameter>
 */
export function buildTrainingGraph(shape: TrainingShape, optimizer: Optimizer): Graph {
  const builder = new GraphBuilder('train');
  const { parameters, lossOf } = declareModel(builder, shape);
  const trainable = trainedTensors(shape, optimizer);
  const { loss } = lossOf();
  const gradients = differentiate(
    builder,
    loss,
    trainable.map(({ name }) => parameters.get(name)!),
  );
  builder.output('loss', loss);
  writeUpdate(builder, { trainable, parameters, gradients, optimizer });
  return trimGraph(builder.build());
}

/**
 * Forward and backward of a part of a batch: inputs parameters, the part, [its masks], `total_weight` of the whole batch;
 * outputs `loss` and `gradient.<parameter>`, the part's shares of the whole batch's.
 */
export function buildGradientGraph(shape: TrainingShape): Graph {
  const builder = new GraphBuilder('gradients');
  const totalWeight = builder.input('total_weight', 'float32', []);
  const { parameters, lossOf } = declareModel(builder, shape);
  const trainable = trainableParameters(shape);
  const { loss } = lossOf(totalWeight);
  const gradients = differentiate(
    builder,
    loss,
    trainable.map(({ name }) => parameters.get(name)!),
  );
  builder.output('loss', loss);
  trainable.forEach(({ name }, at) => {
    builder.output(gradientName(name), gradients[at]!);
  });
  return trimGraph(builder.build());
}

/**
 * The optimizer's step alone, over the stretches of a layout and the sum of several terms of each gradient: inputs parameters,
 * moments, the scalars and `gradient.<stretch>.<term>`; outputs as the training graph's, but for the loss.
 */
export function buildUpdateGraph(layout: MemoryLayout, optimizer: Optimizer, terms: number): Graph {
  const builder = new GraphBuilder('update');
  const trainable = layout.stretches.map(({ name, size, decayed }) => ({ name, dims: [size], decayed }));
  const parameters = new Map(trainable.map(({ name, dims }) => [name, builder.input(name, 'float32', dims)]));
  const gradients = trainable.map(({ name, dims }) => {
    const declared = Array.from({ length: terms }, (_, term) =>
      builder.input(termName(name, term), 'float32', dims),
    );
    return sumByHalves(declared, (a, b) => builder.add(a, b));
  });
  writeUpdate(builder, { trainable, parameters, gradients, optimizer });
  return trimGraph(builder.build());
}

/** Clips the gradients and writes the next state as outputs. */
function writeUpdate(
  builder: GraphBuilder,
  options: {
    readonly trainable: readonly LaidOutTensor[];
    readonly parameters: ReadonlyMap<string, Value>;
    readonly gradients: readonly Value[];
    readonly optimizer: Optimizer;
  },
): void {
  const { trainable, parameters, gradients, optimizer } = options;
  const scalars = Object.fromEntries(
    optimizer.scalarNames.map((name) => [name, builder.input(name, 'float32', [])]),
  );
  const norm = globalNorm(builder, gradients);
  const clip = clipFactor(builder, norm, optimizer.maxGradientNorm);
  builder.output('gradient_norm', norm);
  for (const [at, { name, dims, decayed }] of trainable.entries()) {
    const moments = Object.fromEntries(
      optimizer.moments.map((moment) => [moment, builder.input(momentName(moment, name), 'float32', dims)]),
    );
    const next = builder.scope(`update/${name}`, () =>
      optimizer.update(builder, {
        parameter: parameters.get(name)!,
        moments,
        gradient: gradients[at]!,
        clip,
        scalars,
        decayed,
      }),
    );
    builder.output(nextName(name), next.parameter);
    for (const moment of optimizer.moments)
      builder.output(nextName(momentName(moment, name)), next.moments[moment]!);
  }
}

/** The forward half alone: `loss` and what the task measures. */
export function buildEvaluationGraph({ task, lora }: TrainingShape): Graph {
  const builder = new GraphBuilder('evaluate');
  const { lossOf } = declareModel(builder, { task, lora });
  const { loss, measured } = lossOf();
  builder.output('loss', loss);
  for (const [name, value] of Object.entries(measured)) builder.output(name, value);
  return trimGraph(builder.build());
}

function declareModel(builder: GraphBuilder, shape: TrainingShape) {
  const { task, lora } = shape;
  const adapter = lora === undefined ? [] : trainableParameters(shape);
  const parameters = new Map(
    [...task.parameters, ...adapter].map(({ name, dims }) => [name, builder.input(name, 'float32', dims)]),
  );
  const linear =
    lora === undefined ? undefined : adaptedLinear({ builder, config: adaptableOf(task), lora, parameters });
  const dropout = dropoutOf(builder, shape.dropout ?? 0);
  const lossOf = (totalWeight?: Value) => task.write(builder, { parameters, linear, dropout, totalWeight });
  return { parameters, lossOf };
}

/** Declares a mask wherever a task asks for dropout. */
function dropoutOf(builder: GraphBuilder, rate: number): Dropout | undefined {
  if (rate === 0) return undefined;
  const scale = keptScale(rate);
  return (x, site) => dropout(builder, x, { mask: builder.input(maskName(site), 'uint8', x.dims), scale });
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
