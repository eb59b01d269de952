import { createRandom } from '../random.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';

/** Norm gains start at one, biases at zero, matrices and tables (of embeddings) normally distributed; weight decay goes by kind. */
export type ParameterKind = 'matrix' | 'table' | 'gain' | 'bias';

export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly kind: ParameterKind;
}

/** Fresh tensors; each matrix or table is drawn from a stream of its own, by its place among the parameters. */
export function initializeParameters(
  specs: readonly ParameterSpec[],
  options: { readonly seed: number; readonly deviationOf: (name: string) => number },
): TensorMap {
  return new Map(
    specs.map((spec, index): [string, Tensor] => {
      const data = new Float32Array(elementCount(spec.dims));
      if (spec.kind === 'gain') data.fill(1);
      if (spec.kind === 'matrix' || spec.kind === 'table') {
        const random = createRandom(options.seed, index);
        const deviation = options.deviationOf(spec.name);
        for (let at = 0; at < data.length; at += 1) data[at] = random.normal() * deviation;
      }
      return [spec.name, { dims: spec.dims, data }];
    }),
  );
}
