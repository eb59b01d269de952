import type { Attributes, Dimension, ElementType, Value } from './types.ts';

/**
 * What each operator makes of its operands' shapes. A rule throws a plain message; the builder adds the node's name.
 * Rules exist for the operators that this package writes; an operator without one is refused.
 */
export interface InferenceInput {
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
}
export interface InferredOutput {
  readonly type: ElementType;
  readonly dims: readonly Dimension[];
}
type Rule = (input: InferenceInput) => readonly InferredOutput[];

export function inferOutputs(opType: string, input: InferenceInput): readonly InferredOutput[] {
  const rule = rules[opType];
  if (rule === undefined) throw new Error(`no shape rule for operator ${opType}`);
  return rule(input);
}

export function showDims(dims: readonly Dimension[]): string {
  return `[${dims.join(', ')}]`;
}

/** Numpy's rule: aligned from the right, a 1 stretches. */
export function broadcastDims(a: readonly Dimension[], b: readonly Dimension[]): readonly Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1) return right;
    if (right === 1 || left === right) return left;
    throw new Error(`shapes ${showDims(a)} and ${showDims(b)} do not broadcast`);
  });
}

export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= rank) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return normalized;
}

const unary: Rule = ({ inputs }) => [need(inputs, 0)];
const elementwise: Rule = ({ inputs }) => {
  const [a, b] = [need(inputs, 0), need(inputs, 1)];
  if (a.type !== b.type) throw new Error(`operands are ${a.type} and ${b.type}`);
  return [{ type: a.type, dims: broadcastDims(a.dims, b.dims) }];
};
const comparison: Rule = (input) => [{ type: 'bool', dims: elementwise(input)[0]!.dims }];
const reduction: Rule = ({ inputs, attributes }) => {
  const x = need(inputs, 0);
  const axes = constantInts(inputs, 1) ?? x.dims.map((_, axis) => axis);
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, x.dims.length)));
  const keep = attributeInt(attributes, 'keepdims', 1) === 1;
  const dims = x.dims.flatMap((dim, axis) => (reduced.has(axis) ? (keep ? [1] : []) : [dim]));
  return [{ type: x.type, dims }];
};

const rules: Readonly<Record<string, Rule>> = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Div: elementwise,
  Pow: elementwise,
  Max: elementwise,
  Min: elementwise,
  And: elementwise,
  Equal: comparison,
  GreaterOrEqual: comparison,
  LessOrEqual: comparison,
  Greater: comparison,
  Neg: unary,
  Exp: unary,
  Log: unary,
  Sqrt: unary,
  Reciprocal: unary,
  Sigmoid: unary,
  Tanh: unary,
  Erf: unary,
  Gelu: unary,
  Relu: unary,
  Softmax: unary,
  LogSoftmax: unary,
  Identity: unary,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceLogSumExp: reduction,
  ReduceSumSquare: reduction,
  Sum: ({ inputs }) => {
    const first = need(inputs, 0);
    const dims = inputs.reduce<readonly Dimension[]>((all, value) => broadcastDims(all, value!.dims), []);
    return [{ type: first.type, dims }];
  },
  ArgMax: (input) => [{ type: 'int64', dims: argDims(input) }],
  Cast: ({ inputs, attributes }) => {
    const byCode: Readonly<Record<number, ElementType>> = {
      1: 'float32',
      6: 'int32',
      7: 'int64',
      9: 'bool',
      10: 'float16',
    };
    const code = attributeInt(attributes, 'to', 0);
    const type = byCode[code];
    if (type === undefined) throw new Error(`cannot cast to element type ${code}`);
    return [{ type, dims: need(inputs, 0).dims }];
  },
  Where: ({ inputs }) => {
    const [condition, a, b] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
    if (condition.type !== 'bool') throw new Error(`condition is ${condition.type}`);
    return [{ type: a.type, dims: broadcastDims(condition.dims, broadcastDims(a.dims, b.dims)) }];
  },
  MatMul: matMul,
  Gemm: ({ inputs, attributes }) => {
    const [a, b] = [need(inputs, 0), need(inputs, 1)];
    if (a.dims.length !== 2 || b.dims.length !== 2) {
      throw new Error(`operands must be matrices, not ${showDims(a.dims)} and ${showDims(b.dims)}`);
    }
    const left = attributeInt(attributes, 'transA', 0) === 1 ? [a.dims[1]!, a.dims[0]!] : a.dims;
    const right = attributeInt(attributes, 'transB', 0) === 1 ? [b.dims[1]!, b.dims[0]!] : b.dims;
    if (left[1] !== right[0])
      throw new Error(`inner dimensions of ${showDims(left)} and ${showDims(right)} differ`);
    return [{ type: a.type, dims: [left[0]!, right[1]!] }];
  },
  Transpose: ({ inputs, attributes }) => {
    const x = need(inputs, 0);
    const permutation = attributeInts(attributes, 'perm');
    if (
      [...permutation].sort((a, b) => a - b).some((axis, at) => axis !== at) ||
      permutation.length !== x.dims.length
    ) {
      throw new Error(`perm ${showDims(permutation)} does not fit ${showDims(x.dims)}`);
    }
    return [{ type: x.type, dims: permutation.map((axis) => x.dims[axis]!) }];
  },
  Reshape: ({ inputs }) => [
    { type: need(inputs, 0).type, dims: reshapeDims(need(inputs, 0), constantInts(inputs, 1)) },
  ],
  Expand: ({ inputs }) => {
    const target = constantInts(inputs, 1);
    if (target === undefined) throw new Error('the shape must be a constant');
    return [{ type: need(inputs, 0).type, dims: broadcastDims(need(inputs, 0).dims, target) }];
  },
  Unsqueeze: ({ inputs }) => {
    const [x, axes] = [need(inputs, 0), constantInts(inputs, 1)];
    if (axes?.length !== 1) throw new Error('one axis is expected');
    const axis = normalizeAxis(axes[0]!, x.dims.length + 1);
    return [{ type: x.type, dims: [...x.dims.slice(0, axis), 1, ...x.dims.slice(axis)] }];
  },
  Concat: ({ inputs, attributes }) => {
    const first = need(inputs, 0);
    const axis = normalizeAxis(attributeInt(attributes, 'axis', 0), first.dims.length);
    const sizes = inputs.map((value) => value!.dims[axis]!);
    const total = sizes.every((size) => typeof size === 'number')
      ? (sizes as number[]).reduce((sum, size) => sum + size, 0)
      : sizes.join('+');
    return [{ type: first.type, dims: first.dims.map((dim, at) => (at === axis ? total : dim)) }];
  },
  Slice: ({ inputs }) => {
    const x = need(inputs, 0);
    const [starts, ends, axes] = [constantInts(inputs, 1), constantInts(inputs, 2), constantInts(inputs, 3)];
    if (starts === undefined || ends === undefined || axes === undefined)
      throw new Error('bounds must be constants');
    const dims = [...x.dims];
    axes.forEach((axis, at) => {
      const size = dims[normalizeAxis(axis, dims.length)];
      if (typeof size !== 'number') throw new Error(`axis ${axis} has no known size`);
      const clamp = (bound: number): number => Math.min(size, Math.max(0, bound < 0 ? bound + size : bound));
      dims[normalizeAxis(axis, dims.length)] = Math.max(0, clamp(ends[at]!) - clamp(starts[at]!));
    });
    return [{ type: x.type, dims }];
  },
  Gather: ({ inputs, attributes }) => {
    const [data, indices] = [need(inputs, 0), need(inputs, 1)];
    const axis = normalizeAxis(attributeInt(attributes, 'axis', 0), data.dims.length);
    return [
      { type: data.type, dims: [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)] },
    ];
  },
  GatherND: ({ inputs, attributes }) => {
    const [data, indices] = [need(inputs, 0), need(inputs, 1)];
    const depth = indices.dims.at(-1);
    if (typeof depth !== 'number')
      throw new Error(`the last dimension of indices ${showDims(indices.dims)} is open`);
    const batchDims = attributeInt(attributes, 'batch_dims', 0);
    return [{ type: data.type, dims: [...indices.dims.slice(0, -1), ...data.dims.slice(batchDims + depth)] }];
  },
  GatherElements: ({ inputs }) => [{ type: need(inputs, 0).type, dims: need(inputs, 1).dims }],
  ScatterElements: ({ inputs }) => {
    const [data, indices, updates] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
    if (showDims(indices.dims) !== showDims(updates.dims)) {
      throw new Error(`indices ${showDims(indices.dims)} and updates ${showDims(updates.dims)} differ`);
    }
    return [{ type: data.type, dims: data.dims }];
  },
  /** inputs: data, indices [..., 1], updates; whole slices along the first axis */
  ScatterND: unary,
  RotaryEmbedding: unary,
  /**
   * inputs: query, key, value, mask; [batch, heads, time, size], or [batch, time, heads·size] with the numbers of heads as
   * attributes. outputs: the mixture, present_key, present_value, scores [batch, heads, queries, keys].
   */
  Attention: ({ inputs, attributes }) => {
    const [q, k, v, mask] = [need(inputs, 0), need(inputs, 1), need(inputs, 2), need(inputs, 3)];
    const isFlat = q.dims.length === 3;
    const heads = isFlat ? attributeInt(attributes, 'q_num_heads', 0) : q.dims[1]!;
    const scores = [q.dims[0]!, heads, q.dims.at(-2)!, k.dims.at(-2)!];
    broadcastDims(mask.dims, scores);
    if (String(v.dims) !== String(k.dims)) {
      throw new Error(`keys ${showDims(k.dims)} and values ${showDims(v.dims)} differ`);
    }
    return [
      { type: q.type, dims: q.dims },
      { type: k.type, dims: k.dims },
      { type: v.type, dims: v.dims },
      { type: q.type, dims: scores },
    ];
  },
  /** inputs: query, key, value, [bias], [key_padding_mask]; of one width */
  MultiHeadAttention: unary,
  SimplifiedLayerNormalization: ({ inputs }) => {
    const [x, scale] = [need(inputs, 0), need(inputs, 1)];
    if (scale.dims.length !== 1 || scale.dims[0] !== x.dims.at(-1)) {
      throw new Error(`scale ${showDims(scale.dims)} does not fit ${showDims(x.dims)}`);
    }
    return [
      { type: x.type, dims: x.dims },
      { type: x.type, dims: [...x.dims.slice(0, -1), 1] },
    ];
  },
  LayerNormalization: ({ inputs }) => {
    const [x, scale] = [need(inputs, 0), need(inputs, 1)];
    if (scale.dims.length !== 1 || scale.dims[0] !== x.dims.at(-1)) {
      throw new Error(`scale ${showDims(scale.dims)} does not fit ${showDims(x.dims)}`);
    }
    const rows = { type: x.type, dims: [...x.dims.slice(0, -1), 1] };
    return [{ type: x.type, dims: x.dims }, rows, rows];
  },
  /** inputs: packed query, key and value, -, -, past_key, past_value, … ; outputs: attention, present_key, present_value. */
  /** Queries, keys and values side by side in the first input, or each in its own. */
  GroupQueryAttention: ({ inputs, attributes }) => {
    const [queries, past] = [need(inputs, 0), need(inputs, 3)];
    const heads = attributeInt(attributes, 'num_heads', 0);
    const isPacked = inputs[1] === undefined;
    const width = heads + (isPacked ? 2 * attributeInt(attributes, 'kv_num_heads', 0) : 0);
    const [last, headSize] = [queries.dims.at(-1), past.dims.at(-1)];
    if (typeof headSize !== 'number' || last !== width * headSize) {
      throw new Error(`${showDims(queries.dims)} does not pack ${width} heads of ${headSize}`);
    }
    const output = { type: queries.type, dims: [...queries.dims.slice(0, -1), heads * headSize] };
    return [output, past, need(inputs, 4)];
  },
  Split: ({ inputs, attributes }) => {
    const [x, sizes] = [need(inputs, 0), constantInts(inputs, 1)];
    const axis = normalizeAxis(attributeInt(attributes, 'axis', 0), x.dims.length);
    if (sizes === undefined || sizes.reduce((sum, size) => sum + size, 0) !== x.dims[axis]) {
      throw new Error(`sizes ${sizes} do not add up to ${x.dims[axis]}`);
    }
    return sizes.map((size) => ({ type: x.type, dims: x.dims.map((dim, at) => (at === axis ? size : dim)) }));
  },
  DynamicQuantizeMatMul: (input) => [{ type: 'float32', dims: matMul(input)[0]!.dims }],
  /** outputs: the values as uint8, their scale, their zero point. */
  DynamicQuantizeLinear: ({ inputs }) => [
    { type: 'uint8', dims: need(inputs, 0).dims },
    { type: 'float32', dims: [] },
    { type: 'uint8', dims: [] },
  ],
  MatMulInteger: (input) => [{ type: 'int32', dims: matMul(input)[0]!.dims }],
  /** x·Wᵀ with W [N, K] in blocks of few bits. */
  MatMulNBits: ({ inputs, attributes }) => {
    const [x, packed] = [need(inputs, 0), need(inputs, 1)];
    const [k, n] = [attributeInt(attributes, 'K', 0), attributeInt(attributes, 'N', 0)];
    if (x.dims.at(-1) !== k || packed.dims[0] !== n) {
      throw new Error(`weights of ${n} by ${k} do not fit ${showDims(x.dims)} and ${showDims(packed.dims)}`);
    }
    return [{ type: x.type, dims: [...x.dims.slice(0, -1), n] }];
  },
  Shape: ({ inputs }) => [{ type: 'int64', dims: [need(inputs, 0).dims.length] }],
  Range: ({ inputs }) => [{ type: need(inputs, 0).type, dims: [`${need(inputs, 1).name}_range`] }],
};

function matMul({ inputs }: InferenceInput): readonly InferredOutput[] {
  const [a, b] = [need(inputs, 0), need(inputs, 1)];
  if (a.dims.length < 2 || b.dims.length < 2) throw new Error('operands must have at least two dimensions');
  if (a.dims.at(-1) !== b.dims.at(-2)) {
    throw new Error(`inner dimensions of ${showDims(a.dims)} and ${showDims(b.dims)} differ`);
  }
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  return [{ type: a.type, dims: [...batch, a.dims.at(-2)!, b.dims.at(-1)!] }];
}

function argDims({ inputs, attributes }: InferenceInput): readonly Dimension[] {
  const x = need(inputs, 0);
  const axis = normalizeAxis(attributeInt(attributes, 'axis', 0), x.dims.length);
  const keep = attributeInt(attributes, 'keepdims', 1) === 1;
  return x.dims.flatMap((dim, at) => (at === axis ? (keep ? [1] : []) : [dim]));
}

function reshapeDims(x: Value, target: readonly number[] | undefined): readonly Dimension[] {
  if (target === undefined) throw new Error('the shape must be a constant');
  const dims = target.map((dim, axis) => (dim === 0 ? x.dims[axis]! : dim));
  const elements = product(x.dims);
  const known = product(dims.filter((dim) => dim !== -1));
  const open = dims.indexOf(-1);
  if (elements === undefined || known === undefined) {
    return dims.map((dim) => (dim === -1 ? `${x.name}_rest` : dim));
  }
  if (open >= 0 ? elements % known !== 0 : elements !== known) {
    throw new Error(`${showDims(x.dims)} does not reshape to ${showDims(target)}`);
  }
  return dims.map((dim) => (dim === -1 ? elements / known : dim));
}

/** Undefined when a dimension is symbolic. */
function product(dims: readonly Dimension[]): number | undefined {
  let total = 1;
  for (const dim of dims) {
    if (typeof dim !== 'number') return undefined;
    total *= dim;
  }
  return total;
}

function need(inputs: readonly (Value | undefined)[], at: number): Value {
  const value = inputs[at];
  if (value === undefined) throw new Error(`operand ${at} is missing`);
  return value;
}

function constantInts(inputs: readonly (Value | undefined)[], at: number): readonly number[] | undefined {
  const data = inputs[at]?.constant;
  return data instanceof BigInt64Array ? Array.from(data, Number) : undefined;
}

export function attributeInt(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'int' ? attribute.value : fallback;
}

export function attributeInts(attributes: Attributes, name: string): readonly number[] {
  const attribute = attributes[name];
  if (attribute?.kind !== 'ints') throw new Error(`attribute ${name} is missing`);
  return attribute.value;
}
