/**
 * What a run learns: how an architecture and a loss over its batches plug into the training graph. The trainer knows no
 * model and no loss beyond this; a new architecture or a new head is a new task.
 */
import type { Dropout, Linear } from '../architectures/llama.ts';
import type { ParameterSpec } from '../architectures/parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import type { HostTensors } from '../runtime/host-tensor.ts';
import type { TensorMap } from '../weights/tensor.ts';

export interface WriteOptions {
  /** The task's parameters, and those of an adapter. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** A decoder's projections where an adapter changes them. */
  readonly linear?: Linear | undefined;
  /** What leaves activations out, in a graph that trains with dropout. */
  readonly dropout?: Dropout | undefined;
  /** Of the batch that this one is a part of; the loss is then the part's share. */
  readonly totalWeight?: Value | undefined;
}

export interface WrittenTask {
  /** Scalar: a mean, weighted as the batch says. */
  readonly loss: Value;
  /** What `measure` reads, by name; an evaluation's graph has them as outputs beside the loss. */
  readonly measured: Readonly<Record<string, Value>>;
}

/** The half of a task that graphs are written from. */
export interface TaskGraph {
  /** Model and head, in the order of a forward pass. */
  readonly parameters: readonly ParameterSpec[];
  /** Where adapters can be trained: the decoder whose projections they change. */
  readonly adaptable?: ModelConfig;
  /** Declares the batch's inputs and writes the forward pass. */
  write(builder: GraphBuilder, options: WriteOptions): WrittenTask;
}

/** The half that batches go through. */
export interface TrainingTask<B> extends TaskGraph {
  /**
   * Where a run starts: from the given tensors, or drawn. Throws `MODEL_INCOMPLETE` for tensors that do not fit; only a head
   * may be missing, and is then drawn.
   */
  initialize(seed: number, weights?: TensorMap): TensorMap;
  /** Throws `EXAMPLE_INVALID` for what ONNX Runtime would report as an unreadable shape error, or read outside a table for. */
  check(batch: B): void;
  /** The batch as the inputs that `write` declared. */
  feeds(batch: B): HostTensors;
  /**
   * The batch in equal parts, in order, whose losses and gradients add up to the whole's. Left out where they do not: a
   * contrastive loss compares every row with every other.
   */
  cut?(batch: B, parts: number): readonly B[];
  /** By which this batch's loss counts in a mean over several. */
  lossWeight(batch: B): number;
  /** `results` holds what `write` named as measured. */
  measure(batch: B, results: HostTensors): { readonly answerTokens: number; readonly correct: number };
}

export interface TaskShape {
  /** Rows of a batch. */
  readonly batchSize: number;
  /** Tokens a row. */
  readonly sequenceLength: number;
  /** Of the examples packed into rows: attention looks back no further. The whole row when left out. */
  readonly longestSegment?: number | undefined;
}
