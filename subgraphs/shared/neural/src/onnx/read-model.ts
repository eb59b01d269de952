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
}

export interface OnnxModel {
  readonly path: string;
  /** Those that are not initializers: old exporters list weights among the inputs. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
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
    const weights = new Set(parts.initializers);
    return {
      path,
      inputs: parts.inputs.filter(({ name }) => !weights.has(name)),
      outputs: parts.outputs,
      nodes: parts.nodes,
      bytes: source.length + external,
      parameterCount: parts.parameterCount,
    };
  });
}

function readGraph(source: ByteSource, graph: Field) {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers: string[] = [];
  const external: ExternalRange[] = [];
  let parameterCount = 0;
  for (const field of readFields(source, graph.start, graph.end)) {
    if (field.wireType !== 2) continue;
    if (field.number === 1) nodes.push(readNode(source, field));
    else if (field.number === 11) inputs.push(readValue(source, field));
    else if (field.number === 12) outputs.push(readValue(source, field));
    else if (field.number === 5) {
      const tensor = readInitializer(source, field);
      initializers.push(tensor.name);
      parameterCount += tensor.weights;
      if (tensor.external !== undefined) external.push(tensor.external);
    }
  }
  return { nodes, inputs, outputs, initializers, external, parameterCount };
}

function readNode(source: ByteSource, node: Field): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let opType = '';
  let domain = '';
  for (const field of readFields(source, node.start, node.end)) {
    if (field.number === 1) inputs.push(readText(source, field));
    else if (field.number === 2) outputs.push(readText(source, field));
    else if (field.number === 4) opType = readText(source, field);
    else if (field.number === 7) domain = readText(source, field);
  }
  return { opType, domain, inputs, outputs };
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

/** TensorProto { dims 1, data_type 2, name 8, external_data 13 { key 1, value 2 }, data_location 14 } */
function readInitializer(
  source: ByteSource,
  tensor: Field,
): { readonly name: string; readonly weights: number; readonly external?: ExternalRange } {
  let name = '';
  let type: string | undefined;
  const dims: number[] = [];
  let isExternal = false;
  const entries = new Map<string, string>();
  for (const field of readFields(source, tensor.start, tensor.end)) {
    if (field.number === 8) name = readText(source, field);
    else if (field.number === 1) dims.push(...integersOf(source, field));
    else if (field.number === 2) type = elementTypeNames[Number(field.value)];
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
  if (!isExternal) return { name, weights };
  const end = Number(entries.get('offset') ?? 0) + Number(entries.get('length') ?? 0);
  return { name, weights, external: { tensor: name, location: entries.get('location') ?? '', end } };
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
