import {
  type Projection,
  projectionDims,
  projectionName,
  projections,
} from '../architectures/llama-parameters.ts';
import { NeuralError } from '../errors.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';

/**
 * A low-rank change of some projections (Hu et al. 2021): y = x·Wᵀ + (alpha / rank)·(x·Aᵀ)·Bᵀ, A [rank, in], B [out, rank].
 * Tensors carry PEFT's names: `base_model.model.<projection>.lora_A.weight` and `lora_B`.
 */
export interface LoraAdapter {
  readonly rank: number;
  readonly alpha: number;
  readonly targets: readonly Projection[];
  readonly tensors: TensorMap;
}

export interface LoraOptions {
  readonly rank: number;
  readonly alpha: number;
  /** All seven projections by default. */
  readonly targets?: readonly Projection[];
}

export function loraName(layer: number, projection: Projection, part: 'A' | 'B'): string {
  return `base_model.model.${projectionName(layer, projection).replace(/\.weight$/, '')}.lora_${part}.weight`;
}

export interface LoraSite {
  readonly layer: number;
  readonly projection: Projection;
  readonly weightName: string;
  readonly a: { readonly name: string; readonly dims: readonly [number, number] };
  readonly b: { readonly name: string; readonly dims: readonly [number, number] };
}

/** Every place where an adapter of these targets changes the model. */
export function loraSites(
  config: ModelConfig,
  options: { rank: number; targets: readonly Projection[] },
): readonly LoraSite[] {
  const targets = projections.filter((projection) => options.targets.includes(projection));
  return Array.from({ length: config.layers }, (_, layer) =>
    targets.map((projection): LoraSite => {
      const [out, input] = projectionDims(config, projection);
      return {
        layer,
        projection,
        weightName: projectionName(layer, projection),
        a: { name: loraName(layer, projection, 'A'), dims: [options.rank, input] },
        b: { name: loraName(layer, projection, 'B'), dims: [out, options.rank] },
      };
    }),
  ).flat();
}

/** Throws `ADAPTER_INVALID`, naming the first tensor that is missing, extra or of another shape than the model needs. */
export function checkAdapter(config: ModelConfig, adapter: LoraAdapter): void {
  const expected = new Map(
    loraSites(config, adapter)
      .flatMap(({ a, b }) => [a, b])
      .map(({ name, dims }) => [name, dims]),
  );
  for (const [name, dims] of expected) {
    const tensor = adapter.tensors.get(name);
    if (tensor === undefined) throw invalid(`tensor ${name} is missing`);
    if (tensor.dims.length !== 2 || tensor.dims.some((dim, axis) => dim !== dims[axis])) {
      throw invalid(`tensor ${name} is [${tensor.dims}], the model needs [${dims}]`);
    }
  }
  const extra = [...adapter.tensors.keys()].find((name) => !expected.has(name));
  if (extra !== undefined) throw invalid(`tensor ${extra} belongs to no targeted projection`);
}

function invalid(problem: string): NeuralError {
  return new NeuralError('ADAPTER_INVALID', `adapter: ${problem}`, { details: { problem } });
}

/** W + (alpha / rank)·B·A for every targeted projection; the other tensors are shared with `weights`, not copied. */
export function mergeAdapter(options: {
  config: ModelConfig;
  weights: TensorMap;
  adapter: LoraAdapter;
}): TensorMap {
  const { config, weights, adapter } = options;
  checkAdapter(config, adapter);
  const merged = new Map(weights);
  for (const site of loraSites(config, adapter)) {
    const base = weights.get(site.weightName);
    const [a, b] = [adapter.tensors.get(site.a.name)!, adapter.tensors.get(site.b.name)!];
    if (base === undefined)
      throw new NeuralError('ADAPTER_INVALID', `the model has no tensor ${site.weightName}`);
    merged.set(site.weightName, addProduct(base, { a, b, scale: adapter.alpha / adapter.rank }));
  }
  return merged;
}

function addProduct(base: Tensor, low: { a: Tensor; b: Tensor; scale: number }): Tensor {
  const [out, input] = base.dims as [number, number];
  const rank = low.a.dims[0]!;
  const data = base.data.slice();
  for (let row = 0; row < out; row += 1) {
    for (let r = 0; r < rank; r += 1) {
      const factor = low.scale * low.b.data[row * rank + r]!;
      for (let column = 0; column < input; column += 1) {
        data[row * input + column]! += factor * low.a.data[r * input + column]!;
      }
    }
  }
  return { dims: base.dims, data };
}
