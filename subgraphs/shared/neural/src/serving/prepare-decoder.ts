/**
 * The long part of opening a decoder on the processor: its files read and verified, its graph written and quantised, its session
 * made. As of all that `prepare-*.ts` do, what goes in and comes out is structured-cloneable, so that a thread of its own can do
 * it beside the one that computes: int8 of 105 million parameters takes seconds of JavaScript.
 */
import type { ModelConfig } from '../models/model-config.ts';
import { loadModelFolder } from '../models/model-folder.ts';
import { choosePrecision, type RequestedPrecision } from './choose-precision.ts';
import { openDecoderGraph } from './decoder-session.ts';
import { type DetachedGraph, detachGraph } from './open-graph.ts';
import { type Precision, precisions } from './weight-product.ts';

export interface DecoderJob {
  readonly folder: string;
  readonly precision: RequestedPrecision;
  /** Sequences decoded at once, which the precision is chosen by. */
  readonly maxBatch: number;
  readonly maxContextLength: number;
  readonly threads: number | undefined;
  /** The graph has inputs for adapters. */
  readonly adapters: boolean;
}

export interface PreparedDecoder {
  readonly config: ModelConfig;
  readonly precision: Precision;
  /** Tokens a slot holds. */
  readonly capacity: number;
  readonly graph: DetachedGraph;
}

export type PrepareDecoder = (job: DecoderJob) => Promise<PreparedDecoder>;

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function prepareDecoder(job: DecoderJob): Promise<PreparedDecoder> {
  const { folder, maxBatch, maxContextLength, threads, adapters } = job;
  const { config, weights } = await loadModelFolder(folder);
  const precision = choosePrecision({
    requested: job.precision,
    maxSlots: maxBatch,
    available: precisions,
  })!;
  const capacity = Math.min(config.maxPositions, maxContextLength);
  const options = { config, weights, capacity, precision, ...(threads === undefined ? {} : { threads }) };
  return { config, precision, capacity, graph: detachGraph(openDecoderGraph(options, { adapters })) };
}
