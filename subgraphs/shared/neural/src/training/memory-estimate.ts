/**
 * What a training run will take, before it takes it. The sizes of parameters, moments and batch are plain sums. What is
 * alive between the nodes of a graph is found by walking it in the order in which it runs: a value takes memory from the
 * node that writes it to the last one that reads it.
 */
import { availableParallelism } from 'node:os';
import { NeuralError } from '../errors.ts';
import type { Graph, Value } from '../onnx/types.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import { elementCount } from '../weights/tensor.ts';
import type { DataParallel, Run } from './run.ts';
import { laneCount } from './steps/gradient-lanes.ts';
import { createTask, type TaskOptions } from './tasks.ts';
import {
  buildEvaluationGraph,
  buildGradientGraph,
  buildTrainingGraph,
  trainableParameters,
} from './training-graph.ts';

/** Bytes. */
export interface MemoryEstimate {
  readonly parameters: number;
  readonly moments: number;
  /** A step writes the next parameters and moments beside the present ones. */
  readonly secondCopy: number;
  readonly gradients: number;
  readonly activations: number;
  readonly evaluation: number;
  readonly batch: number;
  /** The processes themselves: Node.js, ONNX Runtime, code. */
  readonly processes: number;
  readonly total: number;
}

export interface EstimateOptions {
  readonly threads?: number | undefined;
  readonly dataParallel?: DataParallel | undefined;
}

/** Measured on Linux: a trainer of a model of a few kilobytes is resident with this. */
const processBytes = 150 * 2 ** 20;
/**
 * What ONNX Runtime's arena takes for each byte that is alive: it grows by powers of two, and operators pack matrices
 * inside themselves. Measured as the peak resident set less everything else, 2.2 million parameters, 8 x 256 tokens:
 * 2.9 with one lane, 2.8 with two.
 */
const arenaShare = 2.8;

export function estimateMemory<T extends TaskOptions>(
  run: Run<T>,
  { threads = availableParallelism(), dataParallel }: EstimateOptions = {},
): MemoryEstimate {
  const workers = dataParallel?.workers ?? 1;
  const optimizer = createOptimizer(run.optimizer);
  const parts = run.microBatches ?? 1;
  const task = createTask<T>(run);
  const shape = { task, lora: run.lora, dropout: run.dropout };
  const trained = bytesOfAll(trainableParameters(shape));
  const base = run.lora === undefined ? 0 : bytesOfAll(task.parameters);
  const moments = trained * optimizer.moments.length;
  const evaluation = arenaShare * liveBytes(buildEvaluationGraph(shape));
  const sum = (estimate: Omit<MemoryEstimate, 'total'>): MemoryEstimate => ({
    ...estimate,
    total: Object.values(estimate).reduce((total, bytes) => total + bytes, 0),
  });
  const common = {
    parameters: trained + base,
    moments,
    secondCopy: trained + moments,
    evaluation,
    processes: workers * processBytes,
  };
  if (parts === 1) {
    const graph = buildTrainingGraph(shape, optimizer);
    const activations = arenaShare * (liveBytes(graph) + constantBytes(graph));
    // Gradients are values of the graph here.
    return sum({ ...common, gradients: 0, activations, batch: batchBytes(graph, shape.task.parameters) });
  }
  const partTask = createTask<T>({ ...run, batchSize: run.batchSize / parts });
  const graph = buildGradientGraph({ ...shape, task: partTask });
  const lanes = laneCount(Math.max(1, Math.floor(threads / workers)), parts / workers);
  // One a lane, one for each level of the sum by halves, and what clipping and the update hold.
  const buffers = lanes + Math.ceil(Math.log2(parts / workers)) + 1;
  return sum({
    ...common,
    gradients: workers * buffers * trained,
    activations: arenaShare * workers * (lanes * liveBytes(graph) + constantBytes(graph)),
    batch: parts * batchBytes(graph, shape.task.parameters),
  });
}

/** Throws `MEMORY_INSUFFICIENT` with the sum where a run cannot fit. */
export function checkMemory<T extends TaskOptions>(
  run: Run<T>,
  options: EstimateOptions & { readonly availableBytes: number },
): MemoryEstimate {
  const estimate = estimateMemory(run, options);
  if (estimate.total <= options.availableBytes) return estimate;
  const { total } = estimate;
  const named = (Object.keys(names) as (keyof typeof names)[])
    .filter((part) => estimate[part] > 0)
    .map((part) => `${names[part]} ${show(estimate[part])}`);
  throw new NeuralError(
    'MEMORY_INSUFFICIENT',
    `the run would need ${show(total)} (${named.join(' + ')}), ${show(options.availableBytes)} are available: lower the batch size, or compute it in more parts`,
    { details: { ...estimate, availableBytes: options.availableBytes } },
  );
}

const names = {
  parameters: 'parameters',
  moments: 'moments',
  secondCopy: 'their second copy',
  gradients: 'gradients',
  activations: 'activations',
  evaluation: 'evaluation',
  batch: 'batch',
  processes: 'processes',
} as const;

function show(bytes: number): string {
  const megabytes = bytes / 2 ** 20;
  return megabytes < 1024 ? `${Math.ceil(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** The most bytes alive at once between a graph's nodes; its inputs and outputs are somebody else's memory. */
export function liveBytes(graph: Graph): number {
  const owners = new Map<string, string>();
  const ownerOf = (name: string): string => owners.get(name) ?? name;
  const outside = new Set([...graph.inputs, ...graph.initializers, ...graph.outputs].map(({ name }) => name));
  const needed = neededNodes(graph);
  const lastUse = new Map<string, number>();
  needed.forEach(({ opType, inputs, outputs }, at) => {
    // A reshape is the same memory under another shape.
    const [source, result] = [inputs[0], outputs[0]];
    if (source && result && (opType === 'Reshape' || opType === 'Identity'))
      owners.set(result.name, ownerOf(source.name));
    for (const input of inputs) if (input) lastUse.set(ownerOf(input.name), at);
  });
  const alive = new Map<string, number>();
  let [now, most] = [0, 0];
  needed.forEach(({ outputs, inputs }, at) => {
    for (const output of outputs) {
      if (!output || outside.has(output.name) || owners.has(output.name)) continue;
      const bytes = valueBytes(output);
      alive.set(output.name, bytes);
      now += bytes;
    }
    most = Math.max(most, now);
    for (const value of [...inputs, ...outputs]) {
      const owner = value && ownerOf(value.name);
      if (owner === undefined || (lastUse.get(owner) ?? at) > at) continue;
      now -= alive.get(owner) ?? 0;
      alive.delete(owner);
    }
  });
  return most;
}

/** ONNX Runtime drops nodes that no output depends on. */
function neededNodes({ nodes, outputs }: Graph): Graph['nodes'] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const kept: Graph['nodes'][number][] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => output && wanted.has(output.name))) continue;
    for (const input of node.inputs) if (input) wanted.add(input.name);
    kept.push(node);
  }
  return kept.reverse();
}

const constantBytes = ({ initializers }: Graph): number =>
  initializers.reduce((total, value) => total + valueBytes(value), 0);

function batchBytes({ inputs }: Graph, parameters: readonly { readonly name: string }[]): number {
  const others = new Set(parameters.map(({ name }) => name));
  const rest = inputs.filter(
    ({ name }) => !others.has(name) && !/^(first_moment|second_moment|momentum)\./.test(name),
  );
  return rest.reduce((total, value) => total + valueBytes(value), 0);
}

const elementBytes = { float32: 4, int64: 8, int32: 4, int8: 1, uint8: 1, bool: 1 } as const;

function valueBytes({ type, dims }: Value): number {
  return elementCount(dims as readonly number[]) * (elementBytes[type as keyof typeof elementBytes] ?? 4);
}

const bytesOfAll = (tensors: readonly { readonly dims: readonly number[] }[]): number =>
  tensors.reduce((total, { dims }) => total + 4 * elementCount(dims), 0);
