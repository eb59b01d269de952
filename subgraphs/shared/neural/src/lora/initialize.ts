import { projections } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';
import { type LoraOptions, loraSites } from './adapter.ts';

/** A uniform in ±1/√in, B zero, as PEFT starts them: a fresh adapter changes nothing. */
export function initializeAdapter(
  config: ModelConfig,
  options: LoraOptions & { readonly seed: number },
): TensorMap {
  const sites = loraSites(config, { rank: options.rank, targets: options.targets ?? projections });
  return new Map(
    sites.flatMap(({ a, b }, index): [string, Tensor][] => {
      const random = createRandom(options.seed, index);
      const bound = 1 / Math.sqrt(a.dims[1]);
      const data = Float32Array.from({ length: elementCount(a.dims) }, () => (2 * random.next() - 1) * bound);
      return [
        [a.name, { dims: a.dims, data }],
        [b.name, { dims: b.dims, data: new Float32Array(elementCount(b.dims)) }],
      ];
    }),
  );
}
