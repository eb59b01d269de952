import { setImmediate } from 'node:timers/promises';
import { NeuralError } from '../errors.ts';
import { encodeModelWithData } from '../onnx/encode-model.ts';
import type { ConstantData, Graph, Value } from '../onnx/types.ts';
import { BoundRun, type BoundTensors } from './bound-run.ts';
import { appendProvider, cpu, type ExecutionProvider } from './execution-provider.ts';
import { allocate, HostTensor, type HostTensors } from './host-tensor.ts';
import { addressOf, type OrtLibrary, ortLibrary, type Pointer } from './ort-library.ts';
import { operatorsOnProcessor } from './placement.ts';

export interface SessionOptions {
  /** The processor when left out. A session on another device is run through `bind`. */
  readonly provider?: ExecutionProvider | undefined;
  /** Refuses a graph of which the provider would leave operators to the processor. */
  readonly isWhollyOnDevice?: boolean;
  /** `leftToProcessor` can say where operators run. */
  readonly recordsPlacement?: boolean;
  /** ONNX Runtime's choice, the number of cores, when left out. */
  readonly threads?: number | undefined;
  /** How long a thread that waits for the next part of a run keeps looking for it before it sleeps. */
  readonly spinMicros?: number;
  /**
   * Numbers below 1e-38 become zero. An optimizer's moments decay into that range, where arithmetic is a hundred times
   * slower. The thread that creates a process's first session keeps the setting.
   */
  readonly flushDenormals?: boolean;
}

/** Names and tensors of one run, resolved once and used for many. */
export interface RunPlan {
  readonly inputNames: BigUint64Array;
  readonly inputs: BigUint64Array;
  readonly outputNames: BigUint64Array;
  readonly outputs: BigUint64Array;
  /** Keeps the memory alive that the addresses above point to. */
  readonly tensors: readonly HostTensors[];
}

/** What a session needs to know of a graph. */
export type Interface = Pick<Graph, 'name' | 'inputs' | 'outputs'>;

/** A session on its way from one thread to another: structured-cloneable, and to be attached once. */
export interface DetachedSession extends Interface {
  readonly handle: Pointer;
}

/** GraphOptimizationLevel ORT_ENABLE_ALL. */
const optimizeAll = 99;

/**
 * About what it costs to wake a thread, so that looking costs at most as much again as sleeping at once would have. A decode
 * step of 16 rows takes 0.75 of what it takes where threads sleep at once; looking for a millisecond, as ONNX Runtime does,
 * takes no less, and three times as long where other processes want the same cores.
 */
const defaultSpinMicros = 20;

/** Smaller ones are written into the model. */
const leastWeightBytes = 1_024;

/** A graph loaded on a device. A run occupies the calling thread until the graph is done. */
export class Session {
  readonly #handle: Pointer;
  readonly #graph: Interface;
  /** Every input's and output's name as C reads it. */
  readonly #names: ReadonlyMap<string, Buffer>;
  #released = false;

  static create(graph: Graph, options: SessionOptions = {}): Session {
    // ONNX Runtime drops what no node reads, and does not take it either.
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs.map((value) => value?.name)));
    const initializers = graph.initializers.filter(({ name }) => read.has(name));
    const weights = initializers.filter(({ constant }) => (constant?.byteLength ?? 0) >= leastWeightBytes);
    const external = { fileName: 'memory', minBytes: leastWeightBytes };
    const { model } = encodeModelWithData({ ...graph, initializers }, external);
    const handle = withSettings(options, (ort, settings) => {
      handOver(ort, settings, weights);
      return ort.create('CreateSessionFromArray', ort.environment, model, model.byteLength, settings);
    });
    return new Session(graph, handle);
  }

  /** A model that lies in a file, with its weights in it or in files beside it. `declared` says what it takes and gives. */
  static open(path: string, declared: Interface, options: SessionOptions = {}): Session {
    const handle = withSettings(options, (ort, settings) =>
      ort.create('CreateSession', ort.environment, path, settings),
    );
    return new Session(declared, handle);
  }

  /**
   * Takes over a session that another thread of this process made: a session is the process's, and holds its weights itself.
   * This thread must have opened ONNX Runtime (`ortLibrary`) while the other one still had it.
   */
  static attach({ handle, ...declared }: DetachedSession): Session {
    return new Session(declared, handle);
  }

  /** A model in memory, with weights in files of a folder. */
  static openEdited(
    { model, folder }: { readonly model: Uint8Array; readonly folder: string },
    declared: Interface,
    options: SessionOptions = {},
  ): Session {
    const handle = withSettings(options, (ort, settings) => {
      ort.call(
        'AddSessionConfigEntry',
        settings,
        'session.model_external_initializers_file_folder_path',
        folder,
      );
      return ort.create('CreateSessionFromArray', ort.environment, model, model.byteLength, settings);
    });
    return new Session(declared, handle);
  }

  private constructor(graph: Interface, handle: Pointer) {
    this.#graph = graph;
    this.#handle = handle;
    const values = [...graph.inputs, ...graph.outputs];
    this.#names = new Map(values.map(({ name }) => [name, Buffer.from(`${name}\0`, 'utf8')]));
  }

  /** Outputs may be the very tensors that are inputs; an operator that works in place then does so. */
  plan(inputs: HostTensors, outputs: HostTensors): RunPlan {
    this.#checkInputs(inputs);
    return {
      inputNames: this.#addresses(Object.keys(inputs)),
      inputs: BigUint64Array.from(Object.values(inputs), (tensor) => tensor.handle),
      outputNames: this.#addresses(Object.keys(outputs)),
      outputs: BigUint64Array.from(Object.values(outputs), (tensor) => tensor.handle),
      tensors: [inputs, outputs],
    };
  }

  /**
   * Lets the thread's other work come first (messages, timers), then blocks until the graph is done: a loop of runs does
   * not starve the event loop. Throws `RUNTIME_FAILED`.
   */
  async run(plan: RunPlan): Promise<void> {
    await setImmediate();
    this.runNow(plan);
  }

  /** The same without letting anything come first, for a thread that has a turn of its own between its runs. */
  runNow(plan: RunPlan): void {
    this.#checkLive();
    ortLibrary().call('Run', ...this.#arguments(plan));
  }

  /**
   * On another thread, so that several plans of one session run at once. The pool has four threads. Denormals are what
   * they are there: `flushDenormals` reaches the thread that created the session only.
   */
  async runInBackground(plan: RunPlan): Promise<void> {
    this.#checkLive();
    await ortLibrary().callInBackground('Run', ...this.#arguments(plan));
  }

  /** A run with tensors on the session's device among its own: see `bound-run.ts`. Whoever takes it releases it. */
  bind(inputs: BoundTensors, outputs: BoundTensors): BoundRun {
    this.#checkLive();
    this.#checkInputs(inputs);
    return new BoundRun(this.#handle, inputs, outputs);
  }

  /** An allocator of the session's device; whoever takes it releases it, before the session. */
  createAllocator(memoryInfo: Pointer): Pointer {
    this.#checkLive();
    return ortLibrary().create('CreateAllocator', this.#handle, memoryInfo);
  }

  /** Types of operators that its device does not run; only of a session that `recordsPlacement`. */
  leftToProcessor(): readonly string[] {
    this.#checkLive();
    return operatorsOnProcessor(ortLibrary(), this.#handle);
  }

  /** One run with fresh memory for every output; their shapes must be static. */
  async evaluate(inputs: HostTensors): Promise<Readonly<Record<string, HostTensor>>> {
    const outputs = Object.fromEntries(
      this.#graph.outputs.map((value) => [value.name, allocate(value.type, staticDims(value))]),
    );
    await this.run(this.plan(inputs, outputs));
    return outputs;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    ortLibrary().release('ReleaseSession', this.#handle);
  }

  /** Gives the session away: whoever attaches it releases it. */
  detach(): DetachedSession {
    this.#checkLive();
    this.#released = true;
    const named = ({ name, type, dims }: Value): Value => ({ name, type, dims });
    const { name, inputs, outputs } = this.#graph;
    return { name, inputs: inputs.map(named), outputs: outputs.map(named), handle: this.#handle };
  }

  #checkInputs(inputs: BoundTensors): void {
    const missing = this.#graph.inputs.find(({ name }) => inputs[name] === undefined);
    if (missing !== undefined)
      throw new NeuralError('RUNTIME_FAILED', `${this.#graph.name}: input ${missing.name} is missing`);
  }

  #checkLive(): void {
    if (this.#released)
      throw new NeuralError('SESSION_RELEASED', `the session of graph ${this.#graph.name} was released`);
  }

  #arguments({ inputNames, inputs, outputNames, outputs }: RunPlan) {
    const { length } = inputs;
    return [
      this.#handle,
      null,
      inputNames,
      inputs,
      length,
      outputNames,
      outputNames.length,
      outputs,
    ] as const;
  }

  #addresses(names: readonly string[]): BigUint64Array {
    return BigUint64Array.from(names, (name) => {
      const text = this.#names.get(name);
      if (text === undefined)
        throw new NeuralError('RUNTIME_FAILED', `${this.#graph.name} has no value named ${name}`);
      return addressOf(text);
    });
  }
}

function withSettings(
  options: SessionOptions,
  create: (ort: OrtLibrary, settings: Pointer) => Pointer,
): Pointer {
  const ort = ortLibrary();
  const settings = ort.create('CreateSessionOptions');
  try {
    ort.call('SetSessionGraphOptimizationLevel', settings, optimizeAll);
    if (options.threads !== undefined) ort.call('SetIntraOpNumThreads', settings, options.threads);
    ort.call('SetInterOpNumThreads', settings, 1);
    const spin = String(options.spinMicros ?? defaultSpinMicros);
    ort.call('AddSessionConfigEntry', settings, 'session.intra_op.spin_duration_us', spin);
    // Else they go on behind the run, on the cores that others compute on.
    ort.call('AddSessionConfigEntry', settings, 'session.force_spinning_stop', '1');
    if (options.flushDenormals)
      ort.call('AddSessionConfigEntry', settings, 'session.set_denormal_as_zero', '1');
    if (options.recordsPlacement)
      ort.call('AddSessionConfigEntry', settings, 'session.record_ep_graph_assignment_info', '1');
    if (options.isWhollyOnDevice)
      ort.call('AddSessionConfigEntry', settings, 'session.disable_cpu_ep_fallback', '1');
    appendProvider(ort, settings, options.provider ?? cpu);
    return create(ort, settings);
  } finally {
    ort.release('ReleaseSessionOptions', settings);
  }
}

/**
 * Gives ONNX Runtime the weights where they lie: a model in one piece holds at most 2 GiB, and writing weights into it and
 * reading them out again would hold them three times.
 */
function handOver(ort: OrtLibrary, settings: Pointer, weights: readonly Value[]): void {
  if (weights.length === 0) return;
  const names = weights.map(({ name }) => Buffer.from(`${name}\0`, 'utf8'));
  const tensors = weights.map(
    ({ dims, constant }) => new HostTensor(dims as number[], constant as ConstantData),
  );
  ort.call(
    'AddExternalInitializers',
    settings,
    BigUint64Array.from(names, addressOf),
    BigUint64Array.from(tensors, ({ handle }) => handle),
    weights.length,
  );
}

function staticDims({ name, dims }: Value): readonly number[] {
  return dims.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new NeuralError(
      'RUNTIME_FAILED',
      `output ${name} has the open dimension ${dim}; give memory for it`,
    );
  });
}

/**
 * For a thread whose own arithmetic must round as that of sessions with `flushDenormals` does: before its process's first
 * session.
 */
export function flushDenormals(): void {
  const one = { name: 'one', type: 'float32', dims: [1] } as const;
  Session.create(
    { name: 'flush', inputs: [one], outputs: [one], initializers: [], nodes: [] },
    { threads: 1, flushDenormals: true },
  ).release();
}
