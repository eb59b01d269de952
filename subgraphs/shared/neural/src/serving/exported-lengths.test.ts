import { expect, it } from 'vitest';
import type { OnnxModel, OnnxNode } from '../onnx/read-model.ts';
import { withLengthsGiven } from './exported-lengths.ts';

const node = (opType: string, inputs: readonly string[], outputs: readonly string[]): OnnxNode => ({
  opType,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(),
});

/** Two layers that count one mask, as exporters write it. */
const nodes: readonly OnnxNode[] = [
  node('ReduceSum', ['attention_mask', 'axis'], ['sum']),
  node('Sub', ['sum', 'one'], ['lengths']),
  node('Shape', ['attention_mask'], ['shape']),
  node('Gather', ['shape', 'one'], ['total']),
  node('GroupQueryAttention', ['q0', '', '', 'k0', 'v0', 'lengths', 'total'], ['a0', 'pk0', 'pv0']),
  node('GroupQueryAttention', ['a0', '', '', 'k1', 'v1', 'lengths', 'total'], ['logits', 'pk1', 'pv1']),
];
const value = (name: string) => ({ name, type: 'float32', dims: [] });
const model: OnnxModel = {
  path: 'model.onnx',
  opset: 17,
  inputs: ['attention_mask', 'q0', 'k0', 'v0', 'k1', 'v1'].map(value),
  outputs: ['logits', 'pk0', 'pv0', 'pk1', 'pv1'].map(value),
  nodes,
  initializers: new Map(),
  bytes: 0,
  parameterCount: 0,
};

it('gives every attention operator the lengths, and takes the mask out with all that counted it', () => {
  const edit = withLengthsGiven(model)!;
  expect([...edit.removedNodes].sort()).toEqual([0, 1, 2, 3]);
  expect([...edit.removedInputs]).toEqual(['attention_mask']);
  expect(edit.addedInputs).toEqual([
    { name: 'fathom.lengths', type: 'int32', dims: ['rows'] },
    { name: 'fathom.longest', type: 'int32', dims: [] },
  ]);
  const inputs = new Map([
    [5, 'fathom.lengths'],
    [6, 'fathom.longest'],
  ]);
  expect([...edit.nodes]).toEqual([4, 5].map((place) => [place, { inputs, attributes: {} }]));
});

it('leaves a model as it is whose mask is read elsewhere, and one without the operator', () => {
  const biased = nodes.map((own, at) =>
    at === 5 ? { ...own, inputs: [...own.inputs, '', '', '', 'bias'] } : own,
  );
  const bias = node('Cast', ['attention_mask'], ['bias']);
  expect(withLengthsGiven({ ...model, nodes: [bias, ...biased] })).toBeUndefined();
  expect(withLengthsGiven({ ...model, nodes: nodes.slice(0, 4) })).toBeUndefined();
});
