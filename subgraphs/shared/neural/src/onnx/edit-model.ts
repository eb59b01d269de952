/**
 * A model file with some of its graph changed, as bytes for ONNX Runtime. What is not changed is copied as it lies in the
 * file, except large weights: they stay where they are, and the edited model says at which bytes of the file. A model of
 * a gigabyte is thus edited in some kilobytes.
 */
import { basename } from 'node:path';
import {
  writeAttribute,
  writeNode,
  writeReference,
  writeValueInfo,
  writeWholeTensor,
} from './encode-model.ts';
import { ProtobufWriter } from './protobuf.ts';
import { type ByteSource, type Field, readFields, readText, withFileSource } from './protobuf-reader.ts';
import type { Attributes, GraphNode, Value } from './types.ts';

export interface ModelEdit {
  /** By the node's place among the graph's. */
  readonly nodes: ReadonlyMap<number, NodeEdit>;
  readonly removedNodes: ReadonlySet<number>;
  /** ONNX Runtime brings nodes into their order itself. */
  readonly addedNodes: readonly GraphNode[];
  /** New ones, with their data. */
  readonly initializers: readonly Value[];
  readonly removedInputs: ReadonlySet<string>;
  readonly addedInputs: readonly Value[];
  /** Added, or put in the place of those of the same name. */
  readonly outputs: readonly Value[];
  readonly removedOutputs: ReadonlySet<string>;
  /** Values of which the file's own shape is not true any more. */
  readonly reshaped: ReadonlySet<string>;
}

export interface NodeEdit {
  /** Those that change, by their place. */
  readonly inputs: ReadonlyMap<number, string>;
  /** Added, or put in the place of those of the same name. */
  readonly attributes: Attributes;
}

export const noEdit: ModelEdit = {
  nodes: new Map(),
  removedNodes: new Set(),
  addedNodes: [],
  initializers: [],
  removedInputs: new Set(),
  addedInputs: [],
  outputs: [],
  removedOutputs: new Set(),
  reshaped: new Set(),
};

/** Edits of which none changes what another one does. */
export function joinEdits(a: ModelEdit, b: ModelEdit): ModelEdit {
  const nodes = new Map(a.nodes);
  for (const [place, { inputs, attributes }] of b.nodes) {
    const own = nodes.get(place);
    nodes.set(place, {
      inputs: new Map([...(own?.inputs ?? []), ...inputs]),
      attributes: { ...own?.attributes, ...attributes },
    });
  }
  return {
    nodes,
    removedNodes: new Set([...a.removedNodes, ...b.removedNodes]),
    addedNodes: [...a.addedNodes, ...b.addedNodes],
    initializers: [...a.initializers, ...b.initializers],
    removedInputs: new Set([...a.removedInputs, ...b.removedInputs]),
    addedInputs: [...a.addedInputs, ...b.addedInputs],
    outputs: [...a.outputs, ...b.outputs],
    removedOutputs: new Set([...a.removedOutputs, ...b.removedOutputs]),
    reshaped: new Set([...a.reshaped, ...b.reshaped]),
  };
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

/** GraphProto { node 1, initializer 5, input 11, output 12, value_info 13 } */
function writeGraph(writer: ProtobufWriter, source: ByteSource, graph: Field, edit: ModelEdit): void {
  const replaced = new Set([...edit.outputs.map(({ name }) => name), ...edit.removedOutputs]);
  const isGone = (field: Field): boolean =>
    (isMessage(field, 11) && edit.removedInputs.has(nameOf(source, field))) ||
    (isMessage(field, 12) && replaced.has(nameOf(source, field))) ||
    (isMessage(field, 13) && edit.reshaped.has(nameOf(source, field)));
  let place = -1;
  for (const { field, start } of partsOf(source, graph)) {
    if (isMessage(field, 1)) place += 1;
    const change = isMessage(field, 1) ? edit.nodes.get(place) : undefined;
    if (isGone(field) || (isMessage(field, 1) && edit.removedNodes.has(place))) continue;
    if (change !== undefined) writer.message(1, (message) => writeChanged(message, source, field, change));
    else if (isMessage(field, 5) && field.end - field.start >= leastReferencedBytes)
      writer.message(5, (message) => writeTensor(message, source, field));
    else writer.encoded(source.read(start, field.end));
  }
  for (const node of edit.addedNodes) writer.message(1, (message) => writeNode(message, node));
  for (const value of edit.initializers) writer.message(5, (message) => writeWholeTensor(message, value));
  for (const value of edit.addedInputs) writer.message(11, (message) => writeValueInfo(message, value));
  for (const value of edit.outputs) writer.message(12, (message) => writeValueInfo(message, value));
}

/** NodeProto { input 1, attribute 5 } */
function writeChanged(writer: ProtobufWriter, source: ByteSource, node: Field, change: NodeEdit): void {
  const inputs: string[] = [];
  for (const field of readFields(source, node.start, node.end))
    if (field.number === 1) inputs.push(readText(source, field));
  const count = Math.max(inputs.length, ...[...change.inputs.keys()].map((place) => place + 1));
  for (let place = 0; place < count; place += 1)
    writer.string(1, change.inputs.get(place) ?? inputs[place] ?? '');
  for (const { field, start } of partsOf(source, node)) {
    if (field.number === 1) continue;
    if (field.number === 5 && nameOf(source, field) in change.attributes) continue;
    writer.encoded(source.read(start, field.end));
  }
  for (const [name, attribute] of Object.entries(change.attributes))
    writer.message(5, (message) => writeAttribute(message.string(1, name), attribute));
}

/** Of an attribute, or of an input, output or value: field 1 of each. */
function nameOf(source: ByteSource, named: Field): string {
  const name = [...readFields(source, named.start, named.end)].find(({ number }) => number === 1);
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
