import { headOf, type LlamaInputs, llamaHidden } from '../../architectures/llama.ts';
import { initializeLlama, llamaParameters } from '../../architectures/llama-parameters.ts';
import { linearCrossEntropy } from '../../autodiff/composites/linear-cross-entropy.ts';
import { checkModelConfig, type ModelConfig } from '../../models/model-config.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { floats, longs } from '../../runtime/host-tensor.ts';
import { checkTensors } from '../../weights/check-weights.ts';
import { type Batch, checkBatch, cutBatch } from '../batch.ts';
import type { TaskShape, TrainingTask, WriteOptions, WrittenTask } from '../task.ts';

/** A decoder learns the next token of packed rows. */
export function languageModelTask(config: ModelConfig, shape: TaskShape): TrainingTask<Batch> {
  checkModelConfig(config);
  const parameters = llamaParameters(config);
  const { batchSize, sequenceLength, longestSegment } = shape;
  const [grid, flat] = [[batchSize, sequenceLength], [batchSize * sequenceLength]];
  return {
    parameters,
    adaptable: config,
    initialize(seed, weights) {
      if (weights !== undefined) checkTensors(parameters, weights);
      return weights ?? initializeLlama(config, seed);
    },
    write: (builder, options) => write(builder, { config, grid, flat, longestSegment, ...options }),
    check: (batch) => checkBatch(batch, { ...shape, ...config }),
    feeds: (batch) => ({
      input_ids: longs(grid, batch.inputIds),
      segment_ids: longs(grid, batch.segmentIds),
      positions: longs(grid, batch.positions),
      targets: longs(flat, batch.targets),
      loss_weights: floats(flat, batch.lossWeights),
    }),
    cut: cutBatch,
    lossWeight: ({ lossWeights }) => lossWeights.reduce((total, weight) => total + weight, 0),
    measure: ({ lossWeights, targets }, results) => {
      const predicted = results['predicted']!.data as BigInt64Array;
      let [answerTokens, correct] = [0, 0];
      lossWeights.forEach((weight, at) => {
        if (weight < 1) return;
        answerTokens += 1;
        if (predicted[at] === targets[at]) correct += 1;
      });
      return { answerTokens, correct };
    },
  };
}

/** Measured: `per_token` [batch·time], nats, and `predicted` [batch·time] int64. */
function write(
  builder: GraphBuilder,
  options: WriteOptions & {
    readonly config: ModelConfig;
    readonly grid: readonly number[];
    readonly flat: readonly number[];
    readonly longestSegment: number | undefined;
  },
): WrittenTask {
  const { config, grid, flat, longestSegment, parameters, linear, dropout, totalWeight } = options;
  const inputs: LlamaInputs = {
    inputIds: builder.input('input_ids', 'int64', grid),
    segmentIds: builder.input('segment_ids', 'int64', grid),
    positions: builder.input('positions', 'int64', grid),
  };
  const targets = builder.input('targets', 'int64', flat);
  const weights = builder.input('loss_weights', 'float32', flat);
  const hidden = llamaHidden(builder, { config, parameters, inputs, longestSegment, linear, dropout });
  const { loss, perToken, predicted } = linearCrossEntropy(builder, hidden, {
    weight: headOf(config, parameters),
    targets,
    weights,
    ...(totalWeight === undefined ? {} : { totalWeight }),
  });
  return { loss, measured: { per_token: perToken, predicted } };
}
