/**
 * The gradient workers of one data-parallel run, and the memory that they share with its leader. A lost worker is
 * replaced in the middle of the step: it holds nothing that its successor would miss.
 */
import { NeuralError } from '../../errors.ts';
import type { HostTensors } from '../../runtime/host-tensor.ts';
import { createSharedMemory, type SharedMemory } from '../../runtime/shared-memory.ts';
import type { DataParallel, Run } from '../run.ts';
import type { StepRequest } from './protocol.ts';
import type { SharedLayout } from './shared-layout.ts';
import { WorkerLost, WorkerProcess } from './worker-process.ts';

export interface WorkerCrewOptions {
  readonly run: Run;
  readonly layout: SharedLayout;
  readonly dataParallel: DataParallel;
  /** Of each worker. */
  readonly threads: number;
  readonly partsPerWorker: number;
}

/** Lost at one step, one after another, before the run is given up. */
const maxLost = 3;

export class WorkerCrew {
  readonly #options: WorkerCrewOptions;
  readonly #shared: SharedMemory;
  /** By worker, from 1; the leader is 0 and has no process here. */
  readonly #workers: Map<number, WorkerProcess>;
  /** By worker and part: where the leader writes what they read. */
  readonly #inputs: ReadonlyMap<number, readonly HostTensors[]>;

  constructor(options: WorkerCrewOptions) {
    const { layout, dataParallel, partsPerWorker } = options;
    this.#options = options;
    this.#shared = createSharedMemory(layout.bytes);
    const numbers = Array.from({ length: dataParallel.workers - 1 }, (_, at) => at + 1);
    this.#inputs = new Map(
      numbers.map((worker) => [
        worker,
        Array.from({ length: partsPerWorker }, (_, part) => layout.inputs(this.memory, worker, part)),
      ]),
    );
    this.#workers = new Map(numbers.map((worker) => [worker, this.#start(worker)]));
  }

  get memory(): ArrayBuffer {
    return this.#shared.memory;
  }

  get pids(): readonly number[] {
    return [...this.#workers.values()].flatMap(({ pid }) => pid ?? []);
  }

  /** Each worker's share of the loss, in order. `parts` are all but the leader's own. */
  async compute(parts: readonly HostTensors[], request: StepRequest): Promise<readonly number[]> {
    const { partsPerWorker } = this.#options;
    for (const [worker, inputs] of this.#inputs) {
      inputs.forEach((tensors, part) => {
        copyTensors(parts[(worker - 1) * partsPerWorker + part]!, tensors);
      });
    }
    const asked = [...this.#workers.keys()].map((worker) => this.#ask(worker, request));
    const replies = await Promise.allSettled(asked);
    return replies.map((reply) => {
      if (reply.status === 'rejected') throw reply.reason;
      return reply.value;
    });
  }

  async release(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.end()));
    this.#shared.close();
  }

  async #ask(worker: number, request: StepRequest): Promise<number> {
    for (let lost = 1; ; lost += 1) {
      try {
        return await this.#workers.get(worker)!.ask(request);
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        const how = error.message;
        if (lost > maxLost) {
          const message = `gradient worker ${worker} was lost ${lost} times at step ${request.step} (${how})`;
          throw new NeuralError('RUNTIME_FAILED', message, { cause: error });
        }
        this.#options.dataParallel.onReplaced?.({ worker, how });
        this.#workers.set(worker, this.#start(worker));
      }
    }
  }

  #start(worker: number): WorkerProcess {
    const { run, layout, dataParallel, threads } = this.#options;
    const { workers } = dataParallel;
    const specification = { run: { ...run }, worker, workers, threads, sharedBytes: layout.bytes };
    return new WorkerProcess(specification, this.#shared.fileDescriptor);
  }
}

function copyTensors(from: HostTensors, to: HostTensors): void {
  for (const [name, { data }] of Object.entries(to)) {
    const source = from[name]!.data;
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(
      new Uint8Array(source.buffer, source.byteOffset, source.byteLength),
    );
  }
}
