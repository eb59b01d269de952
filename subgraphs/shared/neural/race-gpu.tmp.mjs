// subgraphs/shared/neural/src/errors.ts
var NeuralError = class extends Error {
  code;
  details;
  constructor(code, message, options = {}) {
    super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.name = "NeuralError";
    this.code = code;
    this.details = options.details ?? {};
  }
};

// subgraphs/shared/neural/src/models/model-config.ts
import { z as z3 } from "zod";

// subgraphs/shared/neural/src/models/decoder-families.ts
var decoderFamilies = ["llama", "mistral", "qwen2", "qwen3"];

// subgraphs/shared/neural/src/models/rope-scaling.ts
import { z } from "zod";
var factor = z.number().min(1);
var positions = z.number().int().positive();
var common = { rope_theta: z.number().positive().optional() };
var huggingFaceScaling = z.discriminatedUnion("rope_type", [
  z.strictObject({ ...common, rope_type: z.literal("default") }),
  z.strictObject({ ...common, rope_type: z.literal("linear"), factor }),
  z.strictObject({
    ...common,
    rope_type: z.literal("dynamic"),
    factor,
    original_max_position_embeddings: positions.nullish()
  }),
  z.strictObject({
    ...common,
    rope_type: z.literal("llama3"),
    factor,
    low_freq_factor: z.number().positive(),
    high_freq_factor: z.number().positive(),
    original_max_position_embeddings: positions
  }),
  z.strictObject({
    ...common,
    rope_type: z.literal("yarn"),
    factor,
    original_max_position_embeddings: positions.nullish(),
    beta_fast: z.number().positive().nullish(),
    beta_slow: z.number().positive().nullish(),
    attention_factor: z.number().positive().nullish(),
    truncate: z.boolean().default(true)
  })
]);
var ropeJson = z.preprocess((json) => {
  if (typeof json !== "object" || json === null) return json;
  const { type, ...rest } = json;
  return { ...rest, rope_type: rest["rope_type"] ?? type ?? "default" };
}, huggingFaceScaling);

// subgraphs/shared/neural/src/models/sliding-window.ts
import { z as z2 } from "zod";
var count = z2.number().int().positive();
var slidingWindowFields = {
  sliding_window: count.nullish(),
  use_sliding_window: z2.boolean().default(false),
  max_window_layers: z2.number().int().nonnegative().default(28),
  layer_types: z2.array(z2.enum(["full_attention", "sliding_attention"])).nullish()
};

// subgraphs/shared/neural/src/models/model-config.ts
var count2 = z3.number().int().positive().max(2 ** 31);
var tokenId = z3.number().int().nonnegative();
var huggingFaceConfig = z3.object({
  model_type: z3.enum(decoderFamilies),
  vocab_size: count2,
  hidden_size: count2,
  num_hidden_layers: count2,
  num_attention_heads: count2,
  num_key_value_heads: count2.nullish(),
  head_dim: count2.nullish(),
  intermediate_size: count2,
  max_position_embeddings: count2,
  rope_theta: z3.number().positive().nullish(),
  rms_norm_eps: z3.number().positive().default(1e-6),
  tie_word_embeddings: z3.boolean().default(false),
  initializer_range: z3.number().positive().default(0.02),
  hidden_act: z3.literal("silu").default("silu"),
  attention_bias: z3.boolean().default(false),
  mlp_bias: z3.boolean().default(false),
  partial_rotary_factor: z3.literal(1).nullish(),
  /** transformers 4 */
  rope_scaling: ropeJson.nullish(),
  /** transformers 5 */
  rope_parameters: ropeJson.nullish(),
  ...slidingWindowFields,
  bos_token_id: tokenId.nullish(),
  eos_token_id: z3.union([tokenId, z3.array(tokenId)]).nullish()
});
var biasesOf = {
  llama: [void 0, "qkvo"],
  mistral: [void 0],
  qwen2: ["qkv"],
  qwen3: [void 0, "qkvo"]
};
function checkModelConfig(config2) {
  const { family = "llama", attentionBias } = config2;
  const problems = [
    config2.heads % config2.keyValueHeads === 0 || `${config2.heads} heads do not divide over ${config2.keyValueHeads} key heads`,
    Number.isInteger(config2.headSize) && config2.headSize % 2 === 0 || `head size ${config2.headSize} is not an even number`,
    (config2.eosTokenId ?? 0) < config2.vocabularySize || `eos token ${config2.eosTokenId} is outside the vocabulary`,
    (config2.bosTokenId ?? 0) < config2.vocabularySize || `bos token ${config2.bosTokenId} is outside the vocabulary`,
    biasesOf[family].includes(attentionBias) || `${family} has ${biasesOf[family].map((bias) => bias ?? "no").join(" or ")} attention biases`,
    config2.feedForwardBias === void 0 || family === "llama" || `${family} has no biases in its feed-forward layers`,
    config2.queryKeyNorm === true === (family === "qwen3") || `${family} ${family === "qwen3" ? "normalises" : "does not normalise"} queries and keys`,
    config2.slidingWindow === void 0 || family !== "llama" || "llama has no sliding window"
  ].filter((problem) => typeof problem === "string");
  if (problems.length > 0) throw invalidConfig(problems);
  return config2;
}
function invalidConfig(problems) {
  return new NeuralError("CONFIG_INVALID", `config.json: ${problems.join("; ")}`, { details: { problems } });
}

// subgraphs/shared/neural/src/onnx/shape-inference.ts
function inferOutputs(opType, input) {
  const rule = rules[opType];
  if (rule === void 0) throw new Error(`no shape rule for operator ${opType}`);
  return rule(input);
}
function showDims(dims) {
  return `[${dims.join(", ")}]`;
}
function broadcastDims(a, b) {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1) return right;
    if (right === 1 || left === right) return left;
    throw new Error(`shapes ${showDims(a)} and ${showDims(b)} do not broadcast`);
  });
}
function normalizeAxis(axis, rank) {
  const normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= rank) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return normalized;
}
var unary = ({ inputs }) => [need(inputs, 0)];
var elementwise = ({ inputs }) => {
  const [a, b] = [need(inputs, 0), need(inputs, 1)];
  if (a.type !== b.type) throw new Error(`operands are ${a.type} and ${b.type}`);
  return [{ type: a.type, dims: broadcastDims(a.dims, b.dims) }];
};
var comparison = (input) => [{ type: "bool", dims: elementwise(input)[0].dims }];
var reduction = ({ inputs, attributes }) => {
  const x = need(inputs, 0);
  const axes = constantInts(inputs, 1) ?? x.dims.map((_, axis) => axis);
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, x.dims.length)));
  const keep = attributeInt(attributes, "keepdims", 1) === 1;
  const dims = x.dims.flatMap((dim, axis) => reduced.has(axis) ? keep ? [1] : [] : [dim]);
  return [{ type: x.type, dims }];
};
var rules = {
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
    const dims = inputs.reduce((all, value) => broadcastDims(all, value.dims), []);
    return [{ type: first.type, dims }];
  },
  ArgMax: (input) => [{ type: "int64", dims: argDims(input) }],
  Cast: ({ inputs, attributes }) => {
    const byCode = {
      1: "float32",
      6: "int32",
      7: "int64",
      9: "bool",
      10: "float16"
    };
    const code = attributeInt(attributes, "to", 0);
    const type = byCode[code];
    if (type === void 0) throw new Error(`cannot cast to element type ${code}`);
    return [{ type, dims: need(inputs, 0).dims }];
  },
  Where: ({ inputs }) => {
    const [condition, a, b] = [need(inputs, 0), need(inputs, 1), need(inputs, 2)];
    if (condition.type !== "bool") throw new Error(`condition is ${condition.type}`);
    return [{ type: a.type, dims: broadcastDims(condition.dims, broadcastDims(a.dims, b.dims)) }];
  },
  MatMul: matMul,
  Gemm: ({ inputs, attributes }) => {
    const [a, b] = [need(inputs, 0), need(inputs, 1)];
    if (a.dims.length !== 2 || b.dims.length !== 2) {
      throw new Error(`operands must be matrices, not ${showDims(a.dims)} and ${showDims(b.dims)}`);
    }
    const left = attributeInt(attributes, "transA", 0) === 1 ? [a.dims[1], a.dims[0]] : a.dims;
    const right = attributeInt(attributes, "transB", 0) === 1 ? [b.dims[1], b.dims[0]] : b.dims;
    if (left[1] !== right[0])
      throw new Error(`inner dimensions of ${showDims(left)} and ${showDims(right)} differ`);
    return [{ type: a.type, dims: [left[0], right[1]] }];
  },
  Transpose: ({ inputs, attributes }) => {
    const x = need(inputs, 0);
    const permutation = attributeInts(attributes, "perm");
    if ([...permutation].sort((a, b) => a - b).some((axis, at) => axis !== at) || permutation.length !== x.dims.length) {
      throw new Error(`perm ${showDims(permutation)} does not fit ${showDims(x.dims)}`);
    }
    return [{ type: x.type, dims: permutation.map((axis) => x.dims[axis]) }];
  },
  Reshape: ({ inputs }) => [
    { type: need(inputs, 0).type, dims: reshapeDims(need(inputs, 0), constantInts(inputs, 1)) }
  ],
  Expand: ({ inputs }) => {
    const target = constantInts(inputs, 1);
    if (target === void 0) throw new Error("the shape must be a constant");
    return [{ type: need(inputs, 0).type, dims: broadcastDims(need(inputs, 0).dims, target) }];
  },
  Unsqueeze: ({ inputs }) => {
    const [x, axes] = [need(inputs, 0), constantInts(inputs, 1)];
    if (axes?.length !== 1) throw new Error("one axis is expected");
    const axis = normalizeAxis(axes[0], x.dims.length + 1);
    return [{ type: x.type, dims: [...x.dims.slice(0, axis), 1, ...x.dims.slice(axis)] }];
  },
  Concat: ({ inputs, attributes }) => {
    const first = need(inputs, 0);
    const axis = normalizeAxis(attributeInt(attributes, "axis", 0), first.dims.length);
    const sizes = inputs.map((value) => value.dims[axis]);
    const total = sizes.every((size) => typeof size === "number") ? sizes.reduce((sum, size) => sum + size, 0) : sizes.join("+");
    return [{ type: first.type, dims: first.dims.map((dim, at) => at === axis ? total : dim) }];
  },
  Slice: ({ inputs }) => {
    const x = need(inputs, 0);
    const [starts, ends, axes] = [constantInts(inputs, 1), constantInts(inputs, 2), constantInts(inputs, 3)];
    if (starts === void 0 || ends === void 0 || axes === void 0)
      throw new Error("bounds must be constants");
    const dims = [...x.dims];
    axes.forEach((axis, at) => {
      const size = dims[normalizeAxis(axis, dims.length)];
      if (typeof size !== "number") throw new Error(`axis ${axis} has no known size`);
      const clamp = (bound) => Math.min(size, Math.max(0, bound < 0 ? bound + size : bound));
      dims[normalizeAxis(axis, dims.length)] = Math.max(0, clamp(ends[at]) - clamp(starts[at]));
    });
    return [{ type: x.type, dims }];
  },
  Gather: ({ inputs, attributes }) => {
    const [data, indices] = [need(inputs, 0), need(inputs, 1)];
    const axis = normalizeAxis(attributeInt(attributes, "axis", 0), data.dims.length);
    return [
      { type: data.type, dims: [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)] }
    ];
  },
  GatherND: ({ inputs, attributes }) => {
    const [data, indices] = [need(inputs, 0), need(inputs, 1)];
    const depth = indices.dims.at(-1);
    if (typeof depth !== "number")
      throw new Error(`the last dimension of indices ${showDims(indices.dims)} is open`);
    const batchDims = attributeInt(attributes, "batch_dims", 0);
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
    const heads = isFlat ? attributeInt(attributes, "q_num_heads", 0) : q.dims[1];
    const scores = [q.dims[0], heads, q.dims.at(-2), k.dims.at(-2)];
    broadcastDims(mask.dims, scores);
    if (String(v.dims) !== String(k.dims)) {
      throw new Error(`keys ${showDims(k.dims)} and values ${showDims(v.dims)} differ`);
    }
    return [
      { type: q.type, dims: q.dims },
      { type: k.type, dims: k.dims },
      { type: v.type, dims: v.dims },
      { type: q.type, dims: scores }
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
      { type: x.type, dims: [...x.dims.slice(0, -1), 1] }
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
    const heads = attributeInt(attributes, "num_heads", 0);
    const isPacked = inputs[1] === void 0;
    const width = heads + (isPacked ? 2 * attributeInt(attributes, "kv_num_heads", 0) : 0);
    const [last, headSize] = [queries.dims.at(-1), past.dims.at(-1)];
    if (typeof headSize !== "number" || last !== width * headSize) {
      throw new Error(`${showDims(queries.dims)} does not pack ${width} heads of ${headSize}`);
    }
    const output = { type: queries.type, dims: [...queries.dims.slice(0, -1), heads * headSize] };
    return [output, past, need(inputs, 4)];
  },
  Split: ({ inputs, attributes }) => {
    const [x, sizes] = [need(inputs, 0), constantInts(inputs, 1)];
    const axis = normalizeAxis(attributeInt(attributes, "axis", 0), x.dims.length);
    if (sizes === void 0 || sizes.reduce((sum, size) => sum + size, 0) !== x.dims[axis]) {
      throw new Error(`sizes ${sizes} do not add up to ${x.dims[axis]}`);
    }
    return sizes.map((size) => ({ type: x.type, dims: x.dims.map((dim, at) => at === axis ? size : dim) }));
  },
  DynamicQuantizeMatMul: (input) => [{ type: "float32", dims: matMul(input)[0].dims }],
  /** outputs: the values as uint8, their scale, their zero point. */
  DynamicQuantizeLinear: ({ inputs }) => [
    { type: "uint8", dims: need(inputs, 0).dims },
    { type: "float32", dims: [] },
    { type: "uint8", dims: [] }
  ],
  MatMulInteger: (input) => [{ type: "int32", dims: matMul(input)[0].dims }],
  /** x·Wᵀ with W [N, K] in blocks of few bits. */
  MatMulNBits: ({ inputs, attributes }) => {
    const [x, packed] = [need(inputs, 0), need(inputs, 1)];
    const [k, n] = [attributeInt(attributes, "K", 0), attributeInt(attributes, "N", 0)];
    if (x.dims.at(-1) !== k || packed.dims[0] !== n) {
      throw new Error(`weights of ${n} by ${k} do not fit ${showDims(x.dims)} and ${showDims(packed.dims)}`);
    }
    return [{ type: x.type, dims: [...x.dims.slice(0, -1), n] }];
  },
  Shape: ({ inputs }) => [{ type: "int64", dims: [need(inputs, 0).dims.length] }],
  Range: ({ inputs }) => [{ type: need(inputs, 0).type, dims: [`${need(inputs, 1).name}_range`] }]
};
function matMul({ inputs }) {
  const [a, b] = [need(inputs, 0), need(inputs, 1)];
  if (a.dims.length < 2 || b.dims.length < 2) throw new Error("operands must have at least two dimensions");
  if (a.dims.at(-1) !== b.dims.at(-2)) {
    throw new Error(`inner dimensions of ${showDims(a.dims)} and ${showDims(b.dims)} differ`);
  }
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  return [{ type: a.type, dims: [...batch, a.dims.at(-2), b.dims.at(-1)] }];
}
function argDims({ inputs, attributes }) {
  const x = need(inputs, 0);
  const axis = normalizeAxis(attributeInt(attributes, "axis", 0), x.dims.length);
  const keep = attributeInt(attributes, "keepdims", 1) === 1;
  return x.dims.flatMap((dim, at) => at === axis ? keep ? [1] : [] : [dim]);
}
function reshapeDims(x, target) {
  if (target === void 0) throw new Error("the shape must be a constant");
  const dims = target.map((dim, axis) => dim === 0 ? x.dims[axis] : dim);
  const elements = product(x.dims);
  const known = product(dims.filter((dim) => dim !== -1));
  const open = dims.indexOf(-1);
  if (elements === void 0 || known === void 0) {
    return dims.map((dim) => dim === -1 ? `${x.name}_rest` : dim);
  }
  if (open >= 0 ? elements % known !== 0 : elements !== known) {
    throw new Error(`${showDims(x.dims)} does not reshape to ${showDims(target)}`);
  }
  return dims.map((dim) => dim === -1 ? elements / known : dim);
}
function product(dims) {
  let total = 1;
  for (const dim of dims) {
    if (typeof dim !== "number") return void 0;
    total *= dim;
  }
  return total;
}
function need(inputs, at) {
  const value = inputs[at];
  if (value === void 0) throw new Error(`operand ${at} is missing`);
  return value;
}
function constantInts(inputs, at) {
  const data = inputs[at]?.constant;
  return data instanceof BigInt64Array ? Array.from(data, Number) : void 0;
}
function attributeInt(attributes, name, fallback) {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}
function attributeInts(attributes, name) {
  const attribute = attributes[name];
  if (attribute?.kind !== "ints") throw new Error(`attribute ${name} is missing`);
  return attribute.value;
}

// subgraphs/shared/neural/src/onnx/types.ts
var elementTypeCodes = {
  float32: 1,
  float16: 10,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9
};
function elementTypeOf(data) {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}
var int = (value) => ({ kind: "int", value });
var float = (value) => ({ kind: "float", value });
var ints = (value) => ({ kind: "ints", value });

// subgraphs/shared/neural/src/onnx/graph-builder.ts
var GraphBuilder = class {
  #name;
  #inputs = [];
  #outputs = [];
  #initializers = [];
  #nodes = [];
  #calls = [];
  #names;
  #shared = /* @__PURE__ */ new Map();
  #scope = [];
  #compositeDepth = 0;
  /** `taken`: names that values have which it does not write. */
  constructor(name, { taken = [] } = {}) {
    this.#name = name;
    this.#names = new Set(taken);
  }
  get calls() {
    return this.#calls;
  }
  get nodeCount() {
    return this.#nodes.length;
  }
  input(name, type, dims) {
    const value = { name: this.#claim(name), type, dims };
    this.#inputs.push(value);
    return value;
  }
  /** A value stored in the model itself. */
  initializer(name, options) {
    const { dims, data } = options;
    const elements = dims.reduce((total, dim) => total * dim, 1);
    if (elements !== data.length) {
      throw new NeuralError(
        "GRAPH_INVALID",
        `initializer ${name}: ${data.length} elements for ${showDims(dims)}`
      );
    }
    const value = { name: this.#claim(name), type: elementTypeOf(data), dims, constant: data };
    this.#initializers.push(value);
    return value;
  }
  scalar(value) {
    return this.#sharedConstant(`scalar_${value}`, [], Float32Array.of(value));
  }
  integers(values) {
    return this.#sharedConstant(
      `ints_${values.join("_")}`,
      [values.length],
      BigInt64Array.from(values, BigInt)
    );
  }
  integer(value) {
    return this.#sharedConstant(`int_${value}`, [], BigInt64Array.of(BigInt(value)));
  }
  /** The operator's first output. */
  op(opType, inputs, options = {}) {
    return this.ops(opType, inputs, options)[0];
  }
  /** What the operator writes, without the outputs that are left out. */
  ops(opType, inputs, options = {}) {
    const {
      attributes = {},
      domain = "",
      outputNames = [],
      outputCount = Math.max(1, outputNames.length),
      omittedOutputs = []
    } = options;
    const name = this.#claim([...this.#scope, opType].join("/"));
    const slots = this.#infer(name, opType, { inputs, attributes }).slice(0, outputCount).map(({ type, dims }, at) => {
      if (omittedOutputs.includes(at)) return void 0;
      const wanted = outputNames[at] ?? (at === 0 ? `${name}_out` : `${name}_out_${at}`);
      return { name: this.#claim(wanted), type, dims };
    });
    const outputs = slots.filter((value) => value !== void 0);
    this.#nodes.push({ name, opType, domain, inputs, outputs: slots, attributes });
    if (this.#compositeDepth === 0) this.#calls.push({ kind: opType, name, inputs, outputs, attributes });
    return outputs;
  }
  /** Several operators that count as one step for differentiation. */
  composite(kind, inputs, write, attributes = {}) {
    this.#compositeDepth += 1;
    const outputs = this.scope(kind, write);
    this.#compositeDepth -= 1;
    if (this.#compositeDepth === 0) {
      this.#calls.push({ kind, name: [...this.#scope, kind].join("/"), inputs, outputs, attributes });
    }
    return outputs;
  }
  /** Nodes written inside carry the scope's name: an error or a profile then says which layer. */
  scope(name, write) {
    this.#scope.push(name);
    try {
      return write();
    } finally {
      this.#scope.pop();
    }
  }
  output(name, value) {
    const renamed = { name: this.#claim(name), type: value.type, dims: value.dims };
    this.#nodes.push({
      name: `${renamed.name}/output`,
      opType: "Identity",
      domain: "",
      inputs: [value],
      outputs: [renamed],
      attributes: {}
    });
    this.#outputs.push(renamed);
    return renamed;
  }
  /** Makes a named output of an operator an output of the graph as it is. */
  exposeOutput(value) {
    this.#outputs.push(value);
  }
  /** States the dimensions of a value where inference only knows that they are open; a known one must agree. */
  named(value, dims) {
    const contradicts = dims.some((dim, axis) => {
      const known = value.dims[axis];
      return typeof known === "number" && typeof dim === "number" && known !== dim;
    });
    if (dims.length !== value.dims.length || contradicts) {
      throw new NeuralError(
        "GRAPH_INVALID",
        `${value.name} is ${showDims(value.dims)}, not ${showDims(dims)}`
      );
    }
    return { ...value, dims };
  }
  build() {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.#nodes
    };
  }
  // The shorthands below are the vocabulary that architectures and gradient rules are written in.
  add(a, b) {
    return this.op("Add", [a, b]);
  }
  sub(a, b) {
    return this.op("Sub", [a, b]);
  }
  mul(a, b) {
    return this.op("Mul", [a, b]);
  }
  scale(x, factor2) {
    return this.mul(x, this.scalar(factor2));
  }
  matMul(a, b) {
    return this.op("MatMul", [a, b]);
  }
  gemm(a, b, options = {}) {
    const attributes = { transA: int(options.transA ? 1 : 0), transB: int(options.transB ? 1 : 0) };
    return this.op("Gemm", [a, b], { attributes });
  }
  reshape(x, dims) {
    if (x.dims.join() === dims.join()) return x;
    return this.op("Reshape", [x, this.integers(dims)]);
  }
  transpose(x, permutation) {
    return this.op("Transpose", [x], { attributes: { perm: ints(permutation) } });
  }
  reduce(kind, x, axes, keepDims = true) {
    return this.op(kind, [x, this.integers(axes)], { attributes: { keepdims: int(keepDims ? 1 : 0) } });
  }
  softmax(x) {
    return this.op("Softmax", [x], { attributes: { axis: int(-1) } });
  }
  gather(data, indices, axis = 0) {
    return this.op("Gather", [data, indices], { attributes: { axis: int(axis) } });
  }
  concat(values, axis) {
    return this.op("Concat", values, { attributes: { axis: int(axis) } });
  }
  #infer(name, opType, input) {
    try {
      return inferOutputs(opType, input);
    } catch (error) {
      const axis = attributeInt(input.attributes, "axis", 0);
      const operands = input.inputs.map(
        (value) => value === void 0 ? "-" : `${value.name} ${showDims(value.dims)}`
      );
      throw new NeuralError(
        "GRAPH_INVALID",
        `node ${name}: ${error.message} (operands ${operands.join(", ")}${axis === 0 ? "" : `, axis ${axis}`})`,
        { cause: error, details: { node: name, operator: opType } }
      );
    }
  }
  #sharedConstant(key, dims, data) {
    const existing = this.#shared.get(key);
    if (existing !== void 0) return existing;
    const created = this.initializer(key, { dims, data });
    this.#shared.set(key, created);
    return created;
  }
  #claim(wanted) {
    let name = wanted;
    for (let suffix = 1; this.#names.has(name); suffix += 1) name = `${wanted}_${suffix}`;
    this.#names.add(name);
    return name;
  }
};

// subgraphs/shared/neural/src/weights/tensor.ts
function elementCount(dims) {
  return dims.reduce((product2, dim) => product2 * dim, 1);
}

// subgraphs/shared/neural/src/runtime/ort-library.ts
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// subgraphs/shared/neural/src/runtime/native-libraries.ts
import koffi from "koffi";
var stackBytes = 8 * 2 ** 20;
koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes });

// subgraphs/shared/neural/src/runtime/ort-library.ts
var apiVersion = 24;
var pointerBytes = koffi.sizeof("void *");
var cTypes = {
  pointer: "void *",
  text: "const char *",
  /** ORTCHAR_T: two bytes a character on Windows. */
  path: process.platform === "win32" ? "const char16_t *" : "const char *",
  int: "int",
  size: "size_t",
  int64: "int64_t"
};
var calls = {
  CreateEnv: [3, ["int", "text", "pointer"]],
  CreateSession: [7, ["pointer", "path", "pointer", "pointer"]],
  CreateSessionFromArray: [8, ["pointer", "pointer", "size", "pointer", "pointer"]],
  Run: [9, ["pointer", "pointer", "pointer", "pointer", "size", "pointer", "size", "pointer"]],
  CreateSessionOptions: [10, ["pointer"]],
  SetSessionGraphOptimizationLevel: [23, ["pointer", "int"]],
  SetIntraOpNumThreads: [24, ["pointer", "int"]],
  SetInterOpNumThreads: [25, ["pointer", "int"]],
  CreateRunOptions: [39, ["pointer"]],
  RunOptionsSetTerminate: [46, ["pointer"]],
  CreateTensorAsOrtValue: [48, ["pointer", "pointer", "size", "int", "pointer"]],
  CreateTensorWithDataAsOrtValue: [49, ["pointer", "pointer", "size", "pointer", "size", "int", "pointer"]],
  GetTensorMutableData: [51, ["pointer", "pointer"]],
  CreateMemoryInfo: [68, ["text", "int", "int", "int", "pointer"]],
  CreateCpuMemoryInfo: [69, ["int", "int", "pointer"]],
  GetAvailableProviders: [125, ["pointer", "pointer"]],
  ReleaseAvailableProviders: [126, ["pointer", "int"]],
  AddSessionConfigEntry: [130, ["pointer", "text", "text"]],
  CreateAllocator: [131, ["pointer", "pointer", "pointer"]],
  RunWithBinding: [133, ["pointer", "pointer", "pointer"]],
  CreateIoBinding: [134, ["pointer", "pointer"]],
  BindInput: [136, ["pointer", "text", "pointer"]],
  BindOutput: [137, ["pointer", "text", "pointer"]],
  AddExternalInitializers: [210, ["pointer", "pointer", "pointer", "size"]],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, ["pointer", "pointer"]],
  CreateCUDAProviderOptions: [205, ["pointer"]],
  UpdateCUDAProviderOptions: [206, ["pointer", "pointer", "pointer", "size"]],
  SessionOptionsAppendExecutionProvider: [216, ["pointer", "text", "pointer", "pointer", "size"]],
  Session_GetEpGraphAssignmentInfo: [407, ["pointer", "pointer", "pointer"]],
  EpAssignedSubgraph_GetEpName: [408, ["pointer", "pointer"]],
  EpAssignedSubgraph_GetNodes: [409, ["pointer", "pointer", "pointer"]],
  EpAssignedNode_GetOperatorType: [412, ["pointer", "pointer"]]
};
var releases = {
  ReleaseStatus: 93,
  ReleaseMemoryInfo: 94,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseSessionOptions: 100,
  ReleaseAllocator: 132,
  ReleaseIoBinding: 135,
  ReleaseCUDAProviderOptions: 208
};
var opened;
var loaded;
function ortLibrary() {
  opened ??= openLibrary(locateLibrary());
  return opened;
}
function locateLibrary() {
  const root = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const names = { linux: "libonnxruntime.so.1", darwin: "libonnxruntime.1.dylib", win32: "onnxruntime.dll" };
  const name = names[process.platform];
  const path = join(root, "bin", "napi-v6", process.platform, process.arch, name ?? "");
  if (name === void 0 || !existsSync(path)) {
    throw new NeuralError(
      "RUNTIME_FAILED",
      `onnxruntime-node brings no library for ${process.platform} ${process.arch} (looked for ${path})`
    );
  }
  return path;
}
function openLibrary(path) {
  loaded = koffi.load(path);
  const base = loaded.func("void *OrtGetApiBase()")();
  const getApi = koffi.decode(readPointer(base, 0), koffi.proto("void *(uint32_t)"));
  const getVersion = koffi.decode(readPointer(base, 1), koffi.proto("const char *()"));
  const api = getApi(apiVersion);
  const getErrorMessage = koffi.decode(readPointer(api, 2), koffi.proto("const char *(void *)"));
  const release = Object.fromEntries(
    Object.entries(releases).map(([name, position]) => [
      name,
      koffi.decode(readPointer(api, position), koffi.proto("void (void *)"))
    ])
  );
  const functions = Object.fromEntries(
    Object.entries(calls).map(([name, [position, parameters]]) => {
      const types = parameters.map((type) => cTypes[type]).join(", ");
      return [name, koffi.decode(readPointer(api, position), koffi.proto(`void *(${types})`))];
    })
  );
  const check = (name, status) => {
    if (status === null || status === 0n) return;
    const message = String(getErrorMessage(status));
    release.ReleaseStatus(status);
    throw new NeuralError("RUNTIME_FAILED", `ONNX Runtime: ${message}`, { details: { function: name } });
  };
  const call = (name, ...args) => check(name, functions[name](...args));
  const callInBackground = (name, ...args) => new Promise((resolve, reject) => {
    functions[name].async(...args, (error, status) => {
      try {
        if (error) throw error;
        check(name, status);
        resolve();
      } catch (failure) {
        reject(failure);
      }
    });
  });
  const create = (name, ...args) => {
    const result = new BigUint64Array(1);
    call(name, ...args, result);
    return result[0];
  };
  const environment = create("CreateEnv", 4, "fathom");
  return {
    version: String(getVersion()),
    call,
    callInBackground,
    create,
    release: (name, pointer) => release[name](pointer),
    environment,
    cpuMemory: create("CreateCpuMemoryInfo", 1, 0)
  };
}
var readPointers = (address, count4) => Array.from({ length: count4 }, (_, position) => readPointer(address, position));
var readCString = (address) => koffi.decode(address, "char", -1);
function readPointer(address, position) {
  return koffi.decode(address, position * pointerBytes, "void *");
}
function addressOf(data) {
  return koffi.address(data);
}

// subgraphs/shared/neural/src/runtime/execution-provider.ts
var cpu = { kind: "cpu" };
function appendProvider(ort, settings, provider2) {
  switch (provider2.kind) {
    case "cpu":
      return;
    case "webgpu":
      ort.call("SessionOptionsAppendExecutionProvider", settings, "WebGPU", null, null, 0);
      return;
    case "cuda":
      appendCuda(ort, settings, provider2);
      return;
  }
}
function appendCuda(ort, settings, { index, memoryBytes }) {
  const options = ort.create("CreateCUDAProviderOptions");
  try {
    const entries = {
      device_id: String(index),
      // Grows by what is asked for: the default doubles, and so takes memory that nobody uses.
      arena_extend_strategy: "kSameAsRequested",
      ...memoryBytes === void 0 ? {} : { gpu_mem_limit: String(memoryBytes) }
    };
    const [names, values] = [Object.keys(entries), Object.values(entries)].map(
      (texts) => texts.map((text) => Buffer.from(`${text}\0`))
    );
    ort.call(
      "UpdateCUDAProviderOptions",
      options,
      BigUint64Array.from(names, addressOf),
      BigUint64Array.from(values, addressOf),
      names.length
    );
    ort.call("SessionOptionsAppendExecutionProvider_CUDA_V2", settings, options);
  } finally {
    ort.release("ReleaseCUDAProviderOptions", options);
  }
}
function createMemoryInfo(ort, provider2) {
  switch (provider2.kind) {
    case "cpu":
      return ort.create("CreateCpuMemoryInfo", 0, 0);
    case "webgpu":
      return ort.create("CreateMemoryInfo", "WebGPU_Buffer", 0, 0, 0);
    case "cuda":
      return ort.create("CreateMemoryInfo", "Cuda", 0, provider2.index, 0);
  }
}

// subgraphs/shared/neural/src/runtime/host-tensor.ts
var handles = new FinalizationRegistry((handle) => ortLibrary().release("ReleaseValue", handle));
var HostTensor = class {
  dims;
  data;
  /** The OrtValue over this memory. */
  handle;
  constructor(dims, data) {
    if (elementCount(dims) !== data.length) {
      throw new NeuralError("GRAPH_INVALID", `tensor [${dims}] cannot hold ${data.length} elements`);
    }
    this.dims = dims;
    this.data = data;
    const shape = BigInt64Array.from(dims, BigInt);
    const type = elementTypeCodes[elementTypeOf(data)];
    const memory = data.length === 0 ? addressOf(emptyMemory) : addressOf(data);
    this.handle = ortLibrary().create(
      "CreateTensorWithDataAsOrtValue",
      ortLibrary().cpuMemory,
      memory,
      data.byteLength,
      shape,
      shape.length,
      type
    );
    handles.register(this, this.handle);
  }
};
var emptyMemory = new Float32Array(16);
function floats(dims, data = new Float32Array(elementCount(dims))) {
  return new HostTensor(dims, data);
}
function longs(dims, data) {
  return new HostTensor(dims, data);
}
function allocate(type, dims) {
  const count4 = elementCount(dims);
  switch (type) {
    case "float32":
      return new HostTensor(dims, new Float32Array(count4));
    case "int64":
      return new HostTensor(dims, new BigInt64Array(count4));
    case "int32":
      return new HostTensor(dims, new Int32Array(count4));
    case "int8":
      return new HostTensor(dims, new Int8Array(count4));
    default:
      throw new NeuralError("GRAPH_INVALID", `a ${type} cannot be an output`);
  }
}

// subgraphs/shared/neural/src/runtime/session.ts
import { setImmediate } from "node:timers/promises";

// subgraphs/shared/neural/src/files.ts
function bytesOf(data) {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

// subgraphs/shared/neural/src/onnx/protobuf.ts
var ProtobufWriter = class _ProtobufWriter {
  #chunks = [];
  #length = 0;
  get length() {
    return this.#length;
  }
  int(field, value) {
    return this.#append(varint(field << 3 | 0)).#append(varint(value));
  }
  float(field, value) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(varint(field << 3 | 5)).#append(bytes);
  }
  string(field, value) {
    return this.bytes(field, new TextEncoder().encode(value));
  }
  bytes(field, value) {
    return this.#append(varint(field << 3 | 2)).#append(varint(value.byteLength)).#append(value);
  }
  message(field, write) {
    const inner = new _ProtobufWriter();
    write(inner);
    this.#append(varint(field << 3 | 2)).#append(varint(inner.length));
    for (const chunk of inner.#chunks) this.#append(chunk);
    return this;
  }
  /** Fields that are encoded already. */
  encoded(fields) {
    return this.#append(fields);
  }
  finish() {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return out;
  }
  #append(chunk) {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    return this;
  }
};
function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

// subgraphs/shared/neural/src/onnx/encode-model.ts
var onnxOpset = 23;
var irVersion = 11;
var maxModelBytes = 2 ** 31 - 1;
var externalLocation = 1;
function encodeModelWithData(graph, external) {
  const data = [];
  let offset = 0;
  const model = encode(graph, (writer, value) => {
    const bytes = bytesOf(constantOf(value));
    if (bytes.byteLength < external.minBytes) return writer.bytes(9, bytes);
    writeReference(writer, { fileName: external.fileName, offset, length: bytes.byteLength });
    data.push(bytes);
    offset += bytes.byteLength;
    return writer;
  });
  return { model, data };
}
function writeReference(writer, {
  fileName,
  offset,
  length
}) {
  const entries = { location: fileName, offset: `${offset}`, length: `${length}` };
  for (const [key, text] of Object.entries(entries))
    writer.message(13, (entry) => entry.string(1, key).string(2, text));
  writer.int(14, externalLocation);
}
function encode(graph, writeData) {
  const writer = new ProtobufWriter().int(1, irVersion).string(2, "fathom").message(7, (message) => writeGraph(message, graph, writeData));
  const domains = /* @__PURE__ */ new Set(["", ...graph.nodes.map((node) => node.domain)]);
  for (const domain of domains) {
    writer.message(8, (opset) => opset.string(1, domain).int(2, domain === "" ? onnxOpset : 1));
  }
  if (writer.length > maxModelBytes) {
    throw new NeuralError(
      "GRAPH_INVALID",
      `graph ${graph.name} takes ${writer.length} bytes; an ONNX model in one piece holds at most ${maxModelBytes}`
    );
  }
  return writer.finish();
}
function writeGraph(writer, graph, writeData) {
  for (const node of graph.nodes) writer.message(1, (message) => writeNode(message, node));
  writer.string(2, graph.name);
  for (const value of graph.initializers)
    writer.message(5, (message) => writeTensor(message, value, writeData));
  for (const value of graph.inputs) writer.message(11, (message) => writeValueInfo(message, value));
  for (const value of graph.outputs) writer.message(12, (message) => writeValueInfo(message, value));
}
function writeNode(writer, node) {
  for (const input of node.inputs) writer.string(1, input?.name ?? "");
  for (const output of node.outputs) writer.string(2, output?.name ?? "");
  writer.string(3, node.name).string(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (message) => writeAttribute(message.string(1, name), attribute));
  }
  writer.string(7, node.domain);
}
function writeAttribute(writer, attribute) {
  switch (attribute.kind) {
    case "float":
      writer.float(2, attribute.value).int(20, 1);
      return;
    case "int":
      writer.int(3, attribute.value).int(20, 2);
      return;
    case "string":
      writer.string(4, attribute.value).int(20, 3);
      return;
    case "ints":
      for (const value of attribute.value) writer.int(8, value);
      writer.int(20, 7);
  }
}
function writeTensor(writer, value, writeData) {
  for (const dim of value.dims) writer.int(1, dim);
  writeData(writer.int(2, elementTypeCodes[value.type]).string(8, value.name), value);
}
function constantOf(value) {
  if (value.constant === void 0)
    throw new NeuralError("GRAPH_INVALID", `initializer ${value.name} has no data`);
  return value.constant;
}
function writeValueInfo(writer, value) {
  writer.string(1, value.name).message(
    2,
    (type) => type.message(
      1,
      (tensor) => tensor.int(1, elementTypeCodes[value.type]).message(2, (shape) => {
        for (const dim of value.dims) {
          shape.message(1, (message) => {
            if (typeof dim === "number") message.int(1, dim);
            else message.string(2, dim);
          });
        }
      })
    )
  );
}

// subgraphs/shared/neural/src/runtime/bound-run.ts
var BoundRun = class {
  #session;
  #binding;
  #options;
  /** Whoever holds the run holds the host's memory in it. */
  #held;
  #running;
  #released = false;
  constructor(session, inputs, outputs) {
    const ort = ortLibrary();
    this.#session = session;
    this.#held = [inputs, outputs];
    this.#binding = ort.create("CreateIoBinding", session);
    this.#options = ort.create("CreateRunOptions");
    try {
      this.#bind(inputs);
      for (const [name, { handle }] of Object.entries(outputs))
        ort.call("BindOutput", this.#binding, name, handle);
    } catch (error) {
      this.#free();
      throw error;
    }
  }
  /**
   * Resolves when the outputs are written; another thread runs meanwhile, so that this one has its messages and timers.
   * `changed` are inputs to bind again, because what they hold has changed. Throws `RUNTIME_FAILED`.
   */
  async run(changed = {}) {
    this.#begin(changed);
    const ort = ortLibrary();
    this.#running = ort.callInBackground("RunWithBinding", this.#session, this.#options, this.#binding);
    try {
      await this.#running;
    } finally {
      this.#running = void 0;
    }
  }
  /** The same in this thread, for what takes no time. */
  runNow(changed = {}) {
    this.#begin(changed);
    ortLibrary().call("RunWithBinding", this.#session, this.#options, this.#binding);
  }
  /** Ends a run that is under way, between two of its operators; it is rejected. Resolves when it has ended. */
  async release() {
    if (this.#released) return;
    this.#released = true;
    if (this.#running) {
      ortLibrary().call("RunOptionsSetTerminate", this.#options);
      await this.#running.catch(() => void 0);
    }
    this.#free();
  }
  /** Of a run that is not under way. */
  releaseNow() {
    if (this.#released) return;
    this.#released = true;
    this.#free();
  }
  #begin(changed) {
    if (this.#released) throw new NeuralError("SESSION_RELEASED", "the run was released");
    this.#bind(changed);
    this.#held[0] = { ...this.#held[0], ...changed };
  }
  #bind(inputs) {
    const ort = ortLibrary();
    for (const [name, { handle }] of Object.entries(inputs))
      ort.call("BindInput", this.#binding, name, handle);
  }
  #free() {
    const ort = ortLibrary();
    ort.release("ReleaseIoBinding", this.#binding);
    ort.release("ReleaseRunOptions", this.#options);
  }
};

// subgraphs/shared/neural/src/runtime/placement.ts
function operatorsOnProcessor(ort, session) {
  const found = /* @__PURE__ */ new Set();
  for (const part of list(ort, "Session_GetEpGraphAssignmentInfo", session)) {
    if (readCString(ort.create("EpAssignedSubgraph_GetEpName", part)) !== "CPUExecutionProvider") continue;
    for (const node of list(ort, "EpAssignedSubgraph_GetNodes", part))
      found.add(readCString(ort.create("EpAssignedNode_GetOperatorType", node)));
  }
  return [...found].sort();
}
function list(ort, call, of) {
  const [first, count4] = [new BigUint64Array(1), new BigUint64Array(1)];
  ort.call(call, of, first, count4);
  return readPointers(first[0], Number(count4[0]));
}

// subgraphs/shared/neural/src/runtime/session.ts
var optimizeAll = 99;
var leastWeightBytes = 1024;
var Session = class _Session {
  #handle;
  #graph;
  /** Every input's and output's name as C reads it. */
  #names;
  #released = false;
  static create(graph, options = {}) {
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs.map((value) => value?.name)));
    const initializers = graph.initializers.filter(({ name }) => read.has(name));
    const weights = initializers.filter(({ constant }) => (constant?.byteLength ?? 0) >= leastWeightBytes);
    const external = { fileName: "memory", minBytes: leastWeightBytes };
    const { model } = encodeModelWithData({ ...graph, initializers }, external);
    const handle = withSettings(options, (ort, settings) => {
      handOver(ort, settings, weights);
      return ort.create("CreateSessionFromArray", ort.environment, model, model.byteLength, settings);
    });
    return new _Session(graph, handle);
  }
  /** A model that lies in a file, with its weights in it or in files beside it. `declared` says what it takes and gives. */
  static open(path, declared, options = {}) {
    const handle = withSettings(
      options,
      (ort, settings) => ort.create("CreateSession", ort.environment, path, settings)
    );
    return new _Session(declared, handle);
  }
  /**
   * Takes over a session that another thread of this process made: a session is the process's, and holds its weights itself.
   * This thread must have opened ONNX Runtime (`ortLibrary`) while the other one still had it.
   */
  static attach({ handle, ...declared }) {
    return new _Session(declared, handle);
  }
  /** A model in memory, with weights in files of a folder. */
  static openEdited({ model, folder }, declared, options = {}) {
    const handle = withSettings(options, (ort, settings) => {
      ort.call(
        "AddSessionConfigEntry",
        settings,
        "session.model_external_initializers_file_folder_path",
        folder
      );
      return ort.create("CreateSessionFromArray", ort.environment, model, model.byteLength, settings);
    });
    return new _Session(declared, handle);
  }
  constructor(graph, handle) {
    this.#graph = graph;
    this.#handle = handle;
    const values = [...graph.inputs, ...graph.outputs];
    this.#names = new Map(values.map(({ name }) => [name, Buffer.from(`${name}\0`, "utf8")]));
  }
  /** Outputs may be the very tensors that are inputs; an operator that works in place then does so. */
  plan(inputs, outputs) {
    this.#checkInputs(inputs);
    return {
      inputNames: this.#addresses(Object.keys(inputs)),
      inputs: BigUint64Array.from(Object.values(inputs), (tensor) => tensor.handle),
      outputNames: this.#addresses(Object.keys(outputs)),
      outputs: BigUint64Array.from(Object.values(outputs), (tensor) => tensor.handle),
      tensors: [inputs, outputs]
    };
  }
  /**
   * Lets the thread's other work come first (messages, timers), then blocks until the graph is done: a loop of runs does
   * not starve the event loop. Throws `RUNTIME_FAILED`.
   */
  async run(plan) {
    await setImmediate();
    this.runNow(plan);
  }
  /** The same without letting anything come first, for a thread that has a turn of its own between its runs. */
  runNow(plan) {
    this.#checkLive();
    ortLibrary().call("Run", ...this.#arguments(plan));
  }
  /**
   * On another thread, so that several plans of one session run at once. The pool has four threads. Denormals are what
   * they are there: `flushDenormals` reaches the thread that created the session only.
   */
  async runInBackground(plan) {
    this.#checkLive();
    await ortLibrary().callInBackground("Run", ...this.#arguments(plan));
  }
  /** A run with tensors on the session's device among its own: see `bound-run.ts`. Whoever takes it releases it. */
  bind(inputs, outputs) {
    this.#checkLive();
    this.#checkInputs(inputs);
    return new BoundRun(this.#handle, inputs, outputs);
  }
  /** An allocator of the session's device; whoever takes it releases it, before the session. */
  createAllocator(memoryInfo) {
    this.#checkLive();
    return ortLibrary().create("CreateAllocator", this.#handle, memoryInfo);
  }
  /** Types of operators that its device does not run; only of a session that `recordsPlacement`. */
  leftToProcessor() {
    this.#checkLive();
    return operatorsOnProcessor(ortLibrary(), this.#handle);
  }
  /** One run with fresh memory for every output; their shapes must be static. */
  async evaluate(inputs) {
    const outputs = Object.fromEntries(
      this.#graph.outputs.map((value) => [value.name, allocate(value.type, staticDims(value))])
    );
    await this.run(this.plan(inputs, outputs));
    return outputs;
  }
  release() {
    if (this.#released) return;
    this.#released = true;
    ortLibrary().release("ReleaseSession", this.#handle);
  }
  /** Gives the session away: whoever attaches it releases it. */
  detach() {
    this.#checkLive();
    this.#released = true;
    const named = ({ name: name2, type, dims }) => ({ name: name2, type, dims });
    const { name, inputs, outputs } = this.#graph;
    return { name, inputs: inputs.map(named), outputs: outputs.map(named), handle: this.#handle };
  }
  #checkInputs(inputs) {
    const missing = this.#graph.inputs.find(({ name }) => inputs[name] === void 0);
    if (missing !== void 0)
      throw new NeuralError("RUNTIME_FAILED", `${this.#graph.name}: input ${missing.name} is missing`);
  }
  #checkLive() {
    if (this.#released)
      throw new NeuralError("SESSION_RELEASED", `the session of graph ${this.#graph.name} was released`);
  }
  #arguments({ inputNames, inputs, outputNames, outputs }) {
    const { length } = inputs;
    return [
      this.#handle,
      null,
      inputNames,
      inputs,
      length,
      outputNames,
      outputNames.length,
      outputs
    ];
  }
  #addresses(names) {
    return BigUint64Array.from(names, (name) => {
      const text = this.#names.get(name);
      if (text === void 0)
        throw new NeuralError("RUNTIME_FAILED", `${this.#graph.name} has no value named ${name}`);
      return addressOf(text);
    });
  }
};
function withSettings(options, create) {
  const ort = ortLibrary();
  const settings = ort.create("CreateSessionOptions");
  try {
    ort.call("SetSessionGraphOptimizationLevel", settings, optimizeAll);
    if (options.threads !== void 0) ort.call("SetIntraOpNumThreads", settings, options.threads);
    ort.call("SetInterOpNumThreads", settings, 1);
    ort.call("AddSessionConfigEntry", settings, "session.intra_op.allow_spinning", options.spin ? "1" : "0");
    if (options.spin) ort.call("AddSessionConfigEntry", settings, "session.force_spinning_stop", "1");
    if (options.flushDenormals)
      ort.call("AddSessionConfigEntry", settings, "session.set_denormal_as_zero", "1");
    if (options.recordsPlacement)
      ort.call("AddSessionConfigEntry", settings, "session.record_ep_graph_assignment_info", "1");
    if (options.isWhollyOnDevice)
      ort.call("AddSessionConfigEntry", settings, "session.disable_cpu_ep_fallback", "1");
    appendProvider(ort, settings, options.provider ?? cpu);
    return create(ort, settings);
  } finally {
    ort.release("ReleaseSessionOptions", settings);
  }
}
function handOver(ort, settings, weights) {
  if (weights.length === 0) return;
  const names = weights.map(({ name }) => Buffer.from(`${name}\0`, "utf8"));
  const tensors = weights.map(
    ({ dims, constant }) => new HostTensor(dims, constant)
  );
  ort.call(
    "AddExternalInitializers",
    settings,
    BigUint64Array.from(names, addressOf),
    BigUint64Array.from(tensors, ({ handle }) => handle),
    weights.length
  );
}
function staticDims({ name, dims }) {
  return dims.map((dim) => {
    if (typeof dim === "number") return dim;
    throw new NeuralError(
      "RUNTIME_FAILED",
      `output ${name} has the open dimension ${dim}; give memory for it`
    );
  });
}

// subgraphs/shared/neural/src/runtime/device-memory.ts
var elementBytes = { float32: 4, float16: 2 };
var DeviceMemory = class {
  #copies;
  #info;
  #allocator;
  /** Views come after what they are views of, and are released before it. */
  #values = [];
  #bytes = 0;
  #released = false;
  constructor(provider2) {
    const ort = ortLibrary();
    const builder = new GraphBuilder("copy");
    builder.output("to", builder.input("from", "float32", ["n"]));
    this.#copies = Session.create(builder.build(), { provider: provider2, threads: 1 });
    this.#info = createMemoryInfo(ort, provider2);
    try {
      this.#allocator = this.#copies.createAllocator(this.#info);
    } catch (error) {
      ort.release("ReleaseMemoryInfo", this.#info);
      this.#copies.release();
      throw error;
    }
  }
  /** Of all its tensors. */
  get bytes() {
    return this.#bytes;
  }
  /** Its content is undefined. Throws `MEMORY_INSUFFICIENT` if the device has no more. */
  allocate(dims, type = "float32") {
    this.#checkLive();
    const bytes = elementCount(dims) * elementBytes[type];
    try {
      const shape = BigInt64Array.from(dims, BigInt);
      const handle = ortLibrary().create(
        "CreateTensorAsOrtValue",
        this.#allocator,
        shape,
        shape.length,
        elementTypeCodes[type]
      );
      this.#values.push(handle);
      const tensor = { type, dims, handle };
      if (type === "float32") this.upload(tensor, new Float32Array(Math.min(4, elementCount(dims))));
      this.#bytes += bytes;
      return tensor;
    } catch (cause) {
      const why = cause.message;
      throw new NeuralError(
        "MEMORY_INSUFFICIENT",
        `the device gives no ${bytes} bytes in one piece beside ${this.#bytes}: ${why}`,
        { cause, details: { bytes, allocated: this.#bytes } }
      );
    }
  }
  /**
   * The beginning of a tensor under another shape, the same memory. Only the beginning: on WebGPU memory has a handle, to
   * which nothing can be added.
   */
  view(tensor, dims) {
    this.#checkLive();
    const { type } = tensor;
    const elements = elementCount(dims);
    if (elements > elementCount(tensor.dims))
      throw new NeuralError("GRAPH_INVALID", `[${dims}] is more than [${tensor.dims}] holds`);
    const ort = ortLibrary();
    const address = ort.create("GetTensorMutableData", tensor.handle);
    const shape = BigInt64Array.from(dims, BigInt);
    const handle = ort.create(
      "CreateTensorWithDataAsOrtValue",
      this.#info,
      address,
      elements * elementBytes[type],
      shape,
      shape.length,
      elementTypeCodes[type]
    );
    this.#values.push(handle);
    return { type, dims, handle };
  }
  /** Of float32. */
  upload(tensor, data) {
    const to = this.view(tensor, [data.length]);
    this.#copy(floats([data.length], data), to);
  }
  /** Of float32. */
  download(tensor) {
    const size = elementCount(tensor.dims);
    const data = new Float32Array(size);
    this.#copy(this.view(tensor, [size]), floats([size], data));
    return data;
  }
  /** Frees all tensors. */
  release() {
    if (this.#released) return;
    this.#released = true;
    const ort = ortLibrary();
    for (const handle of this.#values.reverse()) ort.release("ReleaseValue", handle);
    ort.release("ReleaseAllocator", this.#allocator);
    ort.release("ReleaseMemoryInfo", this.#info);
    this.#copies.release();
  }
  #copy(from, to) {
    const run = this.#copies.bind({ from }, { to });
    try {
      run.runNow();
    } finally {
      run.releaseNow();
    }
  }
  #checkLive() {
    if (this.#released) throw new NeuralError("SESSION_RELEASED", "the memory of the device was released");
  }
};

// subgraphs/shared/neural/src/random.ts
function createRandom(...seeds) {
  let mixed = 2654435769;
  for (const seed of seeds) mixed = splitmix32(mixed ^ splitmix32(seed));
  let a = splitmix32(mixed + 1);
  let b = splitmix32(mixed + 2);
  let c = splitmix32(mixed + 3);
  let counter = 1;
  const nextUint = () => {
    const sum = a + b + counter | 0;
    counter = counter + 1 | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + sum | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) nextUint();
  const next = () => nextUint() / 2 ** 32;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  };
}
function splitmix32(seed) {
  let z13 = seed + 2654435769 | 0;
  z13 = Math.imul(z13 ^ z13 >>> 16, 569420461);
  z13 = Math.imul(z13 ^ z13 >>> 15, 1935289751);
  return z13 ^ z13 >>> 15 | 0;
}

// subgraphs/shared/neural/src/architectures/parameters.ts
function initializeParameters(specs, options) {
  return new Map(
    specs.map((spec, index) => {
      const data = new Float32Array(elementCount(spec.dims));
      if (spec.kind === "gain") data.fill(1);
      if (spec.kind === "matrix" || spec.kind === "table") {
        const random = createRandom(options.seed, index);
        const deviation = options.deviationOf(spec.name);
        for (let at = 0; at < data.length; at += 1) data[at] = random.normal() * deviation;
      }
      return [spec.name, { dims: spec.dims, data }];
    })
  );
}

// subgraphs/shared/neural/src/architectures/llama-parameters.ts
var projections = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj"
];
function projectionDims(config2, projection) {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize } = config2;
  switch (projection) {
    case "q_proj":
      return [heads * headSize, hiddenSize];
    case "k_proj":
    case "v_proj":
      return [keyValueHeads * headSize, hiddenSize];
    case "o_proj":
      return [hiddenSize, heads * headSize];
    case "gate_proj":
    case "up_proj":
      return [intermediateSize, hiddenSize];
    case "down_proj":
      return [hiddenSize, intermediateSize];
  }
}
function projectionName(layer, projection) {
  const block = projection === "gate_proj" || projection === "up_proj" || projection === "down_proj" ? "mlp" : "self_attn";
  return `model.layers.${layer}.${block}.${projection}.weight`;
}
function biasName(config2, layer, projection) {
  const inAttention = config2.attentionBias !== void 0 && ["q_proj", "k_proj", "v_proj"].includes(projection);
  const afterAttention = config2.attentionBias === "qkvo" && projection === "o_proj";
  const inFeedForward = config2.feedForwardBias === true && projections.indexOf(projection) >= 4;
  if (!inAttention && !afterAttention && !inFeedForward) return void 0;
  return projectionName(layer, projection).replace(/weight$/, "bias");
}
var embeddingName = "model.embed_tokens.weight";
var finalNormName = "model.norm.weight";
var headName = "lm_head.weight";
var scoreName = "score.weight";
var attentionNormName = (layer) => `model.layers.${layer}.input_layernorm.weight`;
var feedForwardNormName = (layer) => `model.layers.${layer}.post_attention_layernorm.weight`;
var headNormName = (layer, projection) => `model.layers.${layer}.self_attn.${projection === "q_proj" ? "q_norm" : "k_norm"}.weight`;
function llamaParameters(config2) {
  const gain = (name, size = config2.hiddenSize) => ({
    name,
    dims: [size],
    kind: "gain"
  });
  const projection = (layer, name) => {
    const dims = projectionDims(config2, name);
    const bias = biasName(config2, layer, name);
    return [
      { name: projectionName(layer, name), dims, kind: "matrix" },
      ...bias === void 0 ? [] : [{ name: bias, dims: [dims[0]], kind: "bias" }]
    ];
  };
  const headNorms = (layer) => config2.queryKeyNorm === true ? [
    gain(headNormName(layer, "q_proj"), config2.headSize),
    gain(headNormName(layer, "k_proj"), config2.headSize)
  ] : [];
  const vocabulary = (name, kind) => ({
    name,
    dims: [config2.vocabularySize, config2.hiddenSize],
    kind
  });
  const layers = Array.from({ length: config2.layers }, (_, layer) => [
    gain(attentionNormName(layer)),
    ...projections.slice(0, 4).flatMap((name) => projection(layer, name)),
    ...headNorms(layer),
    gain(feedForwardNormName(layer)),
    ...projections.slice(4).flatMap((name) => projection(layer, name))
  ]);
  const head = config2.tieEmbeddings ? [] : [vocabulary(headName, "matrix")];
  return [vocabulary(embeddingName, "table"), ...layers.flat(), gain(finalNormName), ...head];
}
function initializeLlama(config2, seed) {
  const residualScale = 1 / Math.sqrt(2 * config2.layers);
  return initializeParameters(llamaParameters(config2), {
    seed,
    deviationOf: (name) => config2.initializerRange * (/\.(o_proj|down_proj)\.weight$/.test(name) ? residualScale : 1)
  });
}

// subgraphs/shared/neural/src/weights/check-weights.ts
function checkWeights(config2, weights, source) {
  checkTensors(llamaParameters(config2), weights, source);
}
function checkTensors(specs, weights, source = "model") {
  const expected = new Map(specs.map(({ name, dims }) => [name, dims]));
  const problems = [];
  for (const [name, dims] of expected) {
    const tensor = weights.get(name);
    if (tensor === void 0) problems.push(`tensor ${name} is missing`);
    else if (tensor.dims.join() !== dims.join())
      problems.push(`tensor ${name} is [${tensor.dims}], expected [${dims}]`);
    else if (!tensor.data.every(Number.isFinite))
      problems.push(`tensor ${name} holds a value that is not a finite number`);
  }
  for (const name of weights.keys())
    if (!expected.has(name)) problems.push(`tensor ${name} is not part of the model`);
  if (problems.length > 0) {
    throw new NeuralError("MODEL_INCOMPLETE", `${source}: ${problems.join("; ")}`, {
      details: { source, problems }
    });
  }
}

// subgraphs/shared/neural/src/serving/cache-layout.ts
var attentionTypeOn = ({ kind }) => kind === "cuda" ? "float16" : "float32";

// subgraphs/shared/neural/src/serving/cache-rows.ts
var CacheRows = class {
  #rowOfSlot;
  #slotOfRow;
  #isAtFront;
  /** `isAtFront`: a block begins at row 0 always, for memory that has no windows elsewhere. */
  constructor(slots, options = {}) {
    this.#isAtFront = options.isAtFront ?? false;
    this.#rowOfSlot = Array.from({ length: slots }, (_, slot) => slot);
    this.#slotOfRow = [...this.#rowOfSlot];
  }
  rowOf(slot) {
    return this.#rowOfSlot[slot];
  }
  /** Brings the slots into consecutive rows; `exchange` swaps the contents of two rows, each of which it names once. */
  gather(slots, exchange) {
    const first = this.#isAtFront ? 0 : this.#fullestWindow(slots);
    if (!this.#isFull(first, slots)) this.#moveInto(first, new Set(slots), exchange);
    return { first, slots: this.#slotOfRow.slice(first, first + slots.length) };
  }
  /** Where most of the slots are already: as few as possible are moved. */
  #fullestWindow(slots) {
    const isWanted = new Uint8Array(this.#slotOfRow.length);
    for (const slot of slots) isWanted[this.rowOf(slot)] = 1;
    let inside = 0;
    let [best, most] = [0, 0];
    for (let row = 0; row < isWanted.length; row += 1) {
      inside += isWanted[row] - (row >= slots.length ? isWanted[row - slots.length] : 0);
      const first = row - slots.length + 1;
      if (first < 0 || inside <= most) continue;
      [best, most] = [first, inside];
    }
    return best;
  }
  #isFull(first, slots) {
    return slots.every((slot) => this.rowOf(slot) >= first && this.rowOf(slot) < first + slots.length);
  }
  #moveInto(first, slots, exchange) {
    const end = first + slots.size;
    const outside = [...slots].map((slot) => this.rowOf(slot)).filter((row) => row < first || row >= end);
    for (let row = first; row < end; row += 1) {
      if (slots.has(this.#slotOfRow[row])) continue;
      const other = outside.pop();
      exchange(row, other);
      const [here, there] = [this.#slotOfRow[row], this.#slotOfRow[other]];
      [this.#slotOfRow[row], this.#slotOfRow[other]] = [there, here];
      [this.#rowOfSlot[here], this.#rowOfSlot[there]] = [other, row];
    }
  }
};

// subgraphs/shared/neural/src/onnx/trim-graph.ts
function trimGraph(graph) {
  return withoutIdleNodes(withoutCopies(graph));
}
function withoutCopies(graph) {
  const written = new Set(graph.nodes.flatMap(({ outputs: outputs2 }) => outputs2.map((value) => value?.name)));
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  const renamed = /* @__PURE__ */ new Map();
  const copies = /* @__PURE__ */ new Set();
  for (const node of graph.nodes) {
    const [source, output] = [node.inputs[0], outputs.get(node.outputs[0]?.name ?? "")];
    if (node.opType !== "Identity" || source === void 0 || output === void 0) continue;
    if (!written.has(source.name) || outputs.has(source.name) || renamed.has(source.name)) continue;
    renamed.set(source.name, output);
    copies.add(node);
  }
  const rename = (value) => value && (renamed.get(value.name) ?? value);
  const nodes = graph.nodes.filter((node) => !copies.has(node)).map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  return { ...graph, nodes };
}
function withoutIdleNodes(graph) {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => value !== void 0 && wanted.has(value.name))) continue;
    for (const input of node.inputs) if (input !== void 0) wanted.add(input.name);
    nodes.push(node);
  }
  const initializers = graph.initializers.filter(({ name }) => wanted.has(name));
  return { ...graph, initializers, nodes: nodes.reverse() };
}

// subgraphs/shared/neural/src/serving/head-padding.ts
function servedHeadSize(headSize) {
  return Math.ceil(headSize / 16) * 16;
}
function padHeadRows(tensor, sizes) {
  const [rows = 0, ...inner] = tensor.dims;
  const heads = rows / sizes.own;
  const data = spread(tensor.data, { ...sizes, heads, inner: elementCount(inner) });
  return { dims: [heads * sizes.served, ...inner], data };
}
function padHeadColumns(tensor, sizes) {
  const [out, columns] = tensor.dims;
  const heads = columns / sizes.own;
  const data = spread(tensor.data, { ...sizes, heads: out * heads, inner: 1 });
  return { dims: [out, heads * sizes.served], data };
}
function padProjection(tensor, projection, sizes) {
  switch (projection) {
    case "q_proj":
    case "k_proj":
    case "v_proj":
      return padHeadRows(tensor, sizes);
    case "o_proj":
      return tensor.dims.length === 1 ? tensor : padHeadColumns(tensor, sizes);
    default:
      return tensor;
  }
}
function padHeadNorm(gain, options) {
  const share = options.own / options.served;
  const { dims, data } = padHeadRows(gain, options);
  return {
    gain: { dims, data: data.map((value) => value * Math.sqrt(share)) },
    epsilon: options.epsilon * share
  };
}
function padRotaryTable(table, { own, served }) {
  return spread(table, { own, served, heads: table.length / (own / 2), inner: 1, halves: 1 });
}
function spread(data, layout) {
  const { own, served, heads, inner, halves = 2 } = layout;
  if (served === own) return data;
  const [half, servedHalf] = [own / 2 * inner, served / 2 * inner];
  const padded2 = new Float32Array(heads * halves * servedHalf);
  for (let part = 0; part < heads * halves; part += 1)
    padded2.set(data.subarray(part * half, (part + 1) * half), part * servedHalf);
  return padded2;
}

// subgraphs/shared/neural/src/models/rotary-angles.ts
function rotaryOptions(config2, positions4) {
  return { positions: positions4, headSize: config2.headSize, theta: config2.ropeTheta, scaling: config2.ropeScaling };
}
function rotaryAngles(options) {
  const { positions: positions4, headSize, scaling } = options;
  const half = headSize / 2;
  const frequencies = rotaryFrequencies(options);
  const amplitude = scaling?.kind === "yarn" ? scaling.attentionFactor : 1;
  const cos = new Float32Array(positions4 * half);
  const sin = new Float32Array(positions4 * half);
  for (let position = 0; position < positions4; position += 1) {
    for (let pair = 0; pair < half; pair += 1) {
      const angle = Math.fround(position * frequencies[pair]);
      cos[position * half + pair] = Math.cos(angle) * amplitude;
      sin[position * half + pair] = Math.sin(angle) * amplitude;
    }
  }
  return { cos, sin };
}
function rotaryFrequencies(options) {
  const { headSize, theta, scaling } = options;
  const plain = Float32Array.from(
    { length: headSize / 2 },
    (_, pair) => Math.fround(1 / Math.fround(theta ** (2 * pair / headSize)))
  );
  switch (scaling?.kind) {
    case void 0:
    case "dynamic":
      return plain;
    case "linear":
      return plain.map((frequency) => frequency / scaling.factor);
    case "llama3":
      return plain.map((frequency) => llama3Frequency(frequency, scaling));
    case "yarn":
      return yarnFrequencies(plain, { headSize, theta, scaling });
  }
}
function llama3Frequency(frequency, scaling) {
  const { factor: factor2, lowFrequencyFactor, highFrequencyFactor, originalPositions } = scaling;
  const turns = originalPositions * frequency / (2 * Math.PI);
  if (turns < lowFrequencyFactor) return frequency / factor2;
  if (turns > highFrequencyFactor) return frequency;
  const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return (1 - smooth) * frequency / factor2 + smooth * frequency;
}
function yarnFrequencies(plain, options) {
  const { headSize, theta, scaling } = options;
  const dimensionOf = (turns) => headSize * Math.log(scaling.originalPositions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  const [fast, slow] = [dimensionOf(scaling.betaFast), dimensionOf(scaling.betaSlow)];
  const low = Math.max(0, scaling.truncate ? Math.floor(fast) : fast);
  const high = Math.min(headSize - 1, scaling.truncate ? Math.ceil(slow) : slow);
  const width = high === low ? 1e-3 : high - low;
  return plain.map((frequency, pair) => {
    const interpolated = Math.min(1, Math.max(0, (pair - low) / width));
    return frequency / scaling.factor * interpolated + frequency * (1 - interpolated);
  });
}

// subgraphs/shared/neural/src/serving/in-place-layout.ts
var pastName = (kind, layer) => `past_${kind}.${layer}`;
var presentName = (kind, layer) => `present_${kind}.${layer}`;
var weightlessSink = -6e4;
function inPlaceLayout(builder, options) {
  return new InPlaceLayout(builder, options);
}
var InPlaceLayout = class {
  headSize;
  #builder;
  #options;
  #lengths;
  #total;
  #rotary;
  #sinks;
  #ends;
  constructor(builder, options) {
    this.#builder = builder;
    this.#options = options;
    this.headSize = servedHeadSize(options.config.headSize);
  }
  begin() {
    const { config: config2, positions: positions4, isOnProcessor } = this.#options;
    const inputIds = this.#builder.input("input_ids", "int64", ["rows", "time"]);
    this.#lengths = this.#builder.input("seqlens_k", "int32", ["rows"]);
    this.#total = this.#builder.input("total_sequence_length", "int32", []);
    const angles = rotaryAngles(rotaryOptions(config2, positions4));
    const dims = [positions4, this.headSize / 2];
    const table = (name, data) => {
      const scaled = isOnProcessor ? data.map((value) => value * Math.sqrt(this.#scale)) : data;
      const padded2 = padRotaryTable(scaled, { own: config2.headSize, served: this.headSize });
      return this.#cast(this.#builder.initializer(name, { dims, data: padded2 }), this.#type);
    };
    this.#rotary = { cos: table("rotary_cos", angles.cos), sin: table("rotary_sin", angles.sin) };
    if (isOnProcessor) this.#sinks = this.#weightlessSinks();
    return inputIds;
  }
  attend({ packed, layer }) {
    const { config: config2, positions: positions4, isOnProcessor } = this.#options;
    const { slidingWindow } = config2;
    const cacheDims = ["rows", config2.keyValueHeads, positions4, this.headSize];
    const past = (kind) => this.#builder.input(pastName(kind, layer), this.#type, cacheDims);
    const inputs = [
      this.#cast(packed, this.#type),
      void 0,
      void 0,
      past("key"),
      past("value"),
      this.#lengths,
      this.#total,
      this.#rotary?.cos,
      this.#rotary?.sin,
      ...this.#sinks ? [void 0, void 0, this.#sinks] : []
    ];
    const [mixed, key, value] = this.#builder.ops("GroupQueryAttention", inputs, {
      domain: "com.microsoft",
      attributes: {
        num_heads: int(config2.heads),
        kv_num_heads: int(config2.keyValueHeads),
        do_rotary: int(1),
        rotary_interleaved: int(0),
        scale: float(isOnProcessor ? 1 : this.#scale),
        ...slidingWindow !== void 0 && layer >= slidingWindow.firstLayer ? { local_window_size: int(slidingWindow.tokens) } : {}
      },
      outputNames: [void 0, presentName("key", layer), presentName("value", layer)]
    });
    this.#builder.exposeOutput(key);
    this.#builder.exposeOutput(value);
    return this.#cast(mixed, "float32");
  }
  get #scale() {
    return 1 / Math.sqrt(this.#options.config.headSize);
  }
  get #type() {
    return this.#options.attention ?? "float32";
  }
  #weightlessSinks() {
    const { heads } = this.#options.config;
    const data = new Float32Array(heads).fill(weightlessSink);
    return this.#cast(this.#builder.initializer("attention_sinks", { dims: [heads], data }), this.#type);
  }
  #cast(x, type) {
    if (x.type === type) return x;
    return this.#builder.op("Cast", [x], { attributes: { to: int(elementTypeCodes[type]) } });
  }
  select(vectors) {
    const builder = this.#builder;
    if (!this.#options.areEndsGiven) return builder.gather(vectors, builder.integer(-1), 1);
    this.#ends ??= builder.input("row_ends", "int64", ["rows"]);
    return builder.gather(builder.reshape(vectors, [-1, vectors.dims[2]]), this.#ends);
  }
};

// subgraphs/shared/neural/src/serving/row-summaries.ts
function addRowSummaries(builder, logits) {
  const size = blockSizeOf(logits.dims.at(-1));
  const blocks = builder.reshape(logits, [-1, logits.dims.at(-1) / size, size]);
  const logShares = builder.op("LogSoftmax", [logits], { attributes: { axis: int(-1) } });
  for (const [name, value] of Object.entries({ block_maxima: blocks, largest_log_share: logShares })) {
    const inputs = [value, builder.integers([-1])];
    const options = { attributes: { keepdims: int(0) }, outputNames: [name] };
    builder.exposeOutput(builder.op("ReduceMax", inputs, options));
  }
}
function blockSizeOf(vocabularySize) {
  let best = vocabularySize;
  for (let size = 1; size * size <= vocabularySize; size += 1)
    if (vocabularySize % size === 0) best = vocabularySize / size;
  return best;
}

// subgraphs/shared/neural/src/serving/quantize.ts
function quantizeColumns(data, columns) {
  const scales = new Float32Array(columns);
  for (let at = 0; at < data.length; at += 1) {
    const column = at % columns;
    scales[column] = Math.max(scales[column], Math.abs(data[at]));
  }
  for (let column = 0; column < columns; column += 1)
    scales[column] = scales[column] === 0 ? 1 : scales[column] / 127;
  return { values: Int8Array.from(data, (value, at) => Math.round(value / scales[at % columns])), scales };
}
var int4BlockSize = 32;
function quantizeBlocks(data, columns) {
  const rows = data.length / columns;
  const blocks = Math.ceil(columns / int4BlockSize);
  const blockBytes = int4BlockSize / 2;
  const values = new Uint8Array(rows * blocks * blockBytes).fill(136);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row += 1) {
    for (let block = 0; block < blocks; block += 1) {
      const start = row * columns + block * int4BlockSize;
      const count4 = Math.min(int4BlockSize, columns - block * int4BlockSize);
      const largest = largestOf(data, start, count4);
      if (largest === 0) continue;
      const scale = largest / -8;
      scales[row * blocks + block] = scale;
      const target = (row * blocks + block) * blockBytes;
      for (let at = 0; at < count4; at += 1) {
        const bits = Math.min(15, Math.max(0, Math.round(data[start + at] / scale + 8)));
        const byte = target + (at >> 1);
        values[byte] = at % 2 === 0 ? values[byte] & 240 | bits : values[byte] & 15 | bits << 4;
      }
    }
  }
  return { values, scales, blocks };
}
function largestOf(data, start, count4) {
  let largest = 0;
  for (let at = start; at < start + count4; at += 1)
    if (Math.abs(data[at]) > Math.abs(largest)) largest = data[at];
  return largest;
}
function transposeMatrix(data, rows, columns) {
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      transposed[column * rows + row] = data[row * columns + column];
  }
  return transposed;
}

// subgraphs/shared/neural/src/serving/weight-product.ts
function weightProduct(builder, product2) {
  const { x, name, precision } = product2;
  const input = product2.weights[0].dims[1];
  const stacked = stack(product2.weights);
  const out = stacked.length / input;
  if (precision === "int4") return int4Product(builder, { x, name, stacked, out, input });
  const matrix = transposeMatrix(stacked, out, input);
  if (precision === "fp32") {
    return builder.matMul(x, builder.initializer(`${name}.weight`, { dims: [input, out], data: matrix }));
  }
  const { values, scales } = quantizeColumns(matrix, out);
  const quantized = builder.initializer(`${name}.weight_int8`, { dims: [input, out], data: values });
  const scale = builder.initializer(`${name}.scale`, { dims: [out], data: scales });
  return product2.int8 === "fused" ? builder.op("DynamicQuantizeMatMul", [x, quantized, scale], { domain: "com.microsoft" }) : standardInt8Product(builder, { x, quantized, scale });
}
function int4Product(builder, product2) {
  const { x, name, stacked, out, input } = product2;
  const { values, scales, blocks } = quantizeBlocks(stacked, input);
  const packed = builder.initializer(`${name}.weight_int4`, {
    dims: [out, blocks, int4BlockSize / 2],
    data: values
  });
  const scale = builder.initializer(`${name}.scale`, { dims: [out * blocks], data: scales });
  return builder.op("MatMulNBits", [x, packed, scale], {
    domain: "com.microsoft",
    attributes: {
      K: int(input),
      N: int(out),
      bits: int(4),
      block_size: int(int4BlockSize),
      // 4: activations as int8 blocks, the fast kernels.
      accuracy_level: int(4)
    }
  });
}
function standardInt8Product(builder, product2) {
  const [activations, activationScale, zeroPoint] = builder.ops("DynamicQuantizeLinear", [product2.x], {
    outputCount: 3
  });
  const sums = builder.op("MatMulInteger", [activations, product2.quantized, zeroPoint]);
  const asFloat = builder.op("Cast", [sums], { attributes: { to: int(elementTypeCodes.float32) } });
  return builder.mul(asFloat, builder.mul(activationScale, product2.scale));
}
function stack(weights) {
  if (weights.length === 1) return weights[0].data;
  const stacked = new Float32Array(weights.reduce((total, { data }) => total + data.length, 0));
  let offset = 0;
  for (const { data } of weights) {
    stacked.set(data, offset);
    offset += data.length;
  }
  return stacked;
}

// subgraphs/shared/neural/src/serving/decoder-graph.ts
var loraInputName = (part, layer, projection) => `lora_${part}.${layer}.${projection}`;
function buildDecoderGraph(options) {
  return new DecoderGraphWriter(options).write();
}
var DecoderGraphWriter = class {
  #builder = new GraphBuilder("decode");
  #options;
  #layout;
  #sizes;
  constructor(options) {
    const { config: config2, capacity: positions4, layout = inPlaceLayout } = options;
    const { attention, areEndsGiven, isOnProcessor } = options;
    this.#options = options;
    this.#layout = layout(this.#builder, {
      config: config2,
      positions: positions4,
      attention,
      areEndsGiven,
      isOnProcessor
    });
    this.#sizes = { own: config2.headSize, served: this.#layout.headSize };
  }
  write() {
    const builder = this.#builder;
    const { config: config2 } = this.#options;
    const inputIds = this.#layout.begin();
    const mask = this.#options.adapters ? this.#rowMask() : void 0;
    const head = this.#options.head ?? "next-token";
    const embedding = this.#weight(embeddingName);
    const table = builder.initializer(embeddingName, embedding);
    let stream = builder.gather(table, inputIds);
    for (let layer = 0; layer < config2.layers; layer += 1) {
      builder.scope(`layer_${layer}`, () => {
        let mixed = this.#attend({ x: this.#normalize(stream, attentionNormName(layer)), layer, mask });
        if (head === "next-token" && layer === config2.layers - 1)
          [mixed, stream] = [this.#layout.select(mixed), this.#layout.select(stream)];
        stream = builder.add(stream, this.#project({ x: mixed, layer, mask, together: ["o_proj"] }));
        stream = builder.add(
          stream,
          this.#feedForward({ x: this.#normalize(stream, feedForwardNormName(layer)), layer, mask })
        );
      });
    }
    switch (head) {
      case "next-token": {
        const weight = config2.tieEmbeddings ? embedding : this.#weight(headName);
        const logits = this.#matMul(this.#normalize(stream, finalNormName), [weight], "lm_head");
        builder.output("logits", logits);
        if (this.#options.summaries) addRowSummaries(builder, logits);
        break;
      }
      case "classes":
        builder.output("logits", this.#classes(this.#pooled(stream)));
        break;
      case "vectors":
        builder.output("sentence_embedding", this.#ofLengthOne(this.#pooled(stream)));
        break;
      case "plain-vectors":
        builder.output("sentence_embedding", this.#pooled(stream));
    }
    return trimGraph(builder.build());
  }
  /** [rows, hidden]. A mean is one of normed tokens. */
  #pooled(stream) {
    return this.#layout.select(this.#normalize(stream, finalNormName));
  }
  #classes(pooled) {
    const head = this.#builder.initializer(scoreName, this.#weight(scoreName));
    return this.#builder.gemm(pooled, head, { transB: true });
  }
  #ofLengthOne(pooled) {
    const builder = this.#builder;
    const squares = builder.reduce("ReduceSum", builder.mul(pooled, pooled), [-1]);
    return builder.op("Div", [pooled, builder.op("Sqrt", [builder.add(squares, builder.scalar(1e-12))])]);
  }
  /** The heads' values, not yet projected. */
  #attend(input) {
    const { x, layer, mask } = input;
    const projected = this.#project({ x, layer, mask, together: ["q_proj", "k_proj", "v_proj"] });
    const normed = this.#options.config.queryKeyNorm === true;
    const packed = normed ? this.#normalizeHeads(projected, layer) : projected;
    return this.#layout.attend({ packed, layer });
  }
  /** The heads of queries and keys normed, side by side with the values as before. */
  #normalizeHeads(packed, layer) {
    const builder = this.#builder;
    const { heads, keyValueHeads, normEpsilon } = this.#options.config;
    const { served } = this.#sizes;
    const widths = [heads * served, keyValueHeads * served, keyValueHeads * served];
    const [query, key, value] = builder.ops("Split", [packed, builder.integers(widths)], {
      attributes: { axis: int(-1) },
      outputCount: 3
    });
    const normalize = (x, projection, count4) => {
      const name = headNormName(layer, projection);
      const norm = padHeadNorm(this.#weight(name), { ...this.#sizes, epsilon: normEpsilon });
      const apart = builder.reshape(x, [0, 0, count4, served]);
      const normed = this.#norm(apart, { ...norm, name });
      return builder.reshape(normed, [0, 0, count4 * served]);
    };
    const queries = normalize(query, "q_proj", heads);
    return builder.concat([queries, normalize(key, "k_proj", keyValueHeads), value], -1);
  }
  #feedForward(input) {
    const builder = this.#builder;
    const { layer, mask } = input;
    const width = this.#options.config.intermediateSize;
    const both = this.#project({ ...input, together: ["gate_proj", "up_proj"] });
    const [gate, up] = builder.ops("Split", [both, builder.integers([width, width])], {
      attributes: { axis: int(-1) },
      outputCount: 2
    });
    const hidden = builder.mul(builder.mul(gate, builder.op("Sigmoid", [gate])), up);
    return this.#project({ x: hidden, layer, mask, together: ["down_proj"] });
  }
  /** Projections of the same input as one product, their outputs side by side; adapters add to each of them. */
  #project(input) {
    const { x, layer, mask, together } = input;
    const weights = together.map(
      (projection) => padProjection(this.#weight(projectionName(layer, projection)), projection, this.#sizes)
    );
    const name = `layer_${layer}.${together.join("_")}`;
    const product2 = this.#matMul(x, weights, name);
    const bias = this.#biases(layer, together);
    const base = bias === void 0 ? product2 : this.#builder.add(product2, this.#builder.initializer(`${name}.bias`, bias));
    if (mask === void 0) return base;
    const deltas = together.map((projection) => this.#adapterDelta({ x, layer, mask, projection }));
    return this.#builder.add(base, deltas.length === 1 ? deltas[0] : this.#builder.concat(deltas, -1));
  }
  /** The biases of projections side by side; a model has them on all that are computed together, or on none. */
  #biases(layer, together) {
    const biases = together.flatMap((projection) => {
      const name = biasName(this.#options.config, layer, projection);
      return name === void 0 ? [] : [padProjection(this.#weight(name), projection, this.#sizes)];
    });
    if (biases.length === 0) return void 0;
    const data = Float32Array.from(biases.flatMap((bias) => [...bias.data]));
    return { dims: [data.length], data };
  }
  /** ((x·A) ∘ mask)·B with the ranks of all loaded adapters side by side; rank 0 adds nothing. */
  #adapterDelta(input) {
    const { x, layer, mask, projection } = input;
    const [out, width] = projectionDims(
      { ...this.#options.config, headSize: this.#sizes.served },
      projection
    );
    const a = this.#builder.input(loraInputName("a", layer, projection), "float32", [width, "rank"]);
    const b = this.#builder.input(loraInputName("b", layer, projection), "float32", ["rank", out]);
    const ofRows = x.dims.length === 2 ? mask.ofRows : mask.ofTokens;
    return this.#builder.matMul(this.#builder.mul(this.#builder.matMul(x, a), ofRows), b);
  }
  #rowMask() {
    const ofRows = this.#builder.input("lora_mask", "float32", ["rows", "rank"]);
    return { ofRows, ofTokens: this.#builder.op("Unsqueeze", [ofRows, this.#builder.integers([1])]) };
  }
  #matMul(x, weights, name) {
    const { precision, int8 = "fused" } = this.#options;
    return weightProduct(this.#builder, { x, weights, name, precision, int8 });
  }
  #normalize(x, name) {
    return this.#norm(x, { name, gain: this.#weight(name), epsilon: this.#options.config.normEpsilon });
  }
  #norm(x, options) {
    const gain = this.#builder.initializer(options.name, options.gain);
    return this.#builder.op("SimplifiedLayerNormalization", [x, gain], {
      attributes: { axis: int(-1), epsilon: float(options.epsilon), stash_type: int(1) }
    });
  }
  #weight(name) {
    return this.#options.weights.get(name);
  }
};
function graphWeightBytes(graph) {
  const weights = graph.initializers.filter(({ type }) => type !== "int64");
  return weights.reduce((total, { constant }) => total + (constant?.byteLength ?? 0), 0);
}

// subgraphs/shared/neural/src/serving/decoder-input.ts
function checkRange({ maxSlots, capacity, vocabularySize }, input) {
  const { slot, tokens, startPosition } = input;
  if (!Number.isInteger(slot) || slot < 0 || slot >= maxSlots)
    throw invalidInput(`slot ${slot} is outside 0 to ${maxSlots - 1}`);
  if (!Number.isInteger(startPosition) || startPosition < 0 || startPosition + tokens.length > capacity)
    throw invalidInput(
      `${tokens.length} tokens at position ${startPosition} exceed the capacity of ${capacity}`
    );
  const unknown = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabularySize);
  if (unknown !== void 0)
    throw invalidInput(`token ${unknown} is outside the vocabulary of ${vocabularySize}`);
}
function invalidInput(problem) {
  return new NeuralError("SESSION_INPUT_INVALID", `decoder: ${problem}`);
}
function checkSlots(slots, ...given) {
  if (slots.length === 0 || given.some(({ length }) => length !== slots.length))
    throw invalidInput(
      `${slots.length} slots with lists of ${given.map(({ length }) => length).join(" and ")}`
    );
  if (new Set(slots).size !== slots.length) throw invalidInput(`slots ${slots} name one twice`);
}
function padded(tokens, length) {
  return [...tokens, ...new Array(length - tokens.length).fill(0)];
}
function noAdapters() {
  return new NeuralError(
    "ADAPTER_INVALID",
    "an adapter cannot be loaded onto an ONNX export, whose graph is fixed: serve its base from safetensors"
  );
}
var lastOf = (length, time) => Math.min(length, time - 1);

// subgraphs/shared/neural/src/lora/adapter.ts
function loraName(layer, projection, part) {
  return `base_model.model.${projectionName(layer, projection).replace(/\.weight$/, "")}.lora_${part}.weight`;
}
function loraSites(config2, options) {
  const targets = projections.filter((projection) => options.targets.includes(projection));
  return Array.from(
    { length: config2.layers },
    (_, layer) => targets.map((projection) => {
      const [out, input] = projectionDims(config2, projection);
      return {
        layer,
        projection,
        weightName: projectionName(layer, projection),
        a: { name: loraName(layer, projection, "A"), dims: [options.rank, input] },
        b: { name: loraName(layer, projection, "B"), dims: [out, options.rank] }
      };
    })
  ).flat();
}
function checkAdapter(config2, adapter) {
  const expected = new Map(
    loraSites(config2, adapter).flatMap(({ a, b }) => [a, b]).map(({ name, dims }) => [name, dims])
  );
  for (const [name, dims] of expected) {
    const tensor = adapter.tensors.get(name);
    if (tensor === void 0) throw invalid(`tensor ${name} is missing`);
    if (tensor.dims.length !== 2 || tensor.dims.some((dim, axis) => dim !== dims[axis])) {
      throw invalid(`tensor ${name} is [${tensor.dims}], the model needs [${dims}]`);
    }
  }
  const extra = [...adapter.tensors.keys()].find((name) => !expected.has(name));
  if (extra !== void 0) throw invalid(`tensor ${extra} belongs to no targeted projection`);
}
function invalid(problem) {
  return new NeuralError("ADAPTER_INVALID", `adapter: ${problem}`, { details: { problem } });
}

// subgraphs/shared/neural/src/serving/adapter-set.ts
var AdapterSet = class {
  #config;
  #loaded = /* @__PURE__ */ new Map();
  #totalRank = 0;
  #feeds = {};
  constructor(config2) {
    this.#config = config2;
  }
  has(id2) {
    return this.#loaded.has(id2);
  }
  /** Replaces an adapter of the same id. Throws `ADAPTER_INVALID`. */
  load(id2, adapter) {
    checkAdapter(this.#config, adapter);
    const adapters = new Map([...this.#loaded].map(([name, loaded2]) => [name, loaded2.adapter]));
    this.#rebuild(adapters.set(id2, adapter));
  }
  unload(id2) {
    const adapters = new Map([...this.#loaded].map(([name, loaded2]) => [name, loaded2.adapter]));
    if (adapters.delete(id2)) this.#rebuild(adapters);
  }
  /** All adapters side by side, whatever rows there are. */
  get weights() {
    return this.#feeds;
  }
  /** Throws `SESSION_INPUT_INVALID` for an adapter that is not loaded. */
  feedsFor(adapters) {
    return { ...this.#feeds, lora_mask: this.maskFor(adapters) };
  }
  /** What lets each row's own adapter through. Throws `SESSION_INPUT_INVALID` for one that is not loaded. */
  maskFor(adapters) {
    const mask = new Float32Array(adapters.length * this.#totalRank);
    adapters.forEach((id2, row) => {
      if (id2 === void 0) return;
      const loaded2 = this.#loaded.get(id2);
      if (loaded2 === void 0) throw new NeuralError("SESSION_INPUT_INVALID", `adapter ${id2} is not loaded`);
      const { adapter, firstRank } = loaded2;
      const start = row * this.#totalRank + firstRank;
      mask.fill(adapter.alpha / adapter.rank, start, start + adapter.rank);
    });
    return floats([adapters.length, this.#totalRank], mask);
  }
  #rebuild(adapters) {
    let firstRank = 0;
    const loaded2 = /* @__PURE__ */ new Map();
    for (const [id2, adapter] of adapters) {
      loaded2.set(id2, { adapter, firstRank });
      firstRank += adapter.rank;
    }
    this.#loaded = loaded2;
    this.#totalRank = firstRank;
    this.#feeds = Object.fromEntries(
      Array.from(
        { length: this.#config.layers },
        (_, layer) => projections.flatMap((projection) => this.#siteTensors(layer, projection))
      ).flat()
    );
  }
  #siteTensors(layer, projection) {
    const sizes = { own: this.#config.headSize, served: servedHeadSize(this.#config.headSize) };
    const [out, width] = projectionDims({ ...this.#config, headSize: sizes.served }, projection);
    const rank = this.#totalRank;
    const a = new Float32Array(rank * width);
    const b = new Float32Array(rank * out);
    for (const { adapter, firstRank } of this.#loaded.values()) {
      const lowA = adapter.tensors.get(loraName(layer, projection, "A"));
      const lowB = adapter.tensors.get(loraName(layer, projection, "B"));
      if (lowA === void 0 || lowB === void 0) continue;
      const [intoRank, fromRank] = projection === "o_proj" ? [padHeadColumns(lowA, sizes), lowB] : [lowA, padProjection(lowB, projection, sizes)];
      a.set(intoRank.data, firstRank * width);
      b.set(transposeMatrix(fromRank.data, out, adapter.rank), firstRank * out);
    }
    return [
      [loraInputName("a", layer, projection), floats([width, rank], transposeMatrix(a, rank, width))],
      [loraInputName("b", layer, projection), floats([rank, out], b)]
    ];
  }
};

// subgraphs/shared/neural/src/serving/device-adapters.ts
var DeviceAdapters = class {
  #set;
  #provider;
  #memory;
  #weights = {};
  constructor(config2, provider2) {
    this.#set = new AdapterSet(config2);
    this.#provider = provider2;
  }
  get bytes() {
    return this.#memory?.bytes ?? 0;
  }
  has(id2) {
    return this.#set.has(id2);
  }
  /** Throws `ADAPTER_INVALID`. */
  load(id2, adapter) {
    this.#set.load(id2, adapter);
    this.#place();
  }
  unload(id2) {
    this.#set.unload(id2);
    this.#place();
  }
  /** Throws `SESSION_INPUT_INVALID` for an adapter that is not loaded. */
  feedsFor(adapters) {
    return { ...this.#weights, lora_mask: this.#set.maskFor(adapters) };
  }
  release() {
    this.#memory?.release();
    this.#memory = void 0;
    this.#weights = {};
  }
  /** Adapters stand side by side in one memory, so that of the former ones is given back whole. */
  #place() {
    const weights = Object.entries(this.#set.weights).filter(([, { dims }]) => elementCount(dims) > 0);
    this.release();
    if (weights.length === 0) return;
    const memory = new DeviceMemory(this.#provider);
    this.#memory = memory;
    this.#weights = Object.fromEntries(
      weights.map(([name, { dims, data }]) => {
        const tensor = memory.allocate(dims);
        memory.upload(tensor, data);
        return [name, tensor];
      })
    );
  }
};

// subgraphs/shared/neural/src/serving/device-cache.ts
function deviceCacheBytes({
  shape,
  type,
  rows,
  capacity
}) {
  return shape.layers * 2 * (rows + 1) * shape.keyValueHeads * capacity * shape.headSize * elementBytes[type];
}
var DeviceCache = class {
  bytes;
  #options;
  #planes;
  #mover;
  #windows = /* @__PURE__ */ new Map();
  #staging;
  constructor(options) {
    const { memory, provider: provider2, shape, names, type, rows } = options;
    this.#options = options;
    this.bytes = deviceCacheBytes(options);
    this.#planes = Array.from(
      { length: shape.layers },
      (_, layer) => ["key", "value"].map((kind) => ({
        past: names.past(kind, layer),
        present: names.present(kind, layer),
        rows: memory.allocate(this.#dims(rows), type),
        staging: memory.allocate(this.#dims(1), type)
      }))
    ).flat();
    this.#staging = this.#tensors(({ staging }) => staging);
    this.#mover = Session.create(moverGraph(this.#planes.length, { type, rowDims: this.#dims(1).slice(1) }), {
      provider: provider2,
      threads: 1
    });
  }
  /** The first rows, for a batch. */
  window(rows) {
    const known = this.#windows.get(rows);
    if (known !== void 0) return known;
    const window = this.#tensors((plane) => this.#options.memory.view(plane.rows, this.#dims(rows)));
    this.#windows.set(rows, window);
    return window;
  }
  /** The row that a prompt is computed in. */
  get staging() {
    return this.#staging;
  }
  /** All at once: every row is read before one is written. */
  moveRows(moves) {
    this.#move("rows", "rows", moves);
  }
  stage(row) {
    this.#move("rows", "staging", [{ from: row, to: 0 }]);
  }
  unstage(row) {
    this.#move("staging", "rows", [{ from: 0, to: row }]);
  }
  release() {
    this.#mover.release();
  }
  #move(source, target, moves) {
    if (moves.length === 0) return;
    const [from, to] = [moves.map((move) => BigInt(move.from)), moves.map((move) => BigInt(move.to))];
    const inputs = {
      from: longs([moves.length], BigInt64Array.from(from)),
      to: longs([moves.length, 1], BigInt64Array.from(to))
    };
    const outputs = {};
    this.#planes.forEach((plane, at) => {
      inputs[`source.${at}`] = plane[source];
      inputs[`target.${at}`] = plane[target];
      outputs[`moved.${at}`] = plane[target];
    });
    const run = this.#mover.bind(inputs, outputs);
    try {
      run.runNow();
    } finally {
      run.releaseNow();
    }
  }
  #tensors(of) {
    const tensors = this.#planes.map((plane) => ({ ...plane, tensor: of(plane) }));
    return {
      feeds: Object.fromEntries(tensors.map(({ past, tensor }) => [past, tensor])),
      fetches: Object.fromEntries(tensors.map(({ present, tensor }) => [present, tensor]))
    };
  }
  #dims(rows) {
    const { shape, capacity } = this.#options;
    return [rows, shape.keyValueHeads, capacity, shape.headSize];
  }
};
function moverGraph(planes, { type, rowDims }) {
  const builder = new GraphBuilder("move-rows");
  const from = builder.input("from", "int64", ["moves"]);
  const to = builder.input("to", "int64", ["moves", 1]);
  for (let at = 0; at < planes; at += 1) {
    const source = builder.input(`source.${at}`, type, ["sources", ...rowDims]);
    const target = builder.input(`target.${at}`, type, ["targets", ...rowDims]);
    const rows = builder.gather(source, from);
    const [moved] = builder.ops("ScatterND", [target, to, rows], { outputNames: [`moved.${at}`] });
    builder.exposeOutput(moved);
  }
  return builder.build();
}

// subgraphs/shared/neural/src/serving/device-graph.ts
function ownDeviceGraph(session, vocabularySize) {
  return {
    session,
    vocabularySize,
    prepare(rows, time) {
      const numbers = {
        input_ids: new HostTensor([rows, time], new BigInt64Array(rows * time)),
        seqlens_k: new HostTensor([rows], new Int32Array(rows)),
        total_sequence_length: new HostTensor([], new Int32Array(1)),
        row_ends: new HostTensor([rows], new BigInt64Array(rows))
      };
      const logits = new Float32Array(rows * vocabularySize);
      return {
        inputs: numbers,
        outputs: { logits: new HostTensor([rows, vocabularySize], logits) },
        fill({ tokens, lengths, longest }) {
          for (const [at, token] of tokens.entries()) numbers.input_ids.data[at] = BigInt(token);
          numbers.seqlens_k.data.set(lengths);
          numbers.total_sequence_length.data[0] = longest;
          for (const [row, length] of lengths.entries())
            numbers.row_ends.data[row] = BigInt(row * time + lastOf(length, time));
          return numbers;
        },
        logits: () => logits
      };
    }
  };
}

// subgraphs/shared/neural/src/models/onnx-folder.ts
import { z as z12 } from "zod";

// subgraphs/shared/neural/src/onnx/protobuf-reader.ts
var windowBytes = 1 << 16;

// subgraphs/shared/neural/src/tokenizers/read-tokenizer.ts
import { z as z10 } from "zod";

// subgraphs/shared/neural/src/tokenizers/added-tokens.ts
import { z as z4 } from "zod";
var flag = z4.boolean().default(false);
var addedTokenJson = z4.object({
  id: z4.number().int().nonnegative().max(2 ** 24 - 1),
  content: z4.string().min(1),
  special: z4.boolean().default(true),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag
});

// subgraphs/shared/neural/src/tokenizers/byte-alphabet.ts
var byteToCharacter = buildAlphabet();
var characterToByte = new Map(
  byteToCharacter.map((character, byte) => [character, byte])
);
function buildAlphabet() {
  const printable = (byte) => byte >= 33 && byte <= 126 || byte >= 161 && byte <= 172 || byte >= 174;
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : moved++));
}

// subgraphs/shared/neural/src/tokenizers/merge.ts
var positions2 = 2 ** 31;

// subgraphs/shared/neural/src/tokenizers/post-processor.ts
import { z as z5 } from "zod";
var piece = z5.union([
  z5.object({ SpecialToken: z5.object({ id: z5.string() }) }),
  z5.object({ Sequence: z5.object({ id: z5.enum(["A", "B"]) }) })
]);
var template = z5.object({ type: z5.literal("TemplateProcessing"), single: z5.array(piece) });
var byteLevel = z5.object({ type: z5.literal("ByteLevel") });
var step = z5.discriminatedUnion("type", [template, byteLevel]);
var sequence = z5.object({ type: z5.literal("Sequence"), processors: z5.array(step) });
var postProcessorJson = z5.union([sequence, step]).nullish();

// subgraphs/shared/neural/src/tokenizers/pre-tokenizer.ts
import { z as z6 } from "zod";
var split = z6.object({
  type: z6.literal("Split"),
  pattern: z6.object({ Regex: z6.string() }),
  behavior: z6.literal("Isolated"),
  invert: z6.literal(false).default(false)
});
var byteLevel2 = z6.object({
  type: z6.literal("ByteLevel"),
  add_prefix_space: z6.literal(false),
  use_regex: z6.boolean().default(true)
});
var digits = z6.object({ type: z6.literal("Digits"), individual_digits: z6.literal(true) });
var step2 = z6.discriminatedUnion("type", [split, byteLevel2, digits]);
var sequence2 = z6.object({ type: z6.literal("Sequence"), pretokenizers: z6.array(step2) });
var preTokenizerJson = z6.union([sequence2, step2]);

// subgraphs/shared/neural/src/tokenizers/tokenizer-json.ts
import { z as z7 } from "zod";
var id = z7.number().int().nonnegative().max(2 ** 24 - 1);
var noAffix = z7.literal("").nullish();
var bpeModelJson = {
  type: z7.literal("BPE").default("BPE"),
  dropout: z7.null().optional(),
  continuing_subword_prefix: noAffix,
  end_of_word_suffix: noAffix,
  ignore_merges: z7.boolean().default(false),
  vocab: z7.record(z7.string(), id),
  merges: z7.array(z7.union([z7.tuple([z7.string(), z7.string()]), z7.string()]))
};
var tokenizerJson = z7.object({
  added_tokens: z7.array(addedTokenJson).default([]),
  normalizer: z7.object({ type: z7.literal("NFC") }).nullish(),
  pre_tokenizer: preTokenizerJson,
  post_processor: postProcessorJson,
  model: z7.object({ ...bpeModelJson, byte_fallback: z7.literal(false).optional() })
});

// subgraphs/shared/neural/src/tokenizers/chat-template.ts
import { Template } from "@huggingface/jinja";
import { z as z8 } from "zod";
var questionAnswerTemplate = [
  "{% for message in messages %}{% if message['role'] == 'user' %}<|question|>{{ message['content'] }}",
  "{% elif message['role'] == 'assistant' %}<|answer|>{{ message['content'] }}<|end|>",
  "{% else %}{{ raise_exception('this model knows the roles user and assistant, not ' + message['role']) }}",
  "{% endif %}{% endfor %}{% if add_generation_prompt %}<|answer|>{% endif %}"
].join("");
var tokenText = z8.union([z8.string(), z8.object({ content: z8.string() })]).transform((token) => typeof token === "string" ? token : token.content);
var tokenizerConfig = z8.object({
  chat_template: z8.string().min(1),
  bos_token: tokenText.nullish(),
  eos_token: tokenText,
  pad_token: tokenText.nullish()
});

// subgraphs/shared/neural/src/tokenizers/sentence-piece-json.ts
import { z as z9 } from "zod";
var spaceSign = "\u2581";
var prepend = z9.object({ type: z9.literal("Prepend"), prepend: z9.literal(spaceSign) });
var replace = z9.object({
  type: z9.literal("Replace"),
  pattern: z9.object({ String: z9.literal(" ") }),
  content: z9.literal(spaceSign)
});
var normalizer = z9.union([
  z9.object({ type: z9.literal("Sequence"), normalizers: z9.tuple([prepend, replace]) }),
  replace
]);
var metaspace = z9.object({
  type: z9.literal("Metaspace"),
  replacement: z9.literal(spaceSign),
  add_prefix_space: z9.boolean().optional(),
  prepend_scheme: z9.enum(["always", "first", "never"]).optional(),
  split: z9.boolean().default(true)
});
var tokenizerJson2 = z9.object({
  added_tokens: z9.array(addedTokenJson).default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: metaspace.nullish(),
  post_processor: postProcessorJson,
  model: z9.object({
    ...bpeModelJson,
    ignore_merges: z9.literal(false).default(false),
    byte_fallback: z9.literal(true),
    unk_token: z9.string().nullish()
  })
});

// subgraphs/shared/neural/src/tokenizers/read-tokenizer.ts
var namedTemplates = z10.array(z10.object({ name: z10.string(), template: z10.string() }));
var endings = z10.object({
  eos_token_id: z10.union([z10.number().int(), z10.array(z10.number().int())]).nullish()
});

// subgraphs/shared/neural/src/models/model-purpose.ts
import { z as z11 } from "zod";
var architectures = z11.object({ architectures: z11.array(z11.string()).nullish() });

// subgraphs/shared/neural/src/models/onnx-folder.ts
var count3 = z12.number().int().positive();
var positions3 = z12.object({
  max_position_embeddings: count3.nullish(),
  n_positions: count3.nullish(),
  n_ctx: count3.nullish(),
  max_seq_len: count3.nullish(),
  max_sequence_length: count3.nullish()
});
var config = positions3.extend({
  model_type: z12.string().optional(),
  is_encoder_decoder: z12.boolean().nullish(),
  text_config: positions3.nullish()
});

// subgraphs/shared/neural/src/serving/key-value-cache.ts
var engineNames = { past: pastName, present: presentName };

// subgraphs/shared/neural/src/serving/device-decoder.ts
async function createDeviceDecoder(options) {
  const { config: config2, weights, capacity, provider: provider2, threads } = options;
  checkModelConfig(config2);
  checkWeights(config2, weights);
  if (capacity > config2.maxPositions) {
    throw new NeuralError(
      "SESSION_INPUT_INVALID",
      `capacity ${capacity} exceeds the model's ${config2.maxPositions} positions`
    );
  }
  const open = (adapters) => {
    const graph = buildDecoderGraph({ ...options, ...deviceLayout(options), adapters });
    return {
      weightBytes: graphWeightBytes(graph),
      open: () => ownDeviceGraph(
        Session.create(graph, { provider: provider2, threads, isWhollyOnDevice: isWhollyOnDevice(options) }),
        config2.vocabularySize
      )
    };
  };
  return openOnDevice(
    { ...options, shape: cacheShape(options), names: engineNames, type: attentionType(options) },
    { base: open(false), adapters: { set: new DeviceAdapters(config2, provider2), open: () => open(true) } }
  );
}
async function openOnDevice(room, graphs) {
  const { provider: provider2 } = room;
  checkMemory(room, graphs.base.weightBytes);
  const opened2 = [];
  const keep = (part) => {
    opened2.unshift(part);
    return part;
  };
  try {
    const graph = graphs.base.open();
    keep(graph.session);
    const memory = keep(new DeviceMemory(provider2));
    const cache = keep(new DeviceCache({ ...room, memory, rows: room.maxSlots }));
    const decoder = new DeviceDecoder(room, { graph, memory, cache, ...graphs });
    await decoder.warmUp();
    return decoder;
  } catch (error) {
    for (const part of opened2) part.release();
    throw error;
  }
}
var DeviceDecoder = class {
  maxSlots;
  capacity;
  vocabularySize;
  #room;
  #base;
  #memory;
  #cache;
  #rows;
  #adapters;
  /** Tokens in each slot. */
  #lengths;
  /** Runs of one token a row on the base model, which differ in their numbers alone, by the rows they are on. */
  #prepared = /* @__PURE__ */ new Map();
  /** The slot whose tokens are in the staging row, and not in its own. */
  #staged;
  /** Under way. */
  #current;
  #weightBytes;
  #adapted;
  #released = false;
  constructor(room, { graph, memory, cache, base, adapters }) {
    const { maxSlots, capacity } = room;
    this.maxSlots = maxSlots;
    this.capacity = capacity;
    this.vocabularySize = graph.vocabularySize;
    this.#room = room;
    this.#base = graph;
    this.#weightBytes = base.weightBytes;
    this.#memory = memory;
    this.#cache = cache;
    this.#rows = new CacheRows(maxSlots, { isAtFront: true });
    this.#adapters = adapters;
    this.#lengths = Array.from({ length: maxSlots }, () => 0);
  }
  /**
   * Computes once what requests will: a device compiles what it runs for the first time, and what it cannot run is refused
   * here and not under a request.
   */
  async warmUp() {
    const tokens = [0, 0].slice(0, Math.max(1, this.capacity - 1));
    await this.prefill({ slot: 0, tokens, startPosition: 0 });
    if (tokens.length < this.capacity)
      await this.decode({ slots: [0], tokens: [0], lengths: [tokens.length] });
    this.#lengths[0] = 0;
  }
  get bytes() {
    return { weights: this.#weightBytes + (this.#adapters?.set.bytes ?? 0), cache: this.#cache.bytes };
  }
  async prefill({ slot, tokens, startPosition, adapter }) {
    this.#checkLive();
    if (tokens.length === 0) throw invalidInput("there is no token to prefill");
    checkRange(this, { slot, tokens, startPosition });
    this.#stage(slot, startPosition);
    const total = startPosition + tokens.length;
    const logits = await this.#run({
      tensors: this.#cache.staging,
      rows: 1,
      tokens,
      lengths: [total - 1],
      longest: total,
      adapters: [adapter]
    });
    this.#lengths[slot] = total;
    return logits;
  }
  /** As `DecoderSession` has it, in the rows where the batch will be decoded. */
  async prefillTogether({ slots, tokens, adapters = [] }) {
    this.#checkLive();
    checkSlots(slots, tokens);
    for (const [at, slot] of slots.entries()) {
      if (tokens[at].length === 0) throw invalidInput(`there is no token to begin slot ${slot} with`);
      checkRange(this, { slot, tokens: tokens[at], startPosition: 0 });
    }
    if (this.#staged !== void 0 && slots.includes(this.#staged)) this.#staged = void 0;
    const order = this.#gather(slots);
    const time = Math.max(...tokens.map(({ length }) => length));
    const logits = await this.#run({
      tensors: this.#cache.window(slots.length),
      rows: slots.length,
      tokens: order.flatMap((at) => padded(tokens[at], time)),
      lengths: order.map((at) => tokens[at].length - 1),
      longest: time,
      adapters: order.map((at) => adapters[at])
    });
    slots.forEach((slot, at) => {
      this.#lengths[slot] = tokens[at].length;
    });
    return this.#inOrder(logits, order);
  }
  async decode({ slots, tokens, lengths, adapters = [] }) {
    this.#checkLive();
    checkSlots(slots, tokens, lengths);
    for (const [at, slot] of slots.entries())
      checkRange(this, { slot, tokens: [tokens[at]], startPosition: lengths[at] });
    if (this.#staged !== void 0 && slots.includes(this.#staged)) this.#unstage();
    const order = this.#gather(slots);
    const logits = await this.#run({
      tensors: this.#cache.window(slots.length),
      rows: slots.length,
      tokens: order.map((at) => tokens[at]),
      lengths: order.map((at) => lengths[at]),
      longest: Math.max(...lengths) + 1,
      adapters: order.map((at) => adapters[at])
    });
    slots.forEach((slot, at) => {
      this.#lengths[slot] = lengths[at] + 1;
    });
    return this.#inOrder(logits, order);
  }
  copySlot({
    from,
    to,
    length
  }) {
    this.#checkLive();
    checkRange(this, { slot: from, tokens: [], startPosition: length });
    checkRange(this, { slot: to, tokens: [], startPosition: length });
    if (length > this.#lengths[from])
      throw invalidInput(`slot ${from} holds ${this.#lengths[from]} tokens, not ${length}`);
    if (this.#staged === to) this.#staged = void 0;
    if (this.#staged === from) this.#unstage();
    this.#cache.moveRows([{ from: this.#rows.rowOf(from), to: this.#rows.rowOf(to) }]);
    this.#lengths[to] = length;
  }
  /** The first adapter builds a second session, with weights of its own. */
  async loadAdapter(id2, adapter) {
    this.#checkLive();
    if (this.#adapters === void 0) throw noAdapters();
    this.#adapters.set.load(id2, adapter);
    if (this.#adapted !== void 0) return;
    const { weightBytes, open } = this.#adapters.open();
    checkMemory(this.#room, this.#weightBytes + weightBytes);
    this.#adapted = open();
    this.#weightBytes += weightBytes;
  }
  unloadAdapter(id2) {
    this.#adapters?.set.unload(id2);
  }
  hasAdapter(id2) {
    return this.#adapters?.set.has(id2) ?? false;
  }
  /** Ends a run that is under way; whoever waits for it is told `SESSION_RELEASED`. */
  async release() {
    if (this.#released) return;
    this.#released = true;
    await this.#current?.release();
    for (const { run } of this.#prepared.values()) await run.release();
    this.#base.session.release();
    this.#adapted?.session.release();
    this.#adapters?.set.release();
    this.#cache.release();
    this.#memory.release();
  }
  async #run(step3) {
    const { tensors, rows, tokens, adapters } = step3;
    const isKept = tokens.length === rows && adapters.every((id2) => id2 === void 0);
    const prepared = isKept && this.#prepared.get(tensors) || this.#prepare(step3);
    if (isKept) this.#prepared.set(tensors, prepared);
    const numbers = prepared.memory.fill(step3);
    this.#current = prepared.run;
    try {
      await prepared.run.run(numbers);
    } catch (error) {
      this.#checkLive();
      throw error;
    } finally {
      this.#current = void 0;
      if (!isKept) await prepared.run.release();
    }
    return prepared.memory.logits();
  }
  #prepare({ tensors, rows, tokens, adapters }) {
    const withAdapter = adapters.some((id2) => id2 !== void 0);
    const loras = withAdapter ? this.#feedsOf(adapters) : {};
    const { session, prepare } = withAdapter ? this.#adapted : this.#base;
    const memory = prepare(rows, tokens.length / rows);
    const run = session.bind(
      { ...memory.inputs, ...tensors.feeds, ...loras },
      { ...memory.outputs, ...tensors.fetches }
    );
    return { run, memory };
  }
  #feedsOf(adapters) {
    if (this.#adapters === void 0) throw noAdapters();
    return this.#adapters.set.feedsFor(adapters);
  }
  /** Brings the slots into the first rows; which of them each row holds. */
  #gather(slots) {
    const moves = [];
    const block = this.#rows.gather(slots, (a, b) => moves.push({ from: a, to: b }, { from: b, to: a }));
    this.#cache.moveRows(moves);
    return block.slots.map((slot) => slots.indexOf(slot));
  }
  /** Brings the slot's first tokens into the staging row; what another slot has there goes home. */
  #stage(slot, tokens) {
    if (this.#staged !== slot) {
      this.#unstage();
      if (tokens > 0) this.#cache.stage(this.#rows.rowOf(slot));
    }
    this.#staged = slot;
  }
  #unstage() {
    if (this.#staged !== void 0) this.#cache.unstage(this.#rows.rowOf(this.#staged));
    this.#staged = void 0;
  }
  /** Row i of `logits` belongs at `order[i]`. */
  #inOrder(logits, order) {
    if (order.every((at, row) => at === row)) return logits;
    const size = this.vocabularySize;
    const ordered = new Float32Array(logits.length);
    order.forEach((at, row) => {
      ordered.set(logits.subarray(row * size, (row + 1) * size), at * size);
    });
    return ordered;
  }
  #checkLive() {
    if (this.#released) throw new NeuralError("SESSION_RELEASED", "the decoder was released");
  }
};
function cacheShape({ config: config2 }) {
  return { ...config2, headSize: servedHeadSize(config2.headSize) };
}
function isWhollyOnDevice(options) {
  return options.isWhollyOnDevice ?? options.provider.kind === "webgpu";
}
function deviceLayout(options) {
  return {
    attention: attentionType(options),
    areEndsGiven: true,
    isOnProcessor: options.provider.kind === "cpu"
  };
}
function attentionType({ attention, provider: provider2 }) {
  return attention ?? attentionTypeOn(provider2);
}
function checkMemory(room, weightBytes) {
  const { memoryBytes, maxSlots } = room;
  const needed = weightBytes + deviceCacheBytes({ ...room, rows: maxSlots });
  if (memoryBytes === void 0 || needed <= memoryBytes) return;
  throw new NeuralError(
    "MEMORY_INSUFFICIENT",
    `weights and cache take ${needed} bytes; the device has ${memoryBytes} for them`,
    { details: { neededBytes: needed, memoryBytes } }
  );
}

// subgraphs/shared/neural/src/serving/device-decoder.testkit.ts
var deviceTestConfig = {
  vocabularySize: 61,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 64,
  ropeTheta: 1e4,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3
};
var deviceTestOptions = {
  config: deviceTestConfig,
  weights: initializeLlama(deviceTestConfig, 7),
  maxSlots: 4,
  capacity: 48,
  precision: "fp32",
  threads: 1
};
function tokensOf(seed, length) {
  const random = createRandom(seed);
  return Array.from({ length }, () => random.below(deviceTestConfig.vocabularySize));
}

// ../../race-gpu.mts
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { fileURLToPath } from "node:url";
var provider = { kind: "webgpu" };
if (isMainThread) {
  ortLibrary();
  const decoder = await createDeviceDecoder({ ...deviceTestOptions, provider });
  const say = async () => {
    await decoder.prefill({ slot: 0, tokens: tokensOf(1, 9), startPosition: 0 });
    const said = [];
    for (let at = 9; at < 40; at++) {
      const logits = await decoder.decode({ slots: [0], tokens: [at % 61], lengths: [at] });
      said.push(Math.fround(logits.reduce((a, b) => a + Math.abs(b), 0)));
      steps++;
    }
    return said;
  };
  let steps = 0;
  const expected = await say();
  console.log("alone", expected.slice(0, 3), "steps", steps);
  const w = new Worker(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
  let created = 0;
  let done = false;
  w.on("message", (m) => {
    created++;
    console.log("created", created, m, "steps", steps);
  });
  w.on("exit", (c) => {
    done = true;
    console.log("worker exit", c);
  });
  w.on("error", (e) => console.log("worker error", e));
  while (!done) {
    const got = await say();
    console.log("same", JSON.stringify(got) === JSON.stringify(expected), steps);
  }
} else {
  const big = { ...deviceTestOptions.config, hiddenSize: 512, intermediateSize: 1024, layers: 3, headSize: 64, heads: 8, keyValueHeads: 8, vocabularySize: 4e3 };
  const bigWeights = initializeLlama(big, 1);
  for (let i = 0; i < 40; i++) {
    const t = performance.now();
    const [config2, weights] = [big, bigWeights];
    const s = Session.create(buildDecoderGraph({ config: config2, weights, capacity: 48, precision: "fp32", adapters: false, areEndsGiven: true }), { provider, threads: 1 });
    parentPort.postMessage(Math.round(performance.now() - t));
    s.release();
  }
}
