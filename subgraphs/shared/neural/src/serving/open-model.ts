/**
 * Any model folder as something that decodes: safetensors of a family that this package writes the graph of, or ONNX
 * exports of any tool. A folder with both is served from its safetensors, whose graph updates its cache in place and takes
 * adapters; where those are of another family, from its exports.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { parseModelConfig } from '../models/model-config.ts';
import { loadModelFolder } from '../models/model-folder.ts';
import { findOnnxFiles, type OnnxFile, readOnnxFolder } from '../models/onnx-folder.ts';
import { cpu, type ExecutionProvider } from '../runtime/execution-provider.ts';
import type { ChatTemplate } from '../tokenizers/chat-template.ts';
import { readChatTemplate, readJson, readStopTokenIds, readTokenizer } from '../tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { choosePrecision, type RequestedPrecision } from './choose-precision.ts';
import type { Decoder } from './decoder.ts';
import { DecoderSession } from './decoder-session.ts';
import { createDeviceDecoder, createExportedDeviceDecoder } from './device-decoder.ts';
import type { DeviceTurns } from './device-turns.ts';
import { openExportedDecoder } from './exported-decoder.ts';
import { attachGraph } from './open-graph.ts';
import { type DecoderJob, type PrepareDecoder, prepareDecoder } from './prepare-decoder.ts';
import type { PrepareDeviceExport, PrepareExport } from './prepare-export.ts';
import type { Precision } from './weight-product.ts';

export interface OpenModelOptions {
  readonly folder: string;
  readonly precision: RequestedPrecision;
  readonly maxSlots: number;
  /** Sequences decoded at once, which the precision is chosen by; all slots without it. */
  readonly maxBatch?: number;
  /** Upper bound for the tokens a slot holds; a model with fewer positions keeps its own. */
  readonly maxContextLength: number;
  readonly threads?: number;
  /** See `DecoderOptions`. */
  readonly callerYields?: boolean;
  /** The processor without it. */
  readonly provider?: ExecutionProvider | undefined;
  /** On a device other than the processor: what weights and cache may take; unbounded without it. */
  readonly memoryBytes?: number | undefined;
  /** On such a device: where other models of this process compute on it meanwhile. */
  readonly turns?: DeviceTurns | undefined;
  /** Where what takes long is done, for the processor and of an export: in this thread without it. */
  readonly prepare?: ModelPreparation | undefined;
}

export interface ModelPreparation {
  readonly decoder: PrepareDecoder;
  readonly export: PrepareExport;
  readonly deviceExport: PrepareDeviceExport;
}

/** On a device: int8 is written with an operator that only the processor has. */
const devicePrecisions: readonly Precision[] = ['fp32', 'int4'];

export interface OpenModel {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  readonly stopTokenIds: ReadonlySet<number>;
  readonly source: 'safetensors' | 'onnx';
  /** What it was loaded in, which is not always what was asked for: an export has the precisions that it has. */
  readonly precision: Precision;
}

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function openModel(options: OpenModelOptions): Promise<OpenModel> {
  const { folder } = options;
  return (await weightsOf(folder)) === 'onnx'
    ? openExport(options, await findOnnxFiles(folder))
    : openSafetensors(options);
}

/** Which of its weights a folder is served from. */
export async function weightsOf(folder: string): Promise<OpenModel['source']> {
  const files = await findOnnxFiles(folder);
  return files.length > 0 && !(await isOwnFamily(folder)) ? 'onnx' : 'safetensors';
}

/** Whether the folder's safetensors are to be served. A folder without any ONNX file is always taken for one. */
async function isOwnFamily(folder: string): Promise<boolean> {
  const isThere = (file: string): Promise<boolean> =>
    access(join(folder, file)).then(
      () => true,
      () => false,
    );
  // In one file, or in shards with their index.
  const hasWeights = (await isThere('model.safetensors')) || (await isThere('model.safetensors.index.json'));
  if (!hasWeights) return false;
  try {
    parseModelConfig(await readJson(folder, 'config.json'));
    return true;
  } catch (error) {
    if (error instanceof NeuralError && error.code === 'CONFIG_INVALID') return false;
    throw error;
  }
}

async function openSafetensors(options: OpenModelOptions): Promise<OpenModel> {
  return (options.provider ?? cpu).kind === 'cpu' ? openOnProcessor(options) : openOnDevice(options);
}

async function openOnProcessor(options: OpenModelOptions): Promise<OpenModel> {
  const { folder, maxSlots, threads, callerYields = false } = options;
  const prepare = options.prepare?.decoder ?? prepareDecoder;
  const job: DecoderJob = {
    folder,
    precision: options.precision,
    maxBatch: options.maxBatch ?? maxSlots,
    maxContextLength: options.maxContextLength,
    threads,
    adapters: false,
  };
  const { config, precision, capacity, graph } = await prepare(job);
  // Whoever prepared it has verified the files, and kept none of them.
  const tokenizer = await readTokenizer(folder);
  const chatTemplate = await readChatTemplate(folder);
  const stopTokenIds = await readStopTokenIds(folder, { tokenizer, chatTemplate });
  const decoder = new DecoderSession(
    { config, maxSlots, capacity, precision, callerYields, ...(threads === undefined ? {} : { threads }) },
    {
      base: attachGraph(graph),
      openAdapted: async () => attachGraph((await prepare({ ...job, adapters: true })).graph),
    },
  );
  return { decoder, tokenizer, chatTemplate, stopTokenIds, source: 'safetensors', precision };
}

async function openOnDevice(options: OpenModelOptions): Promise<OpenModel> {
  const { folder, maxSlots, threads, callerYields = false, provider = cpu, memoryBytes, turns } = options;
  const model = await loadModelFolder(folder);
  const precision = choosePrecision({
    requested: options.precision,
    maxSlots: options.maxBatch ?? maxSlots,
    available: devicePrecisions,
  })!;
  const decoder = await createDeviceDecoder({
    config: model.config,
    weights: model.weights,
    maxSlots,
    capacity: Math.min(model.config.maxPositions, options.maxContextLength),
    precision,
    callerYields,
    provider,
    memoryBytes,
    turns,
    ...(threads === undefined ? {} : { threads }),
  });
  const { tokenizer, chatTemplate } = model;
  const stopTokenIds = await readStopTokenIds(folder, model);
  return { decoder, tokenizer, chatTemplate, stopTokenIds, source: 'safetensors', precision };
}

async function openExport(options: OpenModelOptions, files: readonly OnnxFile[]): Promise<OpenModel> {
  const { folder, maxSlots, threads, callerYields = false, provider = cpu, memoryBytes, turns } = options;
  const { tokenizer, chatTemplate, maxPositions } = await readOnnxFolder(folder, files);
  const available = servedPrecisions(files, provider);
  const precision = choosePrecision({
    requested: options.precision,
    maxSlots: options.maxBatch ?? maxSlots,
    available,
  })!;
  const file = files.find((candidate) => candidate.precision === precision)!;
  const stopTokenIds = await readStopTokenIds(folder, { tokenizer, chatTemplate });
  const room = {
    path: file.path,
    vocabularySize: tokenizer.vocabularySize,
    threads,
    maxSlots,
    capacity: Math.min(maxPositions, options.maxContextLength),
  };
  const decoder =
    provider.kind === 'cpu'
      ? await openExportedDecoder({ ...room, callerYields, prepare: options.prepare?.export })
      : await createExportedDeviceDecoder({
          ...room,
          provider,
          memoryBytes,
          turns,
          prepare: options.prepare?.deviceExport,
        });
  return { decoder, tokenizer, chatTemplate, stopTokenIds, source: 'onnx', precision };
}

/** Of a folder with nothing else, int8 is tried on a device too: the refusal names what it lacks. */
function servedPrecisions(files: readonly OnnxFile[], provider: ExecutionProvider): readonly Precision[] {
  const all = files.map(({ precision }) => precision);
  const onDevice = all.filter((precision) => devicePrecisions.includes(precision));
  return provider.kind === 'cpu' || onDevice.length === 0 ? all : onDevice;
}
