import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { editModel } from '../onnx/edit-model.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { type OnnxModel, type OnnxNode, readOnnxModel } from '../onnx/read-model.ts';
import { attentionMaskLayout } from './attention-mask-layout.testkit.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { withPlainAttention } from './exported-attention.ts';

const config: ModelConfig = {
  vocabularySize: 260,
  hiddenSize: 64,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  intermediateSize: 96,
  maxPositions: 64,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};

let folder: string;
let model: OnnxModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-attention-'));
  const options = { config, weights: initializeLlama(config, 7), capacity: 64, precision: 'fp32' } as const;
  const graph = buildDecoderGraph({ ...options, adapters: false, layout: attentionMaskLayout });
  await writeFile(join(folder, 'model.onnx'), encodeModel(graph));
  model = readOnnxModel(join(folder, 'model.onnx'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const attentionsOf = ({ nodes }: OnnxModel): readonly OnnxNode[] =>
  nodes.filter(({ opType }) => opType === 'GroupQueryAttention');

/** The model with each of its attention operators changed. */
function changed(change: (node: OnnxNode) => Partial<OnnxNode>): OnnxModel {
  const nodes = model.nodes.map((node) =>
    node.opType === 'GroupQueryAttention' ? { ...node, ...change(node) } : node,
  );
  return { ...model, nodes };
}

const withAttribute = (name: string, value: number | undefined): OnnxModel =>
  changed(({ attributes }) => ({ attributes: new Map([...attributes, [name, value]]) }));

function withCutTable(): OnnxModel {
  const table = model.initializers.get('cos_cache')!;
  const data = { ...table.data!, end: table.data!.end - 4 };
  return { ...model, initializers: new Map([...model.initializers, ['cos_cache', { ...table, data }]]) };
}

describe('withPlainAttention', () => {
  it('gives every attention operator sinks, its scale to the rotary tables, and leaves the weights in the file', async () => {
    const bytes = editModel(model.path, withPlainAttention(model, 16)!);
    expect(bytes.byteLength).toBeLessThan(25_000);
    expect((await stat(model.path)).size).toBeGreaterThan(200_000);
    await writeFile(join(folder, 'edited.onnx'), bytes);
    const edited = readOnnxModel(join(folder, 'edited.onnx'));
    expect(edited).toMatchObject({ inputs: model.inputs, outputs: model.outputs });
    const [before, after] = [attentionsOf(model), attentionsOf(edited)];
    expect(after).toHaveLength(2);
    after.forEach((node, layer) => {
      expect(node.inputs.slice(0, 7)).toEqual(before[layer]!.inputs.slice(0, 7));
      expect(node.outputs).toEqual(before[layer]!.outputs);
      expect(Object.fromEntries(node.attributes)).toEqual({
        ...Object.fromEntries(before[layer]!.attributes),
        scale: 1,
      });
      expect(edited.initializers.get(node.inputs[7]!)).toMatchObject({ type: 'float32', dims: [64, 8] });
      expect(edited.initializers.get(node.inputs[11]!)).toMatchObject({ type: 'float32', dims: [4] });
    });
    const large = [...edited.initializers.values()].filter(({ dims }) => dims[0] === 260);
    expect(large.map(({ data }) => data)).toEqual([
      model.initializers.get('model.embed_tokens.weight')!.data,
    ]);
  });

  it.each([
    ['caps its scores', () => withAttribute('softcap', 30)],
    ['smooths its softmax', () => withAttribute('smooth_softmax', 1)],
    ['does not turn heads itself', () => withAttribute('do_rotary', 0)],
    ['has an attribute that is not known', () => withAttribute('kv_cache_bit_width', 8)],
    ['has sinks already', () => changed(({ inputs }) => ({ inputs: [...inputs, '', '', 'sinks'] }))],
    ['has a table that is cut off', () => withCutTable()],
    [
      'takes its tables from a node',
      () => changed(({ inputs }) => ({ inputs: [...inputs.slice(0, 7), 'a', 'b'] })),
    ],
  ])('leaves a model as it is whose attention %s', (_, create) => {
    expect(withPlainAttention(create(), 16)).toBeUndefined();
  });

  it('leaves a model as it is that turns a part of each head, and one without the operator', () => {
    expect(withPlainAttention(model, 32)).toBeUndefined();
    expect(withPlainAttention({ ...model, nodes: [] }, 16)).toBeUndefined();
  });
});
