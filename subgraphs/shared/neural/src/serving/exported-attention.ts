/**
 * An export's GroupQueryAttention as the processor computes rows of different lengths best: `in-place-layout.ts` says why. Each
 * such operator of the file gets sinks that weigh nothing, and half of its scale in the rotary tables of queries and keys
 * each. The cached keys are then scaled as well, which nobody outside the graph sees.
 *
 * What the operator cannot be given without a change of its result stays as it is: a model is edited wholly or not at all.
 */
import { type ModelEdit, type NodeEdit, noEdit } from '../onnx/edit-model.ts';
import { withFileSource } from '../onnx/protobuf-reader.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/read-model.ts';
import { float, type Value } from '../onnx/types.ts';
import { weightlessSink } from './in-place-layout.ts';

interface Attention {
  readonly place: number;
  readonly heads: number;
  readonly scale: number;
  readonly tables: readonly [string, string];
}

/** Attributes that leave an operator as it was without them, at the values given; at any value where none is. */
const harmless: ReadonlyMap<string, number | undefined> = new Map([
  ['num_heads', undefined],
  ['kv_num_heads', undefined],
  ['scale', undefined],
  ['do_rotary', 1],
  ['rotary_interleaved', undefined],
  ['local_window_size', undefined],
  ['softcap', 0],
  ['smooth_softmax', 0],
]);

/** Inputs of the operator: the rotary tables, the last of which is the last input that may be there, and the sinks. */
const [cosInput, sinInput, sinksInput] = [7, 8, 11];

/** Undefined where the operators are best run as they are. */
export function withPlainAttention(model: OnnxModel, headSize: number): ModelEdit | undefined {
  const found = model.nodes.flatMap((node, place) =>
    node.opType === 'GroupQueryAttention' ? [attentionOf(model, { node, place, headSize })] : [],
  );
  const attentions = found.filter((attention) => attention !== undefined);
  if (attentions.length === 0 || attentions.length < found.length) return undefined;
  const initializers = new Map<string, Value>();
  const named = (name: string, create: (name: string) => Value): string => {
    if (!initializers.has(name)) initializers.set(name, create(name));
    return name;
  };
  const nodes = new Map<number, NodeEdit>();
  for (const { place, heads, scale, tables } of attentions) {
    const [cos, sin] = tables.map((table) =>
      named(`fathom.${table}.${scale}`, (name) => scaledTable(model, { table, name, scale })),
    );
    const sinks = named(`fathom.sinks.${heads}`, (name) => sinksOf(name, heads));
    const inputs = new Map([
      [cosInput, cos!],
      [sinInput, sin!],
      [sinksInput, sinks],
    ]);
    nodes.set(place, { inputs, attributes: { scale: float(1) } });
  }
  return { ...noEdit, nodes, initializers: [...initializers.values()] };
}

function attentionOf(
  model: OnnxModel,
  { node, place, headSize }: { readonly node: OnnxNode; readonly place: number; readonly headSize: number },
): Attention | undefined {
  const isKnown = [...node.attributes].every(
    ([name, value]) => harmless.has(name) && [undefined, value].includes(harmless.get(name)),
  );
  if (!isKnown || node.attributes.get('do_rotary') !== 1) return undefined;
  if (node.inputs.slice(sinInput + 1).some((name) => name !== '')) return undefined;
  const heads = node.attributes.get('num_heads');
  const scale = node.attributes.get('scale') || 1 / Math.sqrt(headSize);
  const [cos, sin] = [node.inputs[cosInput] ?? '', node.inputs[sinInput] ?? ''];
  if (heads === undefined || !(scale > 0)) return undefined;
  const areWhole = [cos, sin].every((name) => isWholeTable(model.initializers.get(name), headSize));
  return areWhole ? { place, heads, scale, tables: [cos, sin] } : undefined;
}

/** Where a table turns a part of each head only, the rest would not be scaled; one that is cut off is ONNX Runtime's to refuse. */
function isWholeTable(table: OnnxTensor | undefined, headSize: number): boolean {
  if (table?.type !== 'float32' || table.data === undefined) return false;
  const [positions = 0, width] = table.dims;
  const bytes = positions * (headSize / 2) * Float32Array.BYTES_PER_ELEMENT;
  return width === headSize / 2 && table.data.end - table.data.start === bytes;
}

function scaledTable(
  { initializers }: OnnxModel,
  { table, name, scale }: { readonly table: string; readonly name: string; readonly scale: number },
): Value {
  const { dims, data } = initializers.get(table)!;
  const constant = readFloats(data!).map((value) => value * Math.sqrt(scale));
  return { name, type: 'float32', dims, constant };
}

function sinksOf(name: string, heads: number): Value {
  return { name, type: 'float32', dims: [heads], constant: new Float32Array(heads).fill(weightlessSink) };
}

function readFloats({ path, start, end }: NonNullable<OnnxTensor['data']>): Float32Array {
  // A copy: what is read may lie at any byte.
  const bytes = withFileSource(path, (source) => source.read(start, end)).slice();
  return new Float32Array(bytes.buffer);
}
