/**
 * The two kinds of model that read a whole text, as heads see them: an encoder, or a decoder without its language head.
 */
import type { EncoderConfig } from '../models/encoder-config.ts';
import { checkEncoderConfig } from '../models/encoder-config.ts';
import { checkModelConfig, type ModelConfig } from '../models/model-config.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { affine, bert, bertPooled } from './bert.ts';
import { bertParameters, initializeBert, linearParameters } from './bert-parameters.ts';
import { type Dropout, llamaHidden } from './llama.ts';
import { headName, initializeLlama, llamaParameters, scoreName } from './llama-parameters.ts';
import { initializeParameters, type ParameterSpec } from './parameters.ts';

export type TextModelConfig = EncoderConfig | ModelConfig;

export interface TextInputs {
  /** int64 [batch, time], one text a row */
  readonly inputIds: Value;
  /** int64 [batch, time]: 1 for the text's tokens, 0 for the padding after them */
  readonly segmentIds: Value;
  /** int64 [batch]: where each row's last token stands among all batch·time */
  readonly lastTokens: Value;
}

export interface TextOptions {
  readonly parameters: ReadonlyMap<string, Value>;
  readonly inputs: TextInputs;
  readonly dropout?: Dropout | undefined;
}

export interface TextModel {
  /** Of the body alone. */
  readonly parameters: readonly ParameterSpec[];
  /** What a classifier of so many classes adds to it, by the names that transformers gives it. */
  classifierParameters(classes: number): readonly ParameterSpec[];
  initialize(seed: number): TensorMap;
  /** [batch·time, hidden] */
  hidden(builder: GraphBuilder, options: TextOptions): Value;
  /** [batch, classes] */
  classes(builder: GraphBuilder, options: TextOptions): Value;
}

export function isEncoder(config: TextModelConfig): config is EncoderConfig {
  return config.family === 'bert';
}

export function textModel(config: TextModelConfig): TextModel {
  return isEncoder(config) ? encoderModel(config) : decoderModel(config);
}

/** `BertForSequenceClassification`: the pooled first token. */
function encoderModel(config: EncoderConfig): TextModel {
  checkEncoderConfig(config);
  const pooler = bertParameters(config, { pooler: true }).slice(
    bertParameters(config, { pooler: false }).length,
  );
  return {
    parameters: bertParameters(config, { pooler: false }),
    classifierParameters: (classes) => [
      ...pooler,
      ...linearParameters('classifier', [classes, config.hiddenSize]),
    ],
    initialize: (seed) => initializeBert(config, { pooler: false, seed }),
    hidden: (builder, options) => bert(builder, { config, ...options }),
    classes(builder, options) {
      const pooled = bertPooled(builder, bert(builder, { config, ...options }), { config, ...options });
      const kept = options.dropout?.(pooled, 'pooled') ?? pooled;
      return affine(builder, kept, { parameters: options.parameters, name: 'classifier' });
    },
  };
}

/** `LlamaForSequenceClassification` and its relatives': the last token, which has seen all others. */
function decoderModel(config: ModelConfig): TextModel {
  checkModelConfig(config);
  const hidden = (builder: GraphBuilder, { parameters, inputs, dropout }: TextOptions): Value => {
    const { inputIds, segmentIds } = inputs;
    const [batch, time] = inputIds.dims as [number, number];
    const data = BigInt64Array.from({ length: batch * time }, (_, at) => BigInt(at % time));
    const positions = builder.initializer('positions', { dims: [batch, time], data });
    return llamaHidden(builder, { config, parameters, inputs: { inputIds, segmentIds, positions }, dropout });
  };
  return {
    parameters: llamaParameters(config).filter(({ name }) => name !== headName),
    classifierParameters: (classes) => [
      { name: scoreName, dims: [classes, config.hiddenSize], kind: 'matrix' },
    ],
    initialize: (seed) => new Map([...initializeLlama(config, seed)].filter(([name]) => name !== headName)),
    hidden,
    classes: (builder, options) =>
      builder.gemm(
        builder.gather(hidden(builder, options), options.inputs.lastTokens),
        options.parameters.get(scoreName)!,
        { transB: true },
      ),
  };
}

/** A head drawn afresh; `seed` is the run's, the stream another than any of the body's. */
export function initializeHead(
  specs: readonly ParameterSpec[],
  options: { readonly config: TextModelConfig; readonly seed: number },
): TensorMap {
  const deviationOf = () => options.config.initializerRange;
  return initializeParameters(specs, { seed: options.seed ^ 0x68656164, deviationOf });
}
