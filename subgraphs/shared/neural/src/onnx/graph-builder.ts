import { NeuralError } from '../errors.ts';
import { attributeInt, inferOutputs, showDims } from './shape-inference.ts';
import {
  type Attributes,
  type ConstantData,
  type Dimension,
  type ElementType,
  elementTypeOf,
  type Graph,
  type GraphNode,
  int,
  ints,
  type Value,
} from './types.ts';

/**
 * One differentiable step of the forward graph: an operator, or a composite of several that has a gradient rule of its
 * own (an RMS norm's gradient in closed form takes a third of the nodes that differentiating its parts would).
 */
export interface Call {
  readonly kind: string;
  readonly name: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

export interface OperatorOptions {
  readonly attributes?: Attributes;
  readonly domain?: string;
  readonly outputCount?: number;
  /** Names for outputs that become outputs of the graph; an in-place operator must write them itself, not a copy. */
  readonly outputNames?: readonly (string | undefined)[];
  /** Optional outputs, by position, that the operator is not to compute. */
  readonly omittedOutputs?: readonly number[];
}

/**
 * Writes an ONNX graph node by node. Invariant: every value's type and shape are known as soon as it exists, and an
 * operand that does not fit is refused at the node that was being written, by that node's name.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #initializers: Value[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #calls: Call[] = [];
  readonly #names: Set<string>;
  readonly #shared = new Map<string, Value>();
  readonly #scope: string[] = [];
  #compositeDepth = 0;

  /** `taken`: names that values have which it does not write. */
  constructor(name: string, { taken = [] }: { readonly taken?: Iterable<string> } = {}) {
    this.#name = name;
    this.#names = new Set(taken);
  }

  get calls(): readonly Call[] {
    return this.#calls;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  input(name: string, type: ElementType, dims: readonly Dimension[]): Value {
    const value = { name: this.#claim(name), type, dims };
    this.#inputs.push(value);
    return value;
  }

  /** A value stored in the model itself. */
  initializer(name: string, options: { dims: readonly number[]; data: ConstantData }): Value {
    const { dims, data } = options;
    const elements = dims.reduce((total, dim) => total * dim, 1);
    if (elements !== data.length) {
      throw new NeuralError(
        'GRAPH_INVALID',
        `initializer ${name}: ${data.length} elements for ${showDims(dims)}`,
      );
    }
    const value = { name: this.#claim(name), type: elementTypeOf(data), dims, constant: data };
    this.#initializers.push(value);
    return value;
  }

  scalar(value: number): Value {
    return this.#sharedConstant(`scalar_${value}`, [], Float32Array.of(value));
  }

  integers(values: readonly number[]): Value {
    return this.#sharedConstant(
      `ints_${values.join('_')}`,
      [values.length],
      BigInt64Array.from(values, BigInt),
    );
  }

  integer(value: number): Value {
    return this.#sharedConstant(`int_${value}`, [], BigInt64Array.of(BigInt(value)));
  }

  /** The operator's first output. */
  op(opType: string, inputs: readonly (Value | undefined)[], options: OperatorOptions = {}): Value {
    return this.ops(opType, inputs, options)[0]!;
  }

  /** What the operator writes, without the outputs that are left out. */
  ops(
    opType: string,
    inputs: readonly (Value | undefined)[],
    options: OperatorOptions = {},
  ): readonly Value[] {
    const {
      attributes = {},
      domain = '',
      outputNames = [],
      outputCount = Math.max(1, outputNames.length),
      omittedOutputs = [],
    } = options;
    const name = this.#claim([...this.#scope, opType].join('/'));
    const slots = this.#infer(name, opType, { inputs, attributes })
      .slice(0, outputCount)
      .map(({ type, dims }, at) => {
        if (omittedOutputs.includes(at)) return undefined;
        const wanted = outputNames[at] ?? (at === 0 ? `${name}_out` : `${name}_out_${at}`);
        return { name: this.#claim(wanted), type, dims };
      });
    const outputs = slots.filter((value) => value !== undefined);
    this.#nodes.push({ name, opType, domain, inputs, outputs: slots, attributes });
    if (this.#compositeDepth === 0) this.#calls.push({ kind: opType, name, inputs, outputs, attributes });
    return outputs;
  }

  /** Several operators that count as one step for differentiation. */
  composite(
    kind: string,
    inputs: readonly Value[],
    write: () => readonly Value[],
    attributes: Attributes = {},
  ): readonly Value[] {
    this.#compositeDepth += 1;
    const outputs = this.scope(kind, write);
    this.#compositeDepth -= 1;
    if (this.#compositeDepth === 0) {
      this.#calls.push({ kind, name: [...this.#scope, kind].join('/'), inputs, outputs, attributes });
    }
    return outputs;
  }

  /** Nodes written inside carry the scope's name: an error or a profile then says which layer. */
  scope<T>(name: string, write: () => T): T {
    this.#scope.push(name);
    try {
      return write();
    } finally {
      this.#scope.pop();
    }
  }

  output(name: string, value: Value): Value {
    const renamed = { name: this.#claim(name), type: value.type, dims: value.dims };
    this.#nodes.push({
      name: `${renamed.name}/output`,
      opType: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [renamed],
      attributes: {},
    });
    this.#outputs.push(renamed);
    return renamed;
  }

  /** Makes a named output of an operator an output of the graph as it is. */
  exposeOutput(value: Value): void {
    this.#outputs.push(value);
  }

  /** States the dimensions of a value where inference only knows that they are open; a known one must agree. */
  named(value: Value, dims: readonly Dimension[]): Value {
    const contradicts = dims.some((dim, axis) => {
      const known = value.dims[axis];
      return typeof known === 'number' && typeof dim === 'number' && known !== dim;
    });
    if (dims.length !== value.dims.length || contradicts) {
      throw new NeuralError(
        'GRAPH_INVALID',
        `${value.name} is ${showDims(value.dims)}, not ${showDims(dims)}`,
      );
    }
    return { ...value, dims };
  }

  build(): Graph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.#nodes,
    };
  }

  // The shorthands below are the vocabulary that architectures and gradient rules are written in.

  add(a: Value, b: Value): Value {
    return this.op('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.op('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op('Mul', [a, b]);
  }

  scale(x: Value, factor: number): Value {
    return this.mul(x, this.scalar(factor));
  }

  matMul(a: Value, b: Value): Value {
    return this.op('MatMul', [a, b]);
  }

  gemm(a: Value, b: Value, options: { transA?: boolean; transB?: boolean } = {}): Value {
    const attributes = { transA: int(options.transA ? 1 : 0), transB: int(options.transB ? 1 : 0) };
    return this.op('Gemm', [a, b], { attributes });
  }

  reshape(x: Value, dims: readonly number[]): Value {
    if (x.dims.join() === dims.join()) return x;
    return this.op('Reshape', [x, this.integers(dims)]);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.op('Transpose', [x], { attributes: { perm: ints(permutation) } });
  }

  reduce(
    kind: 'ReduceSum' | 'ReduceMean' | 'ReduceMax',
    x: Value,
    axes: readonly number[],
    keepDims = true,
  ): Value {
    return this.op(kind, [x, this.integers(axes)], { attributes: { keepdims: int(keepDims ? 1 : 0) } });
  }

  softmax(x: Value): Value {
    return this.op('Softmax', [x], { attributes: { axis: int(-1) } });
  }

  gather(data: Value, indices: Value, axis = 0): Value {
    return this.op('Gather', [data, indices], { attributes: { axis: int(axis) } });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.op('Concat', values, { attributes: { axis: int(axis) } });
  }

  #infer(
    name: string,
    opType: string,
    input: { inputs: readonly (Value | undefined)[]; attributes: Attributes },
  ) {
    try {
      return inferOutputs(opType, input);
    } catch (error) {
      const axis = attributeInt(input.attributes, 'axis', 0);
      const operands = input.inputs.map((value) =>
        value === undefined ? '-' : `${value.name} ${showDims(value.dims)}`,
      );
      throw new NeuralError(
        'GRAPH_INVALID',
        `node ${name}: ${(error as Error).message} (operands ${operands.join(', ')}${axis === 0 ? '' : `, axis ${axis}`})`,
        { cause: error, details: { node: name, operator: opType } },
      );
    }
  }

  #sharedConstant(key: string, dims: readonly number[], data: ConstantData): Value {
    const existing = this.#shared.get(key);
    if (existing !== undefined) return existing;
    const created = this.initializer(key, { dims, data });
    this.#shared.set(key, created);
    return created;
  }

  #claim(wanted: string): string {
    let name = wanted;
    for (let suffix = 1; this.#names.has(name); suffix += 1) name = `${wanted}_${suffix}`;
    this.#names.add(name);
    return name;
  }
}
