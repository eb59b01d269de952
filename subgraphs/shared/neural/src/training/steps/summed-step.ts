import { availableParallelism } from 'node:os';
import { floats, type HostTensors, hostTensors } from '../../runtime/host-tensor.ts';
import { Session } from '../../runtime/session.ts';
import { runParts, sharedLayoutOf } from '../data-parallel/run-parts.ts';
import type { SharedLayout } from '../data-parallel/shared-layout.ts';
import { WorkerCrew } from '../data-parallel/worker-crew.ts';
import type { MemoryLayout } from '../parameter-memory.ts';
import type { DataParallel, Run } from '../run.ts';
import { sumByHalves } from '../sum-by-halves.ts';
import type { BatchOf, TaskOptions } from '../tasks.ts';
import { buildUpdateGraph, termName } from '../training-graph.ts';
import type { StepParts } from './fused-step.ts';
import { GradientLanes } from './gradient-lanes.ts';
import { type StepEngine, scalarTensors } from './step-engine.ts';

/** The processes beside this one, and what they share with it. */
export interface Crew {
  readonly workers: WorkerCrew;
  readonly layout: SharedLayout;
  readonly size: number;
  /** Where the parameters of either side of the state lie. */
  parameters(side: 0 | 1): Float32Array;
}

export function startCrew<T extends TaskOptions>(
  run: Run<T>,
  dataParallel: DataParallel,
  threads: number | undefined,
): Crew {
  const plan = runParts(run);
  const size = dataParallel.workers;
  const layout = sharedLayoutOf(plan, size);
  const workers = new WorkerCrew({
    run,
    layout,
    dataParallel,
    threads: threadsOfEach(threads, size),
    partsPerWorker: plan.parts / size,
  });
  const parameters = (side: 0 | 1) => layout.parameters(workers.memory, side);
  return { workers, layout, size, parameters };
}

/** `threads` are the run's: its processes share them. */
const threadsOfEach = (threads: number | undefined, workers: number): number =>
  Math.max(1, Math.floor((threads ?? availableParallelism()) / workers));

export interface SummedStepParts<T extends TaskOptions> extends StepParts<BatchOf<T>> {
  readonly run: Run<T>;
  readonly crew: Crew | undefined;
}

/**
 * Gradients of the batch's parts, added up, then one update: accumulation, the parts side by side on the threads, and on
 * several processes. The last sum is the update's, on all threads: of the processes, or else of the two halves of the parts.
 */
export function createSummedStep<T extends TaskOptions>(options: SummedStepParts<T>): StepEngine<BatchOf<T>> {
  const { run, shape, optimizer, state, baseFeeds, crew } = options;
  const processes = crew?.size ?? 1;
  const plan = runParts(run);
  const ownParts = plan.parts / processes;
  const terms = crew ? processes : 2;
  const update = Session.create(buildUpdateGraph(plan.layout, optimizer, terms), {
    threads: options.threads,
    flushDenormals: true,
    // A few milliseconds in which a thread is waited for two hundred times.
    spinMicros: 1_000,
  });
  const lanes = new GradientLanes({
    ...plan,
    seed: run.seed,
    threads: threadsOfEach(options.threads, processes),
    parts: ownParts,
  });
  const termTensors = createTermTensors(plan.layout);
  const shared = crew && sharedTerms(crew);

  return {
    async run({ batch, step, scalars }) {
      const totalWeight = shape.task.lossWeight(batch);
      const feeds = shape.task.cut!(batch, plan.parts).map((part) => plan.task.feeds(part));
      const common = {
        ...baseFeeds,
        ...state.parameterFeeds,
        total_weight: floats([], Float32Array.of(totalWeight)),
      };
      const own = feeds.slice(0, ownParts).map((partFeeds, part) => ({ part, feeds: partFeeds }));
      const request = { step, side: state.side, totalWeight };
      const others = crew?.workers.compute(feeds.slice(ownParts), request);
      // Should the leader's own part fail, the others are waited for below all the same.
      others?.catch(() => undefined);
      const sums = shared
        ? [await lanes.sum(own, { step, common, into: shared[0]! })]
        : await lanes.halves(own, { step, common });
      const losses = [...sums.map(({ loss }) => loss), ...((await others) ?? [])];
      const norm = floats([]);
      const inputs = {
        ...state.stretchFeeds,
        ...termTensors(shared ?? sums.map(({ memory }) => memory)),
        ...scalarTensors(scalars),
      };
      await update.run(update.plan(inputs, { gradient_norm: norm, ...state.stretchFetches }));
      if (!shared) for (const sum of sums) lanes.giveBack(sum);
      return { loss: sumByHalves(losses, (a, b) => Math.fround(a + b)), gradientNorm: norm.data[0]! };
    },
    async release() {
      await crew?.workers.release();
      lanes.release();
      update.release();
    },
  };
}

/** Where the processes write their gradients, the leader first. */
const sharedTerms = ({ layout, workers, size }: Crew): readonly Float32Array[] =>
  Array.from({ length: size }, (_, worker) => layout.gradients(workers.memory, worker));

/** The terms of each gradient's sum as inputs of the update. */
function createTermTensors(layout: MemoryLayout): (memories: readonly Float32Array[]) => HostTensors {
  // The memories are the same few at every step; their tensors are made once.
  const made = new WeakMap<Float32Array, HostTensors>();
  const tensorsOf = (memory: Float32Array): HostTensors => {
    const tensors = made.get(memory) ?? hostTensors(layout.stretchWindows(memory));
    made.set(memory, tensors);
    return tensors;
  };
  return (memories) =>
    Object.fromEntries(
      memories.flatMap((memory, term) =>
        Object.entries(tensorsOf(memory)).map(([name, tensor]) => [termName(name, term), tensor]),
      ),
    );
}
