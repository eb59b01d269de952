/** A dense float32 tensor, row major. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by the names Hugging Face gives them, for example `model.layers.0.self_attn.q_proj.weight`. */
export type TensorMap = ReadonlyMap<string, Tensor>;

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
