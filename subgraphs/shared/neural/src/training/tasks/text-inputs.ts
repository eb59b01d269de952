/** What every task over whole texts shares: its inputs in the graph, their feeds, and where its weights come from. */

import type { ParameterSpec } from '../../architectures/parameters.ts';
import {
  initializeHead,
  type TextInputs,
  type TextModel,
  type TextModelConfig,
} from '../../architectures/text-model.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { type HostTensors, longs } from '../../runtime/host-tensor.ts';
import { checkTensors } from '../../weights/check-weights.ts';
import type { TensorMap } from '../../weights/tensor.ts';
import { rowLengths, type TextRows } from '../text-batch.ts';

interface Grid {
  readonly rows: number;
  readonly sequenceLength: number;
}

export function declareTexts(builder: GraphBuilder, { rows, sequenceLength }: Grid): TextInputs {
  return {
    inputIds: builder.input('input_ids', 'int64', [rows, sequenceLength]),
    segmentIds: builder.input('segment_ids', 'int64', [rows, sequenceLength]),
    lastTokens: builder.input('last_tokens', 'int64', [rows]),
  };
}

export function textFeeds(texts: TextRows, { rows, sequenceLength }: Grid): HostTensors {
  const lengths = rowLengths(texts, sequenceLength);
  const last = lengths.map((length, row) => BigInt(row * sequenceLength + Math.max(0, length - 1)));
  return {
    input_ids: longs([rows, sequenceLength], texts.inputIds),
    segment_ids: longs([rows, sequenceLength], texts.segmentIds),
    last_tokens: longs([rows], BigInt64Array.from(last)),
  };
}

/**
 * The body as given or drawn, and the head as given or drawn. Tensors of another head than the task's (a language head, a
 * pooler that nothing reads) are left behind.
 */
export function startingWeights(options: {
  readonly config: TextModelConfig;
  readonly model: TextModel;
  readonly head: readonly ParameterSpec[];
  readonly weights: TensorMap | undefined;
  readonly seed: number;
}): TensorMap {
  const { model, head, weights, seed } = options;
  const drawn = initializeHead(head, options);
  if (weights === undefined) return new Map([...model.initialize(seed), ...drawn]);
  const pick = (specs: readonly ParameterSpec[]): TensorMap =>
    new Map(
      specs.flatMap(({ name }) => {
        const tensor = weights.get(name);
        return tensor === undefined ? [] : [[name, tensor] as const];
      }),
    );
  const start = new Map([...pick(model.parameters), ...drawn, ...pick(head)]);
  checkTensors([...model.parameters, ...head], start);
  return start;
}
