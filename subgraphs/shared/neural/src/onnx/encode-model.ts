import { NeuralError } from '../errors.ts';
import { bytesOf } from '../files.ts';
import { ProtobufWriter } from './protobuf.ts';
import {
  type Attribute,
  type ConstantData,
  elementTypeCodes,
  type Graph,
  type GraphNode,
  type Value,
} from './types.ts';

/** Operator set versions: ai.onnx 23 has RotaryEmbedding and RMSNormalization; com.microsoft is ONNX Runtime's own. */
export const onnxOpset = 23;
const irVersion = 11;
const maxModelBytes = 2 ** 31 - 1;
/** TensorProto.DataLocation EXTERNAL. */
const externalLocation = 1;

/** Weights kept in a file of their own beside the model, as a model of more than 2 GiB must. */
export interface ExternalData {
  /** The file's name as the model refers to it; it lies in the model's folder. */
  readonly fileName: string;
  /** Smaller tensors stay in the model. */
  readonly minBytes: number;
}

/** A graph as the bytes of an ONNX `ModelProto` (field numbers from onnx.proto). */
export function encodeModel(graph: Graph): Uint8Array {
  return encode(graph, writeInside);
}

/** The model's bytes, and those of the file beside it, one after the other. */
export function encodeModelWithData(
  graph: Graph,
  external: ExternalData,
): { readonly model: Uint8Array; readonly data: readonly Uint8Array[] } {
  const data: Uint8Array[] = [];
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

/** Within a tensor, instead of its bytes: where they lie in a file of the model's folder. */
export function writeReference(
  writer: ProtobufWriter,
  {
    fileName,
    offset,
    length,
  }: { readonly fileName: string; readonly offset: number; readonly length: number },
): void {
  const entries = { location: fileName, offset: `${offset}`, length: `${length}` };
  for (const [key, text] of Object.entries(entries))
    writer.message(13, (entry) => entry.string(1, key).string(2, text));
  writer.int(14, externalLocation);
}

type WriteData = (writer: ProtobufWriter, value: Value) => ProtobufWriter;

const writeInside: WriteData = (writer, value) => writer.bytes(9, bytesOf(constantOf(value)));

function encode(graph: Graph, writeData: WriteData): Uint8Array {
  const writer = new ProtobufWriter()
    .int(1, irVersion)
    .string(2, 'fathom')
    .message(7, (message) => writeGraph(message, graph, writeData));
  const domains = new Set(['', ...graph.nodes.map((node) => node.domain)]);
  for (const domain of domains) {
    writer.message(8, (opset) => opset.string(1, domain).int(2, domain === '' ? onnxOpset : 1));
  }
  if (writer.length > maxModelBytes) {
    throw new NeuralError(
      'GRAPH_INVALID',
      `graph ${graph.name} takes ${writer.length} bytes; an ONNX model in one piece holds at most ${maxModelBytes}`,
    );
  }
  return writer.finish();
}

function writeGraph(writer: ProtobufWriter, graph: Graph, writeData: WriteData): void {
  for (const node of graph.nodes) writer.message(1, (message) => writeNode(message, node));
  writer.string(2, graph.name);
  for (const value of graph.initializers)
    writer.message(5, (message) => writeTensor(message, value, writeData));
  for (const value of graph.inputs) writer.message(11, (message) => writeValueInfo(message, value));
  for (const value of graph.outputs) writer.message(12, (message) => writeValueInfo(message, value));
}

export function writeNode(writer: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) writer.string(1, input?.name ?? '');
  for (const output of node.outputs) writer.string(2, output?.name ?? '');
  writer.string(3, node.name).string(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (message) => writeAttribute(message.string(1, name), attribute));
  }
  writer.string(7, node.domain);
}

export function writeAttribute(writer: ProtobufWriter, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'float':
      writer.float(2, attribute.value).int(20, 1);
      return;
    case 'int':
      writer.int(3, attribute.value).int(20, 2);
      return;
    case 'string':
      writer.string(4, attribute.value).int(20, 3);
      return;
    case 'ints':
      for (const value of attribute.value) writer.int(8, value);
      writer.int(20, 7);
  }
}

/** One whose bytes stay in the model. */
export function writeWholeTensor(writer: ProtobufWriter, value: Value): void {
  writeTensor(writer, value, writeInside);
}

function writeTensor(writer: ProtobufWriter, value: Value, writeData: WriteData): void {
  for (const dim of value.dims) writer.int(1, dim as number);
  writeData(writer.int(2, elementTypeCodes[value.type]).string(8, value.name), value);
}

function constantOf(value: Value): ConstantData {
  if (value.constant === undefined)
    throw new NeuralError('GRAPH_INVALID', `initializer ${value.name} has no data`);
  return value.constant;
}

export function writeValueInfo(writer: ProtobufWriter, value: Value): void {
  writer.string(1, value.name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.int(1, elementTypeCodes[value.type]).message(2, (shape) => {
        for (const dim of value.dims) {
          shape.message(1, (message) => {
            if (typeof dim === 'number') message.int(1, dim);
            else message.string(2, dim);
          });
        }
      }),
    ),
  );
}
