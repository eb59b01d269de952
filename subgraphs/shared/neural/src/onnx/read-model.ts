/**
 * What an ONNX file says about itself: inputs, outputs, operators and where its weights lie (field numbers from
 * onnx.proto). Weights are skipped, not read, but checked to be there.
 */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { type ByteSource, type Field, readFields, readText, withFileSource } from './protobuf-reader.ts';
import type { Dimension } from './types.ts';

/** TensorProto.DataType, with the names that people know them by. */
const elementTypeNames: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
  21: 'uint4',
  22: 'int4',
};

export interface OnnxValue {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly Dimension[];
}

export interface OnnxNode {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Those that are a number; undefined for one that is anything else. */
  readonly attributes: ReadonlyMap<string, number | undefined>;
}

export interface OnnxTensor {
  readonly type: string | undefined;
  readonly dims: readonly number[];
  /** Where its elements lie, little endian; absent where they are written in another form. */
  readonly data: { readonly path: string; readonly start: number; readonly end: number } | undefined;
}

export interface OnnxModel {
  readonly path: string;
  /** The version of ai.onnx's operators. */
  readonly opset: number;
  /** Those that are not initializers: old exporters list weights among the inputs. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Bytes of the file and of the files beside it. */
  readonly bytes: number;
  /** Elements of all matrices; of those packed in four bits a weight, the weights. */
  readonly parameterCount: number;
}

interface ExternalRange {
  readonly tensor: string;
  readonly location: string;
  readonly end: number;
}

/** Throws `ONNX_CORRUPT` naming the file and what is wrong with it, a missing or short data file among them. */
export function readOnnxModel(path: string): OnnxModel {
  return withFileSource(path, (source) => {
    const graph = [...readFields(source)].find(({ number, wireType }) => number === 7 && wireType === 2);
    if (graph === undefined) throw corrupt(path, 'it holds no graph: this is no ONNX file, or a part of one');
    const parts = readGraph(source, graph);
    const external = checkExternal(path, parts.external);
    return {
      path,
      opset: readOpset(source),
      inputs: parts.inputs.filter(({ name }) => !parts.initializers.has(name)),
      outputs: parts.outputs,
      nodes: parts.nodes,
      initializers: parts.initializers,
      bytes: source.length + external,
      parameterCount: parts.parameterCount,
    };
  });
}

/** ModelProto { opset_import 8 { domain 1, version 2 } } */
function readOpset(source: ByteSource): number {
  let opset = 0;
  for (const field of readFields(source)) {
    if (field.number !== 8 || field.wireType !== 2) continue;
    let [domain, version] = ['', 0];
    for (const part of readFields(source, field.start, field.end)) {
      if (part.number === 1) domain = readText(source, part);
      else if (part.number === 2) version = Number(part.value);
    }
    if (domain === '' || domain === 'ai.onnx') opset = version;
  }
  return opset;
}

function readGraph(source: ByteSource, graph: Field) {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const external: ExternalRange[] = [];
  let parameterCount = 0;
  for (const field of readFields(source, graph.start, graph.end)) {
    if (field.wireType !== 2) continue;
    if (field.number === 1) nodes.push(readNode(source, field));
    else if (field.number === 11) inputs.push(readValue(source, field));
    else if (field.number === 12) outputs.push(readValue(source, field));
    else if (field.number === 5) {
      const tensor = readInitializer(source, field);
      initializers.set(tensor.name, tensor);
      parameterCount += tensor.weights;
      if (tensor.external !== undefined) external.push(tensor.external);
    }
  }
  return { nodes, inputs, outputs, initializers, external, parameterCount };
}

function readNode(source: ByteSource, node: Field): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, number | undefined>();
  let opType = '';
  let domain = '';
  for (const field of readFields(source, node.start, node.end)) {
    if (field.number === 1) inputs.push(readText(source, field));
    else if (field.number === 2) outputs.push(readText(source, field));
    else if (field.number === 4) opType = readText(source, field);
    else if (field.number === 7) domain = readText(source, field);
    else if (field.number === 5) attributes.set(...readAttribute(source, field));
  }
  return { opType, domain, inputs, outputs, attributes };
}

/** AttributeProto { name 1, f 2, i 3 } */
function readAttribute(source: ByteSource, attribute: Field): [string, number | undefined] {
  let name = '';
  let value: number | undefined;
  for (const field of readFields(source, attribute.start, attribute.end)) {
    if (field.number === 1) name = readText(source, field);
    else if (field.number === 2) value = floatOf(field);
    else if (field.number === 3) value = Number(BigInt.asIntN(64, field.value));
  }
  return [name, value];
}

function floatOf({ value }: Field): number {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, Number(value));
  return bytes.getFloat32(0);
}

/** ValueInfoProto { name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1, dim_param 2 } } } } } */
function readValue(source: ByteSource, value: Field): OnnxValue {
  let name = '';
  let type = 'no tensor';
  const dims: Dimension[] = [];
  const within = (field: Field) => readFields(source, field.start, field.end);
  for (const field of within(value)) {
    if (field.number === 1) name = readText(source, field);
    if (field.number !== 2) continue;
    for (const tensor of within(field)) {
      if (tensor.number !== 1) continue;
      for (const part of within(tensor)) {
        if (part.number === 1) type = elementTypeNames[Number(part.value)] ?? `element type ${part.value}`;
        if (part.number !== 2) continue;
        for (const dim of within(part)) {
          const [known] = within(dim);
          dims.push(
            known === undefined ? '?' : known.number === 1 ? Number(known.value) : readText(source, known),
          );
        }
      }
    }
  }
  return { name, type, dims };
}

type Initializer = OnnxTensor & {
  readonly name: string;
  readonly weights: number;
  readonly external: ExternalRange | undefined;
};

/** TensorProto { dims 1, data_type 2, name 8, raw_data 9, external_data 13 { key 1, value 2 }, data_location 14 } */
function readInitializer(source: ByteSource, tensor: Field): Initializer {
  let name = '';
  let type: string | undefined;
  const dims: number[] = [];
  let isExternal = false;
  let raw: Field | undefined;
  const entries = new Map<string, string>();
  for (const field of readFields(source, tensor.start, tensor.end)) {
    if (field.number === 8) name = readText(source, field);
    else if (field.number === 1) dims.push(...integersOf(source, field));
    else if (field.number === 2) type = elementTypeNames[Number(field.value)];
    else if (field.number === 9) raw = field;
    else if (field.number === 14) isExternal = field.value === 1n;
    else if (field.number === 13) {
      const [key, value] = [...readFields(source, field.start, field.end)].map((part) =>
        readText(source, part),
      );
      entries.set(key ?? '', value ?? '');
    }
  }
  // MatMulNBits keeps its weights as [out, blocks, bytes], two a byte.
  const isPacked = type === 'uint8' && dims.length === 3;
  const elements = dims.length < 2 ? 0 : dims.reduce((product, dim) => product * dim, 1);
  const weights = isPacked ? 2 * elements : elements;
  if (!isExternal) {
    const data = raw && { path: source.name, start: raw.start, end: raw.end };
    return { name, type, dims, weights, data, external: undefined };
  }
  const location = entries.get('location') ?? '';
  const start = Number(entries.get('offset') ?? 0);
  const end = start + Number(entries.get('length') ?? 0);
  const data = { path: join(dirname(source.name), location), start, end };
  return { name, type, dims, weights, data, external: { tensor: name, location, end } };
}

/** A repeated number comes one a field, or all packed into one. */
function integersOf(source: ByteSource, field: Field): readonly number[] {
  if (field.wireType === 0) return [Number(field.value)];
  const values: number[] = [];
  let [value, shift] = [0, 1];
  for (const byte of source.read(field.start, field.end)) {
    value += (byte & 0x7f) * shift;
    shift *= 128;
    if (byte >= 0x80) continue;
    values.push(value);
    [value, shift] = [0, 1];
  }
  return values;
}

/** Bytes of all data files. They must lie beside the model: a path that leads elsewhere is refused. */
function checkExternal(path: string, ranges: readonly ExternalRange[]): number {
  const sizes = new Map<string, number>();
  for (const { tensor, location, end } of ranges) {
    if (location === '' || basename(location) !== location || location === '..')
      throw corrupt(
        path,
        `tensor ${tensor} lies in ${JSON.stringify(location)}, which is not a file beside it`,
      );
    const size = sizes.get(location) ?? sizeOf(join(dirname(path), location));
    if (size === undefined) throw corrupt(path, `tensor ${tensor} lies in ${location}, which is missing`);
    sizes.set(location, size);
    if (!(end <= size))
      throw corrupt(
        path,
        `tensor ${tensor} ends at byte ${end} of ${location}, which has ${size}: it is truncated`,
      );
  }
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function corrupt(path: string, problem: string): NeuralError {
  return new NeuralError('ONNX_CORRUPT', `${path}: ${problem}`, { details: { path, problem } });
}
