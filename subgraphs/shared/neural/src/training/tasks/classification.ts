import { type TextModelConfig, textModel } from '../../architectures/text-model.ts';
import { crossEntropy } from '../../autodiff/composites/cross-entropy.ts';
import { NeuralError } from '../../errors.ts';
import { int } from '../../onnx/types.ts';
import { floats, longs } from '../../runtime/host-tensor.ts';
import type { TaskShape, TrainingTask } from '../task.ts';
import { checkLength, checkTextRows, cutTexts, invalid, type TextRows } from '../text-batch.ts';
import { declareTexts, startingWeights, textFeeds } from './text-inputs.ts';

export interface Classification {
  readonly kind: 'classification';
  /** Class i is `labels[i]`. */
  readonly labels: readonly string[];
}

export interface ClassificationBatch extends TextRows {
  /** int64 [batchSize]: each text's class */
  readonly classes: BigInt64Array;
  /** [batchSize]: 0 for a row without a text */
  readonly lossWeights: Float32Array;
}

/** A model learns which of several classes a text is of: cross-entropy over the classes. */
export function classificationTask(
  config: TextModelConfig,
  shape: TaskShape & { readonly labels: readonly string[] },
): TrainingTask<ClassificationBatch> {
  const { batchSize: rows, sequenceLength, labels } = shape;
  if (labels.length < 2 || new Set(labels).size !== labels.length)
    throw new NeuralError(
      'CONFIG_INVALID',
      `${labels.length} labels: at least two, all different, are needed`,
    );
  const grid = { rows, sequenceLength };
  const model = textModel(config);
  const head = model.classifierParameters(labels.length);
  return {
    parameters: [...model.parameters, ...head],
    initialize: (seed, weights) => startingWeights({ config, model, head, weights, seed }),
    write(builder, { parameters, dropout, totalWeight }) {
      const inputs = declareTexts(builder, grid);
      const targets = builder.input('classes', 'int64', [rows]);
      const weights = builder.input('loss_weights', 'float32', [rows]);
      const logits = model.classes(builder, { parameters, inputs, dropout });
      const weighing = { weights, ...(totalWeight === undefined ? {} : { totalWeight }) };
      const { loss } = crossEntropy(builder, logits, { targets, ...weighing });
      const predicted = builder.op('ArgMax', [logits], { attributes: { axis: int(-1), keepdims: int(0) } });
      return { loss, measured: { logits, predicted } };
    },
    check(batch) {
      checkTextRows(batch, { ...grid, vocabularySize: config.vocabularySize });
      checkLength('classes', batch.classes?.length, rows);
      checkLength('lossWeights', batch.lossWeights?.length, rows);
      const wrong = batch.classes.findIndex((id) => id < 0n || id >= BigInt(labels.length));
      if (wrong >= 0)
        throw invalid(`classes[${wrong}] is ${batch.classes[wrong]}, outside 0 to ${labels.length - 1}`);
    },
    feeds: (batch) => ({
      ...textFeeds(batch, grid),
      classes: longs([rows], batch.classes),
      loss_weights: floats([rows], batch.lossWeights),
    }),
    cut: (batch, parts) =>
      cutTexts(batch, parts).map((texts, part) => {
        const [from, to] = [part, part + 1].map((at) => (at * batch.classes.length) / parts);
        return {
          ...texts,
          classes: batch.classes.subarray(from, to),
          lossWeights: batch.lossWeights.subarray(from, to),
        };
      }),
    lossWeight: ({ lossWeights }) => lossWeights.reduce((total, weight) => total + weight, 0),
    measure: ({ classes, lossWeights }, results) => {
      const predicted = results['predicted']!.data as BigInt64Array;
      const asked = [...lossWeights.keys()].filter((row) => lossWeights[row]! > 0);
      const correct = asked.filter((row) => predicted[row] === classes[row]).length;
      return { answerTokens: asked.length, correct };
    },
  };
}
