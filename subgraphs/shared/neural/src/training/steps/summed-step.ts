import { availableParallelism } from 'node:os';
import { floats, type HostTensors, hostTensors } from '../../runtime/host-tensor.ts';
import { Session } from '../../runtime/session.ts';
import { layOutTensors } from '../parameter-memory.ts';
import type { TrainingTask } from '../task.ts';
import { buildUpdateGraph, termName, trainableParameters } from '../training-graph.ts';
import type { StepParts } from './fused-step.ts';
import { GradientLanes } from './gradient-lanes.ts';
import { type StepEngine, scalarTensors } from './step-engine.ts';

export interface SummedStepParts<B> extends StepParts<B> {
  /** The batch is cut into so many parts. */
  readonly parts: number;
  /** The task for a batch of one part's size. */
  readonly partTask: TrainingTask<B>;
}

/** Gradients of the batch's parts, added up, then one update: accumulation, and the parts side by side on the threads. */
export function createSummedStep<B>(options: SummedStepParts<B>): StepEngine<B> {
  const { shape, optimizer, state, baseFeeds, seed, parts, partTask } = options;
  const threads = options.threads ?? availableParallelism();
  const update = Session.create(buildUpdateGraph(shape, optimizer, 1), { threads, flushDenormals: true });
  const layout = layOutTensors(trainableParameters(shape));
  const lanes = new GradientLanes({ shape: { ...shape, task: partTask }, layout, seed, threads, parts });

  return {
    async run({ batch, step, scalars }) {
      const common = {
        ...baseFeeds,
        ...state.parameterFeeds,
        total_weight: floats([], Float32Array.of(shape.task.lossWeight(batch))),
      };
      const cut = shape.task.cut!(batch, parts).map((part, index) => ({
        part: index,
        feeds: partTask.feeds(part),
      }));
      const sum = await lanes.sum(cut, { step, common });
      const gradients = hostTensors(layout.windows(sum.memory));
      const terms: HostTensors = Object.fromEntries(
        Object.entries(gradients).map(([name, tensor]) => [termName(name, 0), tensor]),
      );
      const norm = floats([]);
      const inputs = { ...state.feeds, ...terms, ...scalarTensors(scalars) };
      await update.run(update.plan(inputs, { gradient_norm: norm, ...state.fetches }));
      const { loss } = sum;
      lanes.giveBack(sum);
      return { loss, gradientNorm: norm.data[0]! };
    },
    async release() {
      lanes.release();
      update.release();
    },
  };
}
