/** Ways through the graph of a file, whose nodes stand in an order in which each comes behind what it takes. */
import type { OnnxModel, OnnxNode } from './read-model.ts';

type Nodes = Pick<OnnxModel, 'nodes'>;

/** Values that lead to an output, and the places of nodes that do not: ONNX Runtime would run them. */
export function wantedOf({ nodes, outputs }: Pick<OnnxModel, 'nodes' | 'outputs'>): {
  readonly wanted: ReadonlySet<string>;
  readonly idle: ReadonlySet<number>;
} {
  const wanted = new Set(outputs.map(({ name }) => name));
  const idle = new Set<number>();
  for (let place = nodes.length - 1; place >= 0; place -= 1) {
    const node = nodes[place]!;
    if (!node.outputs.some((name) => wanted.has(name))) idle.add(place);
    else for (const name of node.inputs) wanted.add(name);
  }
  return { wanted, idle };
}

/** The values, and all that are computed of any of them. */
export function comingFrom({ nodes }: Nodes, values: Iterable<string>): ReadonlySet<string> {
  const coming = new Set(values);
  for (const { inputs, outputs } of nodes)
    if (inputs.some((name) => coming.has(name))) for (const name of outputs) coming.add(name);
  coming.delete('');
  return coming;
}

/** Places of the nodes that the value is computed by where `given` are at hand, and all that these nodes take. */
export function computing(
  { nodes }: Nodes,
  value: string,
  given: ReadonlySet<string>,
): { readonly places: ReadonlySet<number>; readonly taken: ReadonlySet<string> } {
  const wanted = new Set([value]);
  const places = new Set<number>();
  const taken = new Set<string>();
  for (let place = nodes.length - 1; place >= 0; place -= 1) {
    const { inputs, outputs } = nodes[place]!;
    if (!outputs.some((name) => wanted.has(name) && !given.has(name))) continue;
    places.add(place);
    for (const name of inputs) {
      if (name === '') continue;
      taken.add(name);
      wanted.add(name);
    }
  }
  return { places, taken };
}

export function giverOf({ nodes }: Nodes, value: string): OnnxNode | undefined {
  return nodes.find(({ outputs }) => outputs.includes(value));
}

export function takersOf({ nodes }: Nodes, value: string): readonly OnnxNode[] {
  return nodes.filter(({ inputs }) => inputs.includes(value));
}
