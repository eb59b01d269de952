/**
 * Gradients of the parts of a batch, several parts at a time, each on a thread of its own:
 *
 *   part 0  part 2          lanes: threads that each compute one part after another
 *   part 1  part 3
 *     \       /             sums: by halves of the parts' numbers, whoever computed them and whenever
 *     (0+1)+(2+3)
 *
 * Two lanes on two cores do not wait for each other after every operator, as two threads of one run do: a step took 429 ms
 * of CPU instead of 503.
 */
import { floats, type HostTensor, type HostTensors, hostTensors } from '../../runtime/host-tensor.ts';
import { Session } from '../../runtime/session.ts';
import { DropoutMasks } from '../dropout.ts';
import type { MemoryLayout } from '../parameter-memory.ts';
import { buildGradientGraph, gradientName, type TrainingShape } from '../training-graph.ts';

export interface GradientLanesOptions {
  /** Of one part. */
  readonly shape: TrainingShape;
  readonly layout: MemoryLayout;
  readonly seed: number;
  readonly threads: number;
  /** Parts that will be summed at once, for the number of lanes. */
  readonly parts: number;
}

export interface PartFeeds {
  /** Its number in the whole batch, from 0. */
  readonly part: number;
  readonly feeds: HostTensors;
}

export interface SumOptions {
  /** From 1. */
  readonly step: number;
  /** The feeds that all parts share: parameters, base, total weight. */
  readonly common: HostTensors;
  /** Where to write the sum; memory of the lanes when left out. The same memory at each step. */
  readonly into?: Float32Array | undefined;
}

export interface GradientSum {
  /** Shares of the parts of the whole batch's mean loss, summed. */
  readonly loss: number;
  /** In the layout's order. Give it back, unless it is the memory that was asked for. */
  readonly memory: Float32Array;
}

interface Buffer {
  readonly memory: Float32Array;
  readonly outputs: Readonly<Record<string, HostTensor>>;
  loss: number;
}

/** libuv's pool, on whose threads lanes run, has four. */
const maxLanes = 4;

export const laneCount = (threads: number, parts: number): number => Math.min(threads, parts, maxLanes);

export class GradientLanes {
  readonly #session: Session;
  readonly #layout: MemoryLayout;
  readonly #free: Buffer[] = [];
  #given: Buffer | undefined;
  readonly #idle: DropoutMasks[];
  readonly #waiting: ((masks: DropoutMasks) => void)[] = [];

  constructor(options: GradientLanesOptions) {
    const { shape, layout, seed, threads, parts } = options;
    const graph = buildGradientGraph(shape);
    const lanes = laneCount(threads, parts);
    // The lanes' own threads compute as well: the session's pool holds what is left.
    this.#session = Session.create(graph, { threads: threads - lanes + 1 });
    this.#layout = layout;
    const rate = shape.dropout ?? 0;
    this.#idle = Array.from({ length: lanes }, () => new DropoutMasks(graph, { rate, seed }));
  }

  /** The sum over consecutive parts. */
  async sum(parts: readonly PartFeeds[], at: SumOptions): Promise<GradientSum> {
    if (parts.length === 1) return this.#compute(parts[0]!, at);
    const [left, right] = (await this.halves(parts, at)) as readonly [Buffer, Buffer];
    for (let index = 0; index < left.memory.length; index += 1) left.memory[index]! += right.memory[index]!;
    left.loss = Math.fround(left.loss + right.loss);
    this.giveBack(right);
    return left;
  }

  /** The two terms of the sum over two parts or more. */
  async halves(
    parts: readonly PartFeeds[],
    { step, common, into }: SumOptions,
  ): Promise<readonly [GradientSum, GradientSum]> {
    const half = Math.floor(parts.length / 2);
    const [left, right] = await settled([
      this.sum(parts.slice(0, half), { step, common, into }),
      this.sum(parts.slice(half), { step, common }),
    ]);
    return [left!, right!];
  }

  giveBack(sum: GradientSum): void {
    this.#free.push(sum as Buffer);
  }

  release(): void {
    this.#session.release();
  }

  async #compute({ part, feeds }: PartFeeds, at: SumOptions): Promise<Buffer> {
    const masks = this.#idle.pop() ?? (await new Promise<DropoutMasks>((take) => this.#waiting.push(take)));
    const buffer = at.into === undefined ? this.#take() : this.#over(at.into);
    try {
      masks.fill({ step: at.step, part });
      const inputs = { ...at.common, ...feeds, ...masks.tensors };
      await this.#session.runInBackground(this.#session.plan(inputs, buffer.outputs));
      buffer.loss = (buffer.outputs['loss']!.data as Float32Array)[0]!;
      return buffer;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(masks);
      else this.#idle.push(masks);
    }
  }

  #take(): Buffer {
    return this.#free.pop() ?? this.#bufferOver(new Float32Array(this.#layout.elements));
  }

  #over(memory: Float32Array): Buffer {
    if (this.#given?.memory !== memory) this.#given = this.#bufferOver(memory);
    return this.#given;
  }

  #bufferOver(memory: Float32Array): Buffer {
    const gradients = Object.entries(hostTensors(this.#layout.windows(memory)));
    const named = Object.fromEntries(gradients.map(([name, tensor]) => [gradientName(name), tensor]));
    return { memory, outputs: { ...named, loss: floats([]) }, loss: 0 };
  }
}

/** All of them, also where one fails: what still computes writes into memory that must not be let go. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
