/**
 * An export computes logits for every token of a prompt, of which the engine reads the last one's. In the edited graph that
 * token alone goes on from where tokens meet each other for the last time, the attention of the last layer:
 *
 *   attention [rows, time, hidden] --GatherND--+
 *                                              +-- product, feed-forward, norm, head --> logits [rows, 1, vocabulary]
 *   stream    [rows, time, hidden] --GatherND--+
 *
 *   input   fathom.last_tokens [rows, 1, 1] int64     where each row's last token stands among those of the run
 *
 * Behind that point every operator must be one that is known to take each token for itself; else the file stays as it is.
 */
import { type ModelEdit, type NodeEdit, noEdit } from '../onnx/edit-model.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import type { OnnxModel, OnnxNode } from '../onnx/read-model.ts';
import { int, type Value } from '../onnx/types.ts';
import { addRowSummaries, summariesOpset } from './row-summaries.ts';

export const lastTokensInput = 'fathom.last_tokens';

/** GatherND has `batch_dims` since. */
const leastOpset = 12;

/** They take every token for itself, whatever the shape. */
const elementwise: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Sqrt', 'Reciprocal', 'Cast', 'Identity', 'DynamicQuantizeLinear'],
  ...['Sigmoid', 'Tanh', 'Erf', 'Relu', 'Gelu', 'FastGelu', 'QuickGelu'],
]);
/** The same along the last axis. */
const alongLastAxis: ReadonlySet<string> = new Set([
  ...['SimplifiedLayerNormalization', 'SkipSimplifiedLayerNormalization', 'RMSNormalization'],
  ...['LayerNormalization', 'SkipLayerNormalization', 'ReduceMean'],
]);
/** The same where all other operands are weights. */
const products: ReadonlySet<string> = new Set([
  ...['MatMul', 'MatMulNBits', 'MatMulInteger', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
]);
/** What gives the vectors of tokens that a tail begins with, beside the operators above and a table of embeddings. */
const vectorGivers: ReadonlySet<string> = new Set(['GroupQueryAttention', 'Reshape']);

/** Nodes that go on from one to the logits, all of which take every token for itself. */
interface Tail {
  readonly nodes: readonly { readonly node: OnnxNode; readonly place: number }[];
  /** What they take that is computed before, [rows, time, hidden]. */
  readonly taken: ReadonlySet<string>;
}

export interface LastTokensEdit {
  readonly edit: ModelEdit;
  /** Whether the graph also gives what `row-summaries.ts` draws. */
  readonly hasSummaries: boolean;
}

/** Undefined where the file is best run as it is. `summaries`: whether they are wanted. */
export function withLastTokensAlone(
  model: OnnxModel,
  { summaries = true }: { readonly summaries?: boolean } = {},
): LastTokensEdit | undefined {
  const logits = model.outputs.find(({ name }) => name === 'logits');
  const tail = model.opset < leastOpset ? undefined : tailOf(model);
  if (tail === undefined || logits === undefined) return undefined;
  const builder = new GraphBuilder('tail', { taken: namesOf(model) });
  const last: Value = { name: lastTokensInput, type: 'int64', dims: ['rows', 1, 1] };
  const given: Value = { name: 'logits', type: 'float32', dims: ['rows', 1, logits.dims[2]!] };
  const hasSummaries = summaries && model.opset >= summariesOpset;
  const cut = new Map<string, string>();
  builder.scope('fathom', () => {
    for (const name of tail.taken) {
      const vectors: Value = { name, type: 'float32', dims: ['rows', 'time', 'hidden'] };
      cut.set(name, builder.op('GatherND', [vectors, last], { attributes: { batch_dims: int(1) } }).name);
    }
    if (hasSummaries) addRowSummaries(builder, given);
  });
  const { nodes, initializers, outputs } = builder.build();
  const edit = {
    ...noEdit,
    nodes: new Map(tail.nodes.flatMap(({ node, place }) => takingFrom(cut, node, place))),
    addedNodes: nodes,
    initializers,
    addedInputs: [last],
    outputs: [given, ...outputs],
    reshaped: new Set(tail.nodes.flatMap(({ node }) => node.outputs)),
  };
  return { edit, hasSummaries };
}

function namesOf({ nodes, inputs, initializers }: OnnxModel): readonly string[] {
  const given = inputs.map(({ name }) => name);
  return [...given, ...initializers.keys(), ...nodes.flatMap(({ outputs }) => outputs)];
}

function takingFrom(
  cut: ReadonlyMap<string, string>,
  node: OnnxNode,
  place: number,
): readonly [number, NodeEdit][] {
  const inputs = new Map(
    node.inputs.flatMap((name, at): [number, string][] => {
      const replacement = cut.get(name);
      return replacement === undefined ? [] : [[at, replacement]];
    }),
  );
  return inputs.size === 0 ? [] : [[place, { inputs, attributes: {} }]];
}

function tailOf(model: OnnxModel): Tail | undefined {
  const { nodes } = model;
  const computed = computedValues(model);
  const givers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const towards = placesTowards(model, 'logits');
  const meeting = towards.findLast(
    (place) =>
      nodes[place]!.outputs.some((name) => computed.has(name)) && !takesTokensAlone(nodes[place]!, computed),
  );
  if (meeting === undefined) return undefined;
  const behind = new Set(nodes[meeting]!.outputs);
  const tail: Tail['nodes'][number][] = [];
  for (const place of towards.filter((candidate) => candidate > meeting)) {
    const node = nodes[place]!;
    if (!node.inputs.some((name) => behind.has(name))) continue;
    tail.push({ node, place });
    for (const name of node.outputs) behind.add(name);
  }
  const own = new Set(tail.flatMap(({ node }) => node.outputs));
  const taken = new Set(
    tail.flatMap(({ node }) => node.inputs.filter((name) => computed.has(name) && !own.has(name))),
  );
  const outputs = model.outputs.filter(({ name }) => own.has(name));
  const isWhole =
    outputs.length === 1 &&
    outputs[0]!.name === 'logits' &&
    [...taken].every((name) => givesVectors(givers.get(name), name, computed));
  return isWhole ? { nodes: tail, taken } : undefined;
}

/** Values that are not the same in every run. */
function computedValues({ nodes, inputs }: OnnxModel): ReadonlySet<string> {
  const computed = new Set(inputs.map(({ name }) => name));
  for (const node of nodes)
    if (node.inputs.some((name) => computed.has(name)))
      for (const name of node.outputs) if (name !== '') computed.add(name);
  return computed;
}

/** Of the nodes that a value comes from, in the file's order, in which each comes behind what it takes. */
function placesTowards({ nodes }: OnnxModel, value: string): readonly number[] {
  const wanted = new Set([value]);
  const places: number[] = [];
  for (let place = nodes.length - 1; place >= 0; place -= 1) {
    const { inputs, outputs } = nodes[place]!;
    if (!outputs.some((name) => wanted.has(name))) continue;
    for (const name of inputs) if (name !== '') wanted.add(name);
    places.unshift(place);
  }
  return places;
}

function takesTokensAlone({ opType, inputs, attributes }: OnnxNode, computed: ReadonlySet<string>): boolean {
  const axis = attributes.get('axis') ?? -1;
  if (elementwise.has(opType)) return true;
  if (alongLastAxis.has(opType)) return axis === -1 || axis === 2;
  if (opType === 'Split') return attributes.has('axis') && (axis === -1 || axis === 2);
  return products.has(opType) && !computed.has(inputs[1] ?? '');
}

function givesVectors(node: OnnxNode | undefined, name: string, computed: ReadonlySet<string>): boolean {
  if (node === undefined || node.opType === 'DynamicQuantizeLinear') return false;
  if (vectorGivers.has(node.opType)) return name === node.outputs[0];
  if (node.opType === 'Gather') return !computed.has(node.inputs[0] ?? '');
  return takesTokensAlone(node, computed);
}
