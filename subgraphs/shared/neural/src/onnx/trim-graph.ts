/**
 * The same graph without what nobody asked for: nodes that lead to no output (ONNX Runtime would run them), and copies
 * that do nothing but give an output its name.
 */
import type { Graph, GraphNode, Value } from './types.ts';

export function trimGraph(graph: Graph): Graph {
  return withoutIdleNodes(withoutCopies(graph));
}

/** An output that copies what a node writes becomes that node's own output. */
function withoutCopies(graph: Graph): Graph {
  const written = new Set(graph.nodes.flatMap(({ outputs }) => outputs.map((value) => value?.name)));
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  const renamed = new Map<string, Value>();
  const copies = new Set<GraphNode>();
  for (const node of graph.nodes) {
    const [source, output] = [node.inputs[0], outputs.get(node.outputs[0]?.name ?? '')];
    if (node.opType !== 'Identity' || source === undefined || output === undefined) continue;
    // One that is an output already, or an input, keeps its name: this one stays a copy.
    if (!written.has(source.name) || outputs.has(source.name) || renamed.has(source.name)) continue;
    renamed.set(source.name, output);
    copies.add(node);
  }
  const rename = (value: Value | undefined): Value | undefined => value && (renamed.get(value.name) ?? value);
  const nodes = graph.nodes
    .filter((node) => !copies.has(node))
    .map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  return { ...graph, nodes };
}

function withoutIdleNodes(graph: Graph): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => value !== undefined && wanted.has(value.name))) continue;
    for (const input of node.inputs) if (input !== undefined) wanted.add(input.name);
    nodes.push(node);
  }
  const initializers = graph.initializers.filter(({ name }) => wanted.has(name));
  return { ...graph, initializers, nodes: nodes.reverse() };
}
