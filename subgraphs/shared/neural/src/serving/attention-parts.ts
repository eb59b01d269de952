/**
 * Where the attention of an export lies that hands its cache through: exporters write it with a dozen plain operators, in ever
 * other ways. What all of them have is looked for, the rest is left to `attention-proof.ts`:
 *
 *   past_key_values.N.key --Concat-- fresh keys        past_key_values.N.value --Concat-- fresh values
 *             |  present.N.key                                     |  present.N.value
 *   queries --MatMul-- (mask) --Softmax----------------------------MatMul-- mixed -- … -- o_proj
 *
 * Queries and `mixed` are [rows, heads, time, headSize] at one of a few places: before or behind a scale, or a Reshape.
 */
import { comingFrom, giverOf, takersOf } from '../onnx/graph-walk.ts';
import type { OnnxModel, OnnxNode } from '../onnx/read-model.ts';
import { type ExportedGraph, exportedNames } from './exported-graph.ts';

/** Of one layer. */
export interface AttentionParts {
  readonly layer: number;
  /** Of the queries. */
  readonly heads: number;
  /** Values [rows, heads, time, headSize], keys and values of the new tokens with the heads of the cache. */
  readonly queries: string;
  readonly keys: string;
  readonly values: string;
  readonly mixed: string;
}

/** The same, where queries and what comes out may lie at any of these places, the likelier ones first. */
export interface PossibleParts extends Omit<AttentionParts, 'queries' | 'mixed'> {
  readonly queries: readonly string[];
  readonly mixed: readonly string[];
}

/** Steps from the products at which queries and `mixed` are looked for. */
const mostSteps = 4;

const matrixProducts: ReadonlySet<string> = new Set(['MatMul', 'FusedMatMul']);

/** Undefined where the layer has none of this form. */
export function possibleParts(
  model: OnnxModel,
  graph: ExportedGraph,
  layer: number,
): PossibleParts | undefined {
  const [keys, values] = (['key', 'value'] as const).map((kind) => freshOf(model, layer, kind));
  if (keys === undefined || values === undefined) return undefined;
  const ofKeys = comingFrom(model, [exportedNames.present('key', layer)]);
  const ofValues = comingFrom(model, [exportedNames.present('value', layer)]);
  const scores = model.nodes.find(
    ({ opType, inputs: [a = '', b = ''] }) => matrixProducts.has(opType) && ofKeys.has(b) && !ofKeys.has(a),
  );
  if (scores === undefined) return undefined;
  const ofScores = comingFrom(model, scores.outputs);
  const softmax = model.nodes.find(
    ({ opType, inputs }) => opType === 'Softmax' && ofScores.has(inputs[0] ?? ''),
  );
  if (softmax === undefined) return undefined;
  const ofWeights = comingFrom(model, softmax.outputs);
  const mix = model.nodes.find(
    ({ opType, inputs: [a = '', b = ''] }) =>
      matrixProducts.has(opType) && ofWeights.has(a) && ofValues.has(b) && !ofWeights.has(b),
  );
  if (mix === undefined) return undefined;
  const mixed = withReshapes(model, mix.outputs[0]!);
  const width = widthRead(model, mixed.at(-1)!);
  const heads = width === undefined ? 0 : width / graph.headSize;
  if (!Number.isInteger(heads) || heads === 0 || heads % graph.keyValueHeads > 0) return undefined;
  return { layer, heads, keys, values, queries: queriesBefore(model, scores.inputs[0]!), mixed };
}

/** What stands behind the past in the present. */
function freshOf(model: OnnxModel, layer: number, kind: 'key' | 'value'): string | undefined {
  const node = giverOf(model, exportedNames.present(kind, layer));
  const axis = node?.attributes.get('axis');
  if (node?.opType !== 'Concat' || (axis !== 2 && axis !== -2)) return undefined;
  const [past, fresh, ...others] = node.inputs;
  return past === exportedNames.past(kind, layer) && others.length === 0 ? fresh : undefined;
}

/** From the product towards where queries come from, nearest first. */
function queriesBefore(model: OnnxModel, operand: string): readonly string[] {
  const found = [operand];
  let reached = [operand];
  for (let step = 0; step < mostSteps; step += 1) {
    reached = reached.flatMap((name) => {
      const node = giverOf(model, name);
      if (node?.opType === 'Reshape') return [node.inputs[0]!];
      // Of a factor that is computed, ONNX Runtime says that it has not the shape.
      return node?.opType === 'Mul' || node?.opType === 'Div'
        ? node.inputs.filter((input) => !model.initializers.has(input))
        : [];
    });
    found.push(...reached);
  }
  return [...new Set(found)];
}

/** The value, and what it is under other shapes. */
function withReshapes(model: OnnxModel, value: string): readonly string[] {
  const found = [value];
  for (let step = 0; step < mostSteps; step += 1) {
    const [taker, ...others] = takersOf(model, found.at(-1)!);
    if (taker?.opType !== 'Reshape' || others.length > 0) break;
    found.push(taker.outputs[0]!);
  }
  return found;
}

const betweenMixAndProduct: ReadonlySet<string> = new Set([
  ...['Transpose', 'Reshape', 'Cast', 'Identity', 'DynamicQuantizeLinear'],
]);

/** Elements of a vector that the product behind the value reads: those of all heads. */
function widthRead(model: OnnxModel, value: string): number | undefined {
  let name = value;
  for (let step = 0; step < 2 * mostSteps; step += 1) {
    const takers = takersOf(model, name).filter(({ inputs }) => inputs[0] === name);
    const product = takers.map((node) => rowsOfWeight(model, node)).find((rows) => rows !== undefined);
    if (product !== undefined) return product;
    const next = takers.find(({ opType }) => betweenMixAndProduct.has(opType));
    if (next === undefined) return undefined;
    name = next.outputs[0]!;
  }
  return undefined;
}

function rowsOfWeight(model: OnnxModel, { opType, inputs, attributes }: OnnxNode): number | undefined {
  if (opType === 'MatMulNBits') return attributes.get('K');
  const named = inputs[1] ?? '';
  const dequantized = giverOf(model, named);
  const weight = dequantized?.opType === 'DequantizeLinear' ? (dequantized.inputs[0] ?? '') : named;
  const dims = model.initializers.get(weight)?.dims;
  if (dims?.length !== 2) return undefined;
  switch (opType) {
    case 'MatMul':
    case 'MatMulInteger':
    case 'MatMulIntegerToFloat':
    case 'DynamicQuantizeMatMul':
      return dims[0];
    case 'Gemm':
      return dims[attributes.get('transB') === 1 ? 1 : 0];
    default:
      return undefined;
  }
}
