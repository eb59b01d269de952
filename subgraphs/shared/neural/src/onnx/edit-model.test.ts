import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { floats } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { editModel, joinEdits, type ModelEdit, noEdit } from './edit-model.ts';
import { encodeModel } from './encode-model.ts';
import { GraphBuilder } from './graph-builder.ts';
import { readOnnxModel } from './read-model.ts';
import { float, type GraphNode, int, type Value } from './types.ts';

/** y = LeakyRelu(x · weight) + unread, of which `weight` is large enough to stay in the file. */
function graph() {
  const builder = new GraphBuilder('edited');
  const x = builder.input('x', 'float32', ['rows', 20]);
  const data = Float32Array.from({ length: 400 }, (_, at) => (at % 21 === 0 ? 1 : 0));
  const product = builder.matMul(x, builder.initializer('weight', { dims: [20, 20], data }));
  builder.output('y', builder.add(product, builder.input('bias', 'float32', [20])));
  return builder.build();
}

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-edit-'));
  path = join(folder, 'model.onnx');
  await writeFile(path, encodeModel(graph()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const value = (name: string, dims: Value['dims']): Value => ({ name, type: 'float32', dims });

function node(opType: string, inputs: readonly string[], output: string): GraphNode {
  const values = inputs.map((name) => value(name, []));
  return {
    name: `new/${opType}`,
    opType,
    domain: '',
    inputs: values,
    outputs: [value(output, [])],
    attributes: {},
  };
}

it('takes an operator and an input out and puts others in, which ONNX Runtime then runs on the weights of the file', async () => {
  const [product, , copy] = readOnnxModel(path).nodes;
  const edit: ModelEdit = {
    ...noEdit,
    nodes: new Map([[2, { inputs: new Map([[0, 'shifted']]), attributes: {} }]]),
    removedNodes: new Set([1]),
    addedNodes: [node('Add', [product!.outputs[0]!, 'shift'], 'shifted'), node('Neg', ['y'], 'negative')],
    removedInputs: new Set(['bias']),
    addedInputs: [value('shift', [1])],
    outputs: [value('negative', ['rows', 20])],
  };
  const model = editModel(path, edit);
  expect(model.byteLength).toBeLessThan(1_000);
  await writeFile(join(folder, 'edited.onnx'), model);
  const read = readOnnxModel(join(folder, 'edited.onnx'));
  expect(read.inputs.map(({ name }) => name)).toEqual(['x', 'shift']);
  expect(read.outputs.map(({ name }) => name)).toEqual(['y', 'negative']);
  expect(read.nodes.map(({ opType }) => opType)).toEqual(['MatMul', copy!.opType, 'Add', 'Neg']);
  const declared = {
    name: 'edited',
    inputs: [value('x', []), value('shift', [])],
    outputs: [value('y', []), value('negative', [])],
  };
  const session = Session.openEdited({ model, folder }, declared, { threads: 1 });
  const [x, negative] = [
    floats(
      [1, 20],
      Float32Array.from({ length: 20 }, (_, at) => at),
    ),
    floats([1, 20]),
  ];
  await session.run(session.plan({ x, shift: floats([1], Float32Array.of(100)) }, { negative }));
  session.release();
  expect([...negative.data]).toEqual(Array.from({ length: 20 }, (_, at) => -at - 100));
});

it('puts an output in the place of the one of its name', async () => {
  const edited = editModel(path, { ...noEdit, outputs: [value('y', ['rows', 1, 20])] });
  await writeFile(join(folder, 'output.onnx'), edited);
  expect(readOnnxModel(join(folder, 'output.onnx')).outputs).toEqual([
    { name: 'y', type: 'float32', dims: ['rows', 1, 20] },
  ]);
});

it('joins edits of one node, each with its own inputs and attributes', () => {
  const of = (
    at: number,
    name: string,
    attributes: ModelEdit['nodes'] extends ReadonlyMap<number, infer E> ? E : never,
  ) =>
    ({
      ...noEdit,
      nodes: new Map([[3, { ...attributes, inputs: new Map([[at, name]]) }]]),
    }) satisfies ModelEdit;
  const inputs = new Map<number, string>();
  const joined = joinEdits(
    of(5, 'lengths', { inputs, attributes: { scale: float(1) } }),
    of(7, 'table', { inputs, attributes: { do_rotary: int(1) } }),
  );
  expect(joined.nodes.get(3)).toEqual({
    inputs: new Map([
      [5, 'lengths'],
      [7, 'table'],
    ]),
    attributes: { scale: float(1), do_rotary: int(1) },
  });
});
