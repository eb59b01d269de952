/**
 * A model on a device with memory of its own (WebGPU, CUDA; the processor too, which is how its code is tried where there
 * is no other device). The graph is the one of `decoder-session.ts`, or an export's; its weights, its cache and its adapters
 * stay on the device, tokens go in and logits come out. The rules of `DecoderSession` hold.
 */
import { NeuralError } from '../errors.ts';
import type { LoraAdapter } from '../lora/adapter.ts';
import { checkModelConfig } from '../models/model-config.ts';
import type { BoundRun, BoundTensors } from '../runtime/bound-run.ts';
import { DeviceMemory } from '../runtime/device-memory.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';
import { Session } from '../runtime/session.ts';
import { checkWeights } from '../weights/check-weights.ts';
import { type AttentionType, attentionTypeOn } from './cache-layout.ts';
import { CacheRows } from './cache-rows.ts';
import type { Decoder } from './decoder.ts';
import { buildDecoderGraph, graphWeightBytes } from './decoder-graph.ts';
import { checkRange, checkSlots, invalidInput, noAdapters, padded } from './decoder-input.ts';
import type { DecodeInput, DecoderOptions, JointPrefillInput, PrefillInput } from './decoder-session.ts';
import { DeviceAdapters } from './device-adapters.ts';
import {
  type CacheTensors,
  DeviceCache,
  type DeviceCacheOptions,
  deviceCacheBytes,
  type RowMove,
} from './device-cache.ts';
import { type DeviceGraph, ownDeviceGraph, type RunMemory, type RunNumbers } from './device-graph.ts';
import { type DeviceTurns, noTurns } from './device-turns.ts';
import { exportedDeviceGraph } from './exported-device-graph.ts';
import { exportedNames } from './exported-graph.ts';
import { servedHeadSize } from './head-padding.ts';
import { type CacheShape, engineNames } from './key-value-cache.ts';
import { type DeviceExportJob, type PrepareDeviceExport, prepareDeviceExport } from './prepare-export.ts';

export interface DeviceDecoderOptions extends DecoderOptions, DeviceRoom {
  /** What the provider's attention operator takes, without it. */
  readonly attention?: AttentionType;
  /**
   * Refuses a model of which the provider would leave operators to the processor, copying the cache to and fro. By default
   * on WebGPU, which has them all.
   */
  readonly isWhollyOnDevice?: boolean;
}

/** Throws `MEMORY_INSUFFICIENT` before anything is loaded. */
export async function createDeviceDecoder(options: DeviceDecoderOptions): Promise<Decoder> {
  const { config, weights, capacity, provider, threads } = options;
  checkModelConfig(config);
  checkWeights(config, weights);
  if (capacity > config.maxPositions) {
    throw new NeuralError(
      'SESSION_INPUT_INVALID',
      `capacity ${capacity} exceeds the model's ${config.maxPositions} positions`,
    );
  }
  const open = (adapters: boolean) => {
    const graph = buildDecoderGraph({ ...options, ...deviceLayout(options), adapters });
    return {
      weightBytes: graphWeightBytes(graph),
      open: () =>
        ownDeviceGraph(
          Session.create(graph, { provider, threads, isWhollyOnDevice: isWhollyOnDevice(options) }),
          config.vocabularySize,
        ),
    };
  };
  return openOnDevice(
    { ...options, shape: cacheShape(options), names: engineNames, type: attentionType(options) },
    { base: open(false), adapters: { set: new DeviceAdapters(config, provider), open: () => open(true) } },
  );
}

/** An ONNX export on a device, from its file. Throws what `prepareDeviceExport` and
 * `exportedDeviceGraph` throw, and `MEMORY_INSUFFICIENT`. */
export async function createExportedDeviceDecoder(
  options: DeviceExportJob & DeviceRoom & { readonly prepare?: PrepareDeviceExport | undefined },
): Promise<Decoder> {
  const { path, vocabularySize, provider, capacity, threads, prepare = prepareDeviceExport } = options;
  const job = { path, vocabularySize, provider, capacity, threads, attention: options.attention };
  const { graph, attention, open } = exportedDeviceGraph(await prepare(job), job);
  return openOnDevice(
    { ...options, shape: graph, names: exportedNames, type: attention },
    { base: { weightBytes: graph.weightBytes, open } },
  );
}

/** Where a model is to run, and what of it may be there. */
export interface DeviceRoom {
  readonly provider: ExecutionProvider;
  /** What weights and cache may take; unbounded without it. */
  readonly memoryBytes?: number | undefined;
  readonly maxSlots: number;
  /** Tokens a slot holds, prompt and answer together. */
  readonly capacity: number;
  /** Where other models of this process compute on the device meanwhile. */
  readonly turns?: DeviceTurns | undefined;
}

type RoomWithCache = DeviceRoom & Pick<DeviceCacheOptions, 'shape' | 'names' | 'type'>;

/** A graph that is not yet there. */
interface Unopened {
  readonly weightBytes: number;
  readonly open: () => DeviceGraph;
}

interface GraphsOnDevice {
  readonly base: Unopened;
  /** Absent where the graph takes none. */
  readonly adapters?: { readonly set: DeviceAdapters; readonly open: () => Unopened };
}

async function openOnDevice(room: RoomWithCache, graphs: GraphsOnDevice): Promise<Decoder> {
  const { turns = noTurns } = room;
  checkMemory(room, graphs.base.weightBytes);
  const decoder = await turns.take(() => openParts(room, graphs));
  try {
    for (const run of decoder.warmUpRuns()) await turns.take(run);
    return decoder;
  } catch (error) {
    await turns.take(() => decoder.release());
    throw error;
  }
}

function openParts(room: RoomWithCache, graphs: GraphsOnDevice): DeviceDecoder {
  const opened: { release(): void }[] = [];
  const keep = <Part extends { release(): void }>(part: Part): Part => {
    opened.unshift(part);
    return part;
  };
  try {
    const graph = graphs.base.open();
    keep(graph.session);
    const memory = keep(new DeviceMemory(room.provider));
    const cache = keep(new DeviceCache({ ...room, memory, rows: room.maxSlots }));
    return new DeviceDecoder(room, { graph, memory, cache, ...graphs });
  } catch (error) {
    for (const part of opened) part.release();
    throw error;
  }
}

interface DecoderParts extends GraphsOnDevice {
  readonly graph: DeviceGraph;
  readonly memory: DeviceMemory;
  readonly cache: DeviceCache;
}

/** One run's names and memory; its numbers are filled in before each run. */
interface PreparedRun {
  readonly run: BoundRun;
  readonly memory: RunMemory;
}

interface Step extends RunNumbers {
  readonly tensors: CacheTensors;
  readonly rows: number;
  readonly adapters: readonly (string | undefined)[];
}

class DeviceDecoder implements Decoder {
  readonly maxSlots: number;
  readonly capacity: number;
  readonly vocabularySize: number;
  readonly #room: RoomWithCache;
  readonly #base: DeviceGraph;
  readonly #memory: DeviceMemory;
  readonly #cache: DeviceCache;
  readonly #rows: CacheRows;
  readonly #adapters: GraphsOnDevice['adapters'];
  /** Tokens in each slot. */
  readonly #lengths: number[];
  /** Runs of one token a row on the base model, which differ in their numbers alone, by the rows they are on. */
  readonly #prepared = new Map<CacheTensors, PreparedRun>();
  /** The slot whose tokens are in the staging row, and not in its own. */
  #staged: number | undefined;
  /** Under way. */
  #current: BoundRun | undefined;
  #weightBytes: number;
  #adapted: DeviceGraph | undefined;
  #released = false;

  constructor(room: RoomWithCache, { graph, memory, cache, base, adapters }: DecoderParts) {
    const { maxSlots, capacity } = room;
    this.maxSlots = maxSlots;
    this.capacity = capacity;
    this.vocabularySize = graph.vocabularySize;
    this.#room = room;
    this.#base = graph;
    this.#weightBytes = base.weightBytes;
    this.#memory = memory;
    this.#cache = cache;
    this.#rows = new CacheRows(maxSlots, { isAtFront: true });
    this.#adapters = adapters;
    this.#lengths = Array.from({ length: maxSlots }, () => 0);
  }

  /**
   * What requests will compute, to be computed once: a device compiles what it runs for the first time, and what it cannot run is
   * refused here and not under a request.
   */
  warmUpRuns(): readonly (() => Promise<unknown>)[] {
    const tokens = [0, 0].slice(0, Math.max(1, this.capacity - 1));
    const { length } = tokens;
    const prefill = () => this.prefill({ slot: 0, tokens, startPosition: 0 });
    const decode = async () => {
      if (length < this.capacity) await this.decode({ slots: [0], tokens: [0], lengths: [length] });
      this.#lengths[0] = 0;
    };
    return [prefill, decode];
  }

  get bytes(): { readonly weights: number; readonly cache: number } {
    return { weights: this.#weightBytes + (this.#adapters?.set.bytes ?? 0), cache: this.#cache.bytes };
  }

  async prefill({ slot, tokens, startPosition, adapter }: PrefillInput): Promise<Float32Array> {
    this.#checkLive();
    if (tokens.length === 0) throw invalidInput('there is no token to prefill');
    checkRange(this, { slot, tokens, startPosition });
    this.#stage(slot, startPosition);
    const total = startPosition + tokens.length;
    const logits = await this.#run({
      tensors: this.#cache.staging,
      rows: 1,
      tokens,
      lengths: [total - 1],
      longest: total,
      adapters: [adapter],
    });
    this.#lengths[slot] = total;
    return logits;
  }

  /** As `DecoderSession` has it, in the rows where the batch will be decoded. */
  async prefillTogether({ slots, tokens, adapters = [] }: JointPrefillInput): Promise<Float32Array> {
    this.#checkLive();
    checkSlots(slots, tokens);
    for (const [at, slot] of slots.entries()) {
      if (tokens[at]!.length === 0) throw invalidInput(`there is no token to begin slot ${slot} with`);
      checkRange(this, { slot, tokens: tokens[at]!, startPosition: 0 });
    }
    if (this.#staged !== undefined && slots.includes(this.#staged)) this.#staged = undefined;
    const order = this.#gather(slots);
    const time = Math.max(...tokens.map(({ length }) => length));
    const logits = await this.#run({
      tensors: this.#cache.window(slots.length),
      rows: slots.length,
      tokens: order.flatMap((at) => padded(tokens[at]!, time)),
      lengths: order.map((at) => tokens[at]!.length - 1),
      longest: time,
      adapters: order.map((at) => adapters[at]),
    });
    slots.forEach((slot, at) => {
      this.#lengths[slot] = tokens[at]!.length;
    });
    return this.#inOrder(logits, order);
  }

  async decode({ slots, tokens, lengths, adapters = [] }: DecodeInput): Promise<Float32Array> {
    this.#checkLive();
    checkSlots(slots, tokens, lengths);
    for (const [at, slot] of slots.entries())
      checkRange(this, { slot, tokens: [tokens[at]!], startPosition: lengths[at]! });
    if (this.#staged !== undefined && slots.includes(this.#staged)) this.#unstage();
    const order = this.#gather(slots);
    const logits = await this.#run({
      tensors: this.#cache.window(slots.length),
      rows: slots.length,
      tokens: order.map((at) => tokens[at]!),
      lengths: order.map((at) => lengths[at]!),
      longest: Math.max(...lengths) + 1,
      adapters: order.map((at) => adapters[at]),
    });
    slots.forEach((slot, at) => {
      this.#lengths[slot] = lengths[at]! + 1;
    });
    return this.#inOrder(logits, order);
  }

  copySlot({
    from,
    to,
    length,
  }: {
    readonly from: number;
    readonly to: number;
    readonly length: number;
  }): void {
    this.#checkLive();
    checkRange(this, { slot: from, tokens: [], startPosition: length });
    checkRange(this, { slot: to, tokens: [], startPosition: length });
    if (length > this.#lengths[from]!)
      throw invalidInput(`slot ${from} holds ${this.#lengths[from]} tokens, not ${length}`);
    if (this.#staged === to) this.#staged = undefined;
    if (this.#staged === from) this.#unstage();
    this.#cache.moveRows([{ from: this.#rows.rowOf(from), to: this.#rows.rowOf(to) }]);
    this.#lengths[to] = length;
  }

  /** The first adapter builds a second session, with weights of its own. */
  async loadAdapter(id: string, adapter: LoraAdapter): Promise<void> {
    this.#checkLive();
    const adapters = this.#adapters;
    if (adapters === undefined) throw noAdapters();
    const { turns = noTurns } = this.#room;
    await turns.take(() => {
      this.#checkLive();
      adapters.set.load(id, adapter);
      if (this.#adapted !== undefined) return;
      const { weightBytes, open } = adapters.open();
      checkMemory(this.#room, this.#weightBytes + weightBytes);
      this.#adapted = open();
      this.#weightBytes += weightBytes;
    });
  }

  unloadAdapter(id: string): void {
    this.#adapters?.set.unload(id);
  }

  hasAdapter(id: string): boolean {
    return this.#adapters?.set.has(id) ?? false;
  }

  /** Ends a run that is under way; whoever waits for it is told `SESSION_RELEASED`. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#current?.release();
    for (const { run } of this.#prepared.values()) await run.release();
    this.#base.session.release();
    this.#adapted?.session.release();
    this.#adapters?.set.release();
    this.#cache.release();
    this.#memory.release();
  }

  async #run(step: Step): Promise<Float32Array> {
    const { tensors, rows, tokens, adapters } = step;
    const isKept = tokens.length === rows && adapters.every((id) => id === undefined);
    const prepared = (isKept && this.#prepared.get(tensors)) || this.#prepare(step);
    if (isKept) this.#prepared.set(tensors, prepared);
    const numbers = prepared.memory.fill(step);
    this.#current = prepared.run;
    try {
      await prepared.run.run(numbers);
    } catch (error) {
      this.#checkLive();
      throw error;
    } finally {
      this.#current = undefined;
      if (!isKept) await prepared.run.release();
    }
    return prepared.memory.logits();
  }

  #prepare({ tensors, rows, tokens, adapters }: Step): PreparedRun {
    const withAdapter = adapters.some((id) => id !== undefined);
    const loras = withAdapter ? this.#feedsOf(adapters) : {};
    const { session, prepare } = withAdapter ? this.#adapted! : this.#base;
    const memory = prepare(rows, tokens.length / rows);
    const run = session.bind(
      { ...memory.inputs, ...tensors.feeds, ...loras },
      { ...memory.outputs, ...tensors.fetches },
    );
    return { run, memory };
  }

  #feedsOf(adapters: Step['adapters']): BoundTensors {
    if (this.#adapters === undefined) throw noAdapters();
    return this.#adapters.set.feedsFor(adapters);
  }

  /** Brings the slots into the first rows; which of them each row holds. */
  #gather(slots: readonly number[]): readonly number[] {
    const moves: RowMove[] = [];
    const block = this.#rows.gather(slots, (a, b) => moves.push({ from: a, to: b }, { from: b, to: a }));
    this.#cache.moveRows(moves);
    return block.slots.map((slot) => slots.indexOf(slot));
  }

  /** Brings the slot's first tokens into the staging row; what another slot has there goes home. */
  #stage(slot: number, tokens: number): void {
    if (this.#staged !== slot) {
      this.#unstage();
      if (tokens > 0) this.#cache.stage(this.#rows.rowOf(slot));
    }
    this.#staged = slot;
  }

  #unstage(): void {
    if (this.#staged !== undefined) this.#cache.unstage(this.#rows.rowOf(this.#staged));
    this.#staged = undefined;
  }

  /** Row i of `logits` belongs at `order[i]`. */
  #inOrder(logits: Float32Array, order: readonly number[]): Float32Array {
    if (order.every((at, row) => at === row)) return logits;
    const size = this.vocabularySize;
    const ordered = new Float32Array(logits.length);
    order.forEach((at, row) => {
      ordered.set(logits.subarray(row * size, (row + 1) * size), at * size);
    });
    return ordered;
  }

  #checkLive(): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the decoder was released');
  }
}

function cacheShape({ config }: DeviceDecoderOptions): CacheShape {
  return { ...config, headSize: servedHeadSize(config.headSize) };
}

function isWhollyOnDevice(options: DeviceDecoderOptions): boolean {
  return options.isWhollyOnDevice ?? options.provider.kind === 'webgpu';
}

function deviceLayout(options: DeviceDecoderOptions) {
  return {
    attention: attentionType(options),
    areEndsGiven: true,
    isOnProcessor: options.provider.kind === 'cpu',
  } as const;
}

function attentionType({ attention, provider }: DeviceDecoderOptions): AttentionType {
  return attention ?? attentionTypeOn(provider);
}

function checkMemory(room: RoomWithCache, weightBytes: number): void {
  const { memoryBytes, maxSlots } = room;
  const needed = weightBytes + deviceCacheBytes({ ...room, rows: maxSlots });
  if (memoryBytes === undefined || needed <= memoryBytes) return;
  throw new NeuralError(
    'MEMORY_INSUFFICIENT',
    `weights and cache take ${needed} bytes; the device has ${memoryBytes} for them`,
    { details: { neededBytes: needed, memoryBytes } },
  );
}
