import { createRandom } from '../random.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** Norm gains start at one and biases at zero, neither is decayed; matrices start normally distributed and are. */
  readonly kind: 'matrix' | 'gain' | 'bias';
}

/** Fresh tensors; each matrix is drawn from a stream of its own, by its place among the parameters. */
export function initializeParameters(
  specs: readonly ParameterSpec[],
  options: { readonly seed: number; readonly deviationOf: (name: string) => number },
): TensorMap {
  return new Map(
    specs.map((spec, index): [string, Tensor] => {
      const data = new Float32Array(elementCount(spec.dims));
      if (spec.kind === 'gain') data.fill(1);
      if (spec.kind === 'matrix') {
        const random = createRandom(options.seed, index);
        const deviation = options.deviationOf(spec.name);
        for (let at = 0; at < data.length; at += 1) data[at] = random.normal() * deviation;
      }
      return [spec.name, { dims: spec.dims, data }];
    }),
  );
}
