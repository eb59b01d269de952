import type { Optimizer } from '../../optimizers/optimizer.ts';
import { floats, type HostTensors } from '../../runtime/host-tensor.ts';
import { Session } from '../../runtime/session.ts';
import { DropoutMasks } from '../dropout.ts';
import type { TrainingTask } from '../task.ts';
import { buildTrainingGraph, type TrainingShape } from '../training-graph.ts';
import type { TrainingState } from '../training-state.ts';
import { type StepEngine, scalarTensors } from './step-engine.ts';

export interface StepParts<B> {
  readonly shape: TrainingShape & { readonly task: TrainingTask<B> };
  readonly optimizer: Optimizer;
  readonly state: TrainingState;
  /** The frozen base of a LoRA run. */
  readonly baseFeeds: HostTensors;
  readonly seed: number;
  readonly threads: number | undefined;
}

/** Forward, backward and update as one graph: no gradient ever leaves it. */
export function createFusedStep<B>(parts: StepParts<B>): StepEngine<B> {
  const { shape, optimizer, state, baseFeeds, seed, threads } = parts;
  const graph = buildTrainingGraph(shape, optimizer);
  const session = Session.create(graph, { threads, flushDenormals: true });
  const masks = new DropoutMasks(graph, { rate: shape.dropout ?? 0, seed });
  return {
    async run({ batch, step, scalars }) {
      masks.fill({ step, part: 0 });
      const inputs = {
        ...shape.task.feeds(batch),
        ...masks.tensors,
        ...baseFeeds,
        ...state.feeds,
        ...scalarTensors(scalars),
      };
      const results = { loss: floats([]), gradient_norm: floats([]) };
      await session.run(session.plan(inputs, { ...results, ...state.fetches }));
      return { loss: results.loss.data[0]!, gradientNorm: results.gradient_norm.data[0]! };
    },
    async release() {
      session.release();
    },
  };
}
