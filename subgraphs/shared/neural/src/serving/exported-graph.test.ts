import { describe, expect, it } from 'vitest';
import type { OnnxModel, OnnxNode, OnnxValue } from '../onnx/read-model.ts';
import { describeExportedGraph } from './exported-graph.ts';

const value = (name: string, type: string, dims: OnnxValue['dims']): OnnxValue => ({ name, type, dims });
const cache = (prefix: string, layer: number): OnnxValue[] =>
  ['key', 'value'].map((kind) => value(`${prefix}.${layer}.${kind}`, 'float32', ['b', 2, 'past', 16]));

const decoder: OnnxModel = {
  path: '/models/thing/onnx/model.onnx',
  opset: 23,
  bytes: 1000,
  parameterCount: 0,
  nodes: [],
  initializers: new Map(),
  inputs: [
    value('input_ids', 'int64', ['b', 's']),
    value('attention_mask', 'int64', ['b', 't']),
    value('position_ids', 'int64', ['b', 's']),
    ...cache('past_key_values', 0),
    ...cache('past_key_values', 1),
  ],
  outputs: [value('logits', 'float32', ['b', 's', 99]), ...cache('present', 0), ...cache('present', 1)],
};
const without = (name: string): OnnxModel => ({
  ...decoder,
  inputs: decoder.inputs.filter((input) => input.name !== name),
  outputs: decoder.outputs.filter((output) => output.name !== name),
});
const withInput = (...added: OnnxValue[]): OnnxModel => ({
  ...decoder,
  inputs: [...decoder.inputs, ...added],
});
const retyped = (name: string, type: string): OnnxModel => ({
  ...decoder,
  inputs: decoder.inputs.map((input) => (input.name === name ? { ...input, type } : input)),
  outputs: decoder.outputs.map((output) => (output.name === name ? { ...output, type } : output)),
});
const attention = (layer: number, past = `past_key_values.${layer}.key`): OnnxNode => ({
  opType: 'GroupQueryAttention',
  domain: 'com.microsoft',
  inputs: ['q', 'k', 'v', past, `past_key_values.${layer}.value`, 'lengths', 'total'],
  outputs: ['mixed', `present.${layer}.key`, `present.${layer}.value`],
  attributes: new Map(),
});

describe('describeExportedGraph', () => {
  it('reads layers, heads and vocabulary, and how the cache passes', () => {
    expect(describeExportedGraph(decoder)).toMatchObject({
      layers: 2,
      keyValueHeads: 2,
      headSize: 16,
      vocabularySize: 99,
      hasPositionIds: true,
      cache: 'relayed',
    });
    expect(describeExportedGraph({ ...decoder, nodes: [attention(0), attention(1)] }).cache).toBe('shared');
    expect(describeExportedGraph(withInput(value('num_logits_to_keep', 'int64', []))).logitsToKeep).toEqual({
      name: 'num_logits_to_keep',
      isScalar: true,
    });
  });

  it.each([
    [
      'an encoder-decoder',
      withInput(value('encoder_hidden_states', 'float32', ['b', 's', 8])),
      'input encoder_hidden_states belongs to an encoder-decoder model',
    ],
    ['a missing input', without('attention_mask'), 'input attention_mask is missing'],
    ['missing positions', without('position_ids'), 'input position_ids is missing'],
    ['a gap in the cache', without('past_key_values.0.value'), 'input past_key_values.0.value is missing'],
    [
      'an export without a cache',
      { ...decoder, inputs: decoder.inputs.slice(0, 3) },
      'no inputs past_key_values.N.key',
    ],
    ['a cache that does not come back', without('present.1.key'), 'output present.1.key is missing'],
    [
      'a cache of half precision',
      retyped('past_key_values.0.key', 'float16'),
      'input past_key_values.0.key is float16',
    ],
    ['logits of half precision', retyped('logits', 'float16'), 'output logits is float16'],
    ['no logits', without('logits'), 'output logits is missing'],
    [
      'an input that nobody knows',
      withInput(value('pixel_values', 'float32', ['b', 3])),
      'input pixel_values is not one',
    ],
    [
      'attention around another cache',
      { ...decoder, nodes: [attention(0), attention(1, 'cast_past')] },
      'GroupQueryAttention do not take past_key_values.N',
    ],
  ])('refuses %s by name', (_, model, problem) => {
    expect(() => describeExportedGraph(model)).toThrow(
      expect.objectContaining({ code: 'ONNX_UNSUPPORTED', message: expect.stringContaining(problem) }),
    );
    expect(() => describeExportedGraph(model)).toThrow('model.onnx: ');
  });
});
