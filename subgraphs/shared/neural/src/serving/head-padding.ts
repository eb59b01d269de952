/**
 * ONNX Runtime's GroupQueryAttention takes heads whose size is a multiple of 16. A model with other heads is served with
 * zeros between its own elements, which changes no score and no output:
 *
 *   head of 6     a b c | d e f                         rotary turns a with d, b with e, c with f
 *   served as 16  a b c 0 0 0 0 0 | d e f 0 0 0 0 0     so each half is padded by itself
 *
 * Zero rows of q_proj, k_proj and v_proj make the zeros, zero columns of o_proj ignore them.
 */
import type { Projection } from '../architectures/llama-parameters.ts';
import { elementCount, type Tensor } from '../weights/tensor.ts';

export interface HeadSizes {
  /** Of the model. */
  readonly own: number;
  /** Of the graph. */
  readonly served: number;
}

export function servedHeadSize(headSize: number): number {
  return Math.ceil(headSize / 16) * 16;
}

/** `[heads · own, …]` -> `[heads · served, …]`: what a projection into heads gives, weight, bias or adapter. */
export function padHeadRows(tensor: Tensor, sizes: HeadSizes): Tensor {
  const [rows = 0, ...inner] = tensor.dims;
  const heads = rows / sizes.own;
  const data = spread(tensor.data, { ...sizes, heads, inner: elementCount(inner) });
  return { dims: [heads * sizes.served, ...inner], data };
}

/** `[out, heads · own]` -> `[out, heads · served]`: what reads from heads. */
export function padHeadColumns(tensor: Tensor, sizes: HeadSizes): Tensor {
  const [out, columns] = tensor.dims as [number, number];
  const heads = columns / sizes.own;
  const data = spread(tensor.data, { ...sizes, heads: out * heads, inner: 1 });
  return { dims: [out, heads * sizes.served], data };
}

/** A projection's weight or bias. */
export function padProjection(tensor: Tensor, projection: Projection, sizes: HeadSizes): Tensor {
  switch (projection) {
    case 'q_proj':
    case 'k_proj':
    case 'v_proj':
      return padHeadRows(tensor, sizes);
    case 'o_proj':
      return tensor.dims.length === 1 ? tensor : padHeadColumns(tensor, sizes);
    default:
      return tensor;
  }
}

/**
 * The gain and ε of a norm over one head. The mean over the served head is smaller by own / served, and with it the
 * divisor: x·w/√(Σx²/own + ε) = x·w·√(own/served)/√(Σx²/served + ε·own/served).
 */
export function padHeadNorm(
  gain: Tensor,
  options: HeadSizes & { readonly epsilon: number },
): { readonly gain: Tensor; readonly epsilon: number } {
  const share = options.own / options.served;
  const { dims, data } = padHeadRows(gain, options);
  return {
    gain: { dims, data: data.map((value) => value * Math.sqrt(share)) },
    epsilon: options.epsilon * share,
  };
}

/** cos or sin [positions, own / 2] -> [positions, served / 2]; what the zeros are turned by is of no matter. */
export function padRotaryTable(table: Float32Array, { own, served }: HeadSizes): Float32Array {
  return spread(table, { own, served, heads: table.length / (own / 2), inner: 1, halves: 1 });
}

/** [heads, own, inner] -> [heads, served, inner], each half of a head (or the only one) followed by its zeros. */
function spread(
  data: Float32Array,
  layout: HeadSizes & { readonly heads: number; readonly inner: number; readonly halves?: 1 | 2 },
): Float32Array {
  const { own, served, heads, inner, halves = 2 } = layout;
  if (served === own) return data;
  const [half, servedHalf] = [(own / 2) * inner, (served / 2) * inner];
  const padded = new Float32Array(heads * halves * servedHalf);
  for (let part = 0; part < heads * halves; part += 1)
    padded.set(data.subarray(part * half, (part + 1) * half), part * servedHalf);
  return padded;
}
