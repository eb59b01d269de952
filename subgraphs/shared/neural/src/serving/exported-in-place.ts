/**
 * An export that hands its whole cache through, as Hugging Face's exporters write it, made one that writes it in place: in
 * each layer the operators between queries, keys, values and what attention gives are replaced by one.
 *
 *   queries [rows, heads, time, headSize] --- (scale) -- [rows, time, heads * headSize] --+
 *   fresh keys, fresh values ----------------------------------------------------------- GroupQueryAttention -- mixed
 *   past_key_values.N.key|value, the lengths (exported-lengths.ts) -----------------------+      |
 *                                                                     present.N.key|value, the same memory
 *
 * Turning by position stays what it is in the file. Only what is proven to be attention (`attention-proof.ts`) is replaced, in all
 * layers or in none, and only where nothing else of the graph reads the cache or the mask, which are not there any more as it
 * knows them.
 */
import { type ModelEdit, noEdit } from '../onnx/edit-model.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { giverOf, wantedOf } from '../onnx/graph-walk.ts';
import type { OnnxModel, OnnxNode } from '../onnx/read-model.ts';
import { elementTypeCodes, float, int, ints, type Value } from '../onnx/types.ts';
import { type AttentionParts, possibleParts } from './attention-parts.ts';
import {
  haveShapeOfQueries,
  type ProofOptions,
  type ProvenAttention,
  proveAttention,
} from './attention-proof.ts';
import type { AttentionType } from './cache-layout.ts';
import { type ExportedGraph, exportedNames } from './exported-graph.ts';
import { lengthsInputs } from './exported-lengths.ts';
import { servedHeadSize } from './head-padding.ts';
import { weightlessSink } from './in-place-layout.ts';

export interface InPlaceOptions extends ProofOptions {
  /** What attention computes in and the cache holds. */
  readonly attention: AttentionType;
  /** See `in-place-layout.ts`. */
  readonly isOnProcessor: boolean;
}

/** Undefined where the file is best run as it is. */
export function withAttentionInPlace(
  model: OnnxModel,
  graph: ExportedGraph,
  options: InPlaceOptions,
): ModelEdit | undefined {
  if (servedHeadSize(graph.headSize) !== graph.headSize) return undefined;
  const proven = provenAttentions(model, graph, options);
  if (proven === undefined) return undefined;
  const operators = new Map(proven.map((attention) => [placeOf(model, attention.mixed), attention]));
  const present = new Set(proven.flatMap(({ layer }) => presentNames(layer)));
  const nodes = model.nodes.map((node, place) => {
    const attention = operators.get(place);
    if (attention !== undefined) return operatorOf(attention);
    // What joined past and new tokens, which the operator does itself.
    return node.outputs.some((name) => present.has(name)) ? { ...node, outputs: [] } : node;
  });
  const { idle } = wantedOf({ nodes, outputs: model.outputs });
  const gone = new Set(['attention_mask', ...proven.flatMap(({ layer }) => cacheNames(layer))]);
  const isReadElsewhere = nodes.some(
    ({ inputs }, place) => !idle.has(place) && !operators.has(place) && inputs.some((name) => gone.has(name)),
  );
  if (isReadElsewhere) return undefined;
  return {
    ...noEdit,
    ...writtenOperators(model, graph, proven, options),
    removedNodes: new Set([...idle, ...operators.keys()]),
  };
}

/** Of all layers. The first one tells where queries and what comes out lie in each. */
function provenAttentions(
  model: OnnxModel,
  graph: ExportedGraph,
  options: ProofOptions,
): readonly ProvenAttention[] | undefined {
  const possible = Array.from({ length: graph.layers }, (_, layer) => possibleParts(model, graph, layer));
  if (!possible.every((parts) => parts !== undefined)) return undefined;
  const [first] = possible;
  for (const [query] of first!.queries.entries())
    for (const [mix] of first!.mixed.entries()) {
      const parts = possible.map(({ queries, mixed, ...own }): AttentionParts | undefined =>
        queries[query] === undefined || mixed[mix] === undefined
          ? undefined
          : { ...own, queries: queries[query], mixed: mixed[mix] },
      );
      if (!parts.every((part) => part !== undefined)) continue;
      const alone = parts[0]!;
      if (!proveAttention(model, graph, [alone], options)) continue;
      if (!haveShapeOfQueries(model, graph, alone, options)) continue;
      return proveAttention(model, graph, parts, options);
    }
  return undefined;
}

function placeOf(model: OnnxModel, value: string): number {
  return model.nodes.indexOf(giverOf(model, value)!);
}

const pastNames = (layer: number): readonly [string, string] => [
  exportedNames.past('key', layer),
  exportedNames.past('value', layer),
];
const presentNames = (layer: number): readonly [string, string] => [
  exportedNames.present('key', layer),
  exportedNames.present('value', layer),
];
const cacheNames = (layer: number): readonly string[] => [...pastNames(layer), ...presentNames(layer)];

/** As the rest of the graph sees it. */
function operatorOf({ layer, queries, keys, values, mixed }: ProvenAttention): OnnxNode {
  return {
    opType: 'GroupQueryAttention',
    domain: 'com.microsoft',
    inputs: [queries, keys, values, ...pastNames(layer)],
    outputs: [mixed, ...presentNames(layer)],
    attributes: new Map(),
  };
}

function writtenOperators(
  model: OnnxModel,
  graph: ExportedGraph,
  attentions: readonly ProvenAttention[],
  { attention: type, isOnProcessor }: InPlaceOptions,
): Pick<ModelEdit, 'addedNodes' | 'initializers' | 'removedInputs' | 'addedInputs' | 'outputs' | 'reshaped'> {
  const { keyValueHeads, headSize } = graph;
  const taken = [
    ...model.inputs.map(({ name }) => name),
    ...model.initializers.keys(),
    ...model.nodes.flatMap(({ outputs }) => outputs),
  ];
  const written = new Set(attentions.flatMap(({ layer, mixed }) => [mixed, ...cacheNames(layer)]));
  const builder = new GraphBuilder('attention', { taken: taken.filter((name) => !written.has(name)) });
  const cast = (x: Value, to: AttentionType): Value =>
    x.type === to ? x : builder.op('Cast', [x], { attributes: { to: int(elementTypeCodes[to]) } });
  /** [rows, count, time, headSize] -> [rows, time, count * headSize] */
  const sideBySide = (name: string, count: number, scale = 1): Value => {
    const heads: Value = { name, type: 'float32', dims: ['rows', count, 'time', headSize] };
    const scaled = scale === 1 ? heads : builder.scale(heads, scale);
    const flat = builder.reshape(builder.transpose(scaled, [0, 2, 1, 3]), [0, 0, count * headSize]);
    return cast(flat, type);
  };
  const sinksOf = (heads: number): Value => {
    const data = new Float32Array(heads).fill(weightlessSink);
    return builder.initializer('sinks', { dims: [heads], data });
  };
  const sinks = isOnProcessor ? sinksOf(attentions[0]!.heads) : undefined;
  builder.scope('fathom_attention', () => {
    for (const { layer, heads, queries, keys, values, mixed, scale, window } of attentions) {
      const past = (kind: 'key' | 'value'): Value =>
        builder.input(exportedNames.past(kind, layer), type, ['rows', keyValueHeads, 'capacity', headSize]);
      const [given, ...present] = builder.ops(
        'GroupQueryAttention',
        [
          // The processor transposes keys for products that are to be scaled.
          sideBySide(queries, heads, scale),
          sideBySide(keys, keyValueHeads),
          sideBySide(values, keyValueHeads),
          past('key'),
          past('value'),
          ...lengthsInputs,
          ...(sinks ? [undefined, undefined, undefined, undefined, cast(sinks, type)] : []),
        ],
        {
          domain: 'com.microsoft',
          attributes: {
            num_heads: int(heads),
            kv_num_heads: int(keyValueHeads),
            do_rotary: int(0),
            scale: float(1),
            ...(window === undefined ? {} : { local_window_size: int(window) }),
          },
          outputNames: [undefined, ...presentNames(layer)],
        },
      );
      for (const value of present) builder.exposeOutput(value);
      const apart = builder.reshape(cast(given!, 'float32'), [0, 0, heads, headSize]);
      builder.op('Transpose', [apart], {
        attributes: { perm: ints([0, 2, 1, 3]) },
        outputNames: [mixed],
      });
    }
  });
  const { nodes, initializers, inputs, outputs } = builder.build();
  return {
    addedNodes: nodes,
    initializers,
    removedInputs: new Set(['attention_mask', ...inputs.map(({ name }) => name)]),
    addedInputs: [...inputs, ...lengthsInputs],
    outputs,
    reshaped: written,
  };
}
