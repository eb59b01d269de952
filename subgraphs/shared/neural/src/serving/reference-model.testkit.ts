import { llama } from '../architectures/llama.ts';
import { llamaParameters } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { hostTensors, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import type { TensorMap } from '../weights/tensor.ts';

/** The training architecture's forward pass over whole sequences, without a cache: what a decoder must agree with. */
export async function createReferenceModel(config: ModelConfig, weights: TensorMap) {
  const time = config.maxPositions;
  const builder = new GraphBuilder('reference');
  const inputs = {
    inputIds: builder.input('input_ids', 'int64', [1, time]),
    segmentIds: builder.input('segment_ids', 'int64', [1, time]),
    positions: builder.input('positions', 'int64', [1, time]),
  };
  const parameters = new Map(
    llamaParameters(config).map(({ name, dims }) => [name, builder.input(name, 'float32', dims)]),
  );
  builder.output('logits', llama(builder, { config, parameters, inputs }));
  const session = Session.create(builder.build(), { threads: 1 });
  const padded = (values: readonly number[]) =>
    longs(
      [1, time],
      BigInt64Array.from({ length: time }, (_, at) => BigInt(values[at] ?? 0)),
    );
  return {
    /** Logits after each token. */
    async logits(tokens: readonly number[]): Promise<Float32Array[]> {
      const result = await session.evaluate({
        ...hostTensors(weights),
        input_ids: padded(tokens),
        segment_ids: padded(tokens.map(() => 1)),
        positions: padded(tokens.map((_, at) => at)),
      });
      const all = result.logits!.data as Float32Array;
      return tokens.map((_, at) => all.slice(at * config.vocabularySize, (at + 1) * config.vocabularySize));
    },
    release: () => session.release(),
  };
}
