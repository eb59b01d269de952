/**
 * A model file with some of its nodes changed, as bytes for ONNX Runtime. What is not changed is copied as it lies in the
 * file, except large weights: they stay where they are, and the edited model says at which bytes of the file. A model of
 * a gigabyte is thus edited in some kilobytes.
 */
import { basename } from 'node:path';
import { writeAttribute, writeReference, writeWholeTensor } from './encode-model.ts';
import { ProtobufWriter } from './protobuf.ts';
import { type ByteSource, type Field, readFields, readText, withFileSource } from './protobuf-reader.ts';
import type { Attributes, Value } from './types.ts';

export interface ModelEdit {
  /** By the node's place among the graph's. */
  readonly nodes: ReadonlyMap<number, NodeEdit>;
  /** New ones, with their data. */
  readonly initializers: readonly Value[];
}

export interface NodeEdit {
  /** All of them. */
  readonly inputs: readonly string[];
  /** Added, or put in the place of those of the same name. */
  readonly attributes: Attributes;
}

/** Smaller ones stay in the model: shapes are computed from them while it is loaded. */
const leastReferencedBytes = 1_024;

/** Its weights lie in the folder of the file, which must stay as it is. Throws `ONNX_CORRUPT`. */
export function editModel(path: string, edit: ModelEdit): Uint8Array {
  return withFileSource(path, (source) => {
    const model = new ProtobufWriter();
    for (const part of partsOf(source)) {
      if (!isMessage(part.field, 7)) model.encoded(source.read(part.start, part.field.end));
      else model.message(7, (writer) => writeGraph(writer, source, part.field, edit));
    }
    return model.finish();
  });
}

interface Part {
  readonly field: Field;
  /** Of its tag. */
  readonly start: number;
}

function* partsOf(source: ByteSource, within?: Field): Generator<Part> {
  let start = within?.start ?? 0;
  for (const field of readFields(source, start, within?.end)) {
    yield { field, start };
    start = field.end;
  }
}

const isMessage = ({ number, wireType }: Field, wanted: number): boolean =>
  number === wanted && wireType === 2;

function writeGraph(writer: ProtobufWriter, source: ByteSource, graph: Field, edit: ModelEdit): void {
  let place = 0;
  for (const { field, start } of partsOf(source, graph)) {
    if (isMessage(field, 1)) {
      const change = edit.nodes.get(place);
      place += 1;
      if (change !== undefined) {
        writer.message(1, (message) => writeNode(message, source, field, change));
        continue;
      }
    }
    if (isMessage(field, 5) && field.end - field.start >= leastReferencedBytes)
      writer.message(5, (message) => writeTensor(message, source, field));
    else writer.encoded(source.read(start, field.end));
  }
  for (const value of edit.initializers) writer.message(5, (message) => writeWholeTensor(message, value));
}

/** NodeProto { input 1, attribute 5 { name 1 } } */
function writeNode(writer: ProtobufWriter, source: ByteSource, node: Field, change: NodeEdit): void {
  for (const input of change.inputs) writer.string(1, input);
  for (const { field, start } of partsOf(source, node)) {
    if (field.number === 1) continue;
    if (field.number === 5 && nameOf(source, field) in change.attributes) continue;
    writer.encoded(source.read(start, field.end));
  }
  for (const [name, attribute] of Object.entries(change.attributes))
    writer.message(5, (message) => writeAttribute(message.string(1, name), attribute));
}

function nameOf(source: ByteSource, attribute: Field): string {
  const name = [...readFields(source, attribute.start, attribute.end)].find(({ number }) => number === 1);
  return name === undefined ? '' : readText(source, name);
}

/** TensorProto { raw_data 9 } */
function writeTensor(writer: ProtobufWriter, source: ByteSource, tensor: Field): void {
  for (const { field, start } of partsOf(source, tensor)) {
    if (isMessage(field, 9) && field.end - field.start >= leastReferencedBytes) {
      const fileName = basename(source.name);
      writeReference(writer, { fileName, offset: field.start, length: field.end - field.start });
    } else writer.encoded(source.read(start, field.end));
  }
}
