import { expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { trimGraph } from './trim-graph.ts';
import type { Graph } from './types.ts';

const shown = ({ nodes }: Graph): readonly string[] =>
  nodes.map(
    ({ opType, inputs, outputs }) =>
      `${outputs.map((value) => value?.name).join()} = ${opType}(${inputs.map((value) => value?.name).join()})`,
  );

it('leaves out what leads to no output, with its constants', () => {
  const builder = new GraphBuilder('graph');
  const x = builder.input('x', 'float32', [2]);
  builder.op('Exp', [builder.scale(x, 3)]);
  builder.output('y', builder.scale(x, 2));
  const trimmed = trimGraph(builder.build());
  expect(shown(trimmed)).toEqual(['y = Mul(x,scalar_2)']);
  expect(trimmed.initializers.map(({ name }) => name)).toEqual(['scalar_2']);
});

it('gives the name of an output to the value itself, also where others read it', () => {
  const builder = new GraphBuilder('graph');
  const x = builder.input('x', 'float32', [2]);
  const doubled = builder.scale(x, 2);
  builder.output('y', doubled);
  builder.output('z', builder.add(doubled, x));
  expect(shown(trimGraph(builder.build()))).toEqual(['y = Mul(x,scalar_2)', 'z = Add(y,x)']);
});

it('copies where a name is not free: an input, and a value that is two outputs', () => {
  const builder = new GraphBuilder('graph');
  const x = builder.input('x', 'float32', [2]);
  const doubled = builder.scale(x, 2);
  builder.output('same', x);
  builder.output('first', doubled);
  builder.output('second', doubled);
  expect(shown(trimGraph(builder.build()))).toEqual([
    'first = Mul(x,scalar_2)',
    'same = Identity(x)',
    'second = Identity(first)',
  ]);
});
