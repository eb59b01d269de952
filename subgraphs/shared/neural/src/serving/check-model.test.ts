import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeLlama, parameterCount } from '../architectures/llama-parameters.ts';
import { exportModel } from '../export/export-model.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { type ModelFolder, writeModelFolder } from '../models/model-folder.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import type { CreateLayout } from './cache-layout.ts';
import { checkModel } from './check-model.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { plainAttentionLayout } from './plain-attention-layout.testkit.ts';

const tokenizer = trainByteLevelBpe({
  texts: [],
  vocabularySize: 260,
  specialTokens: [...questionAnswerTokens],
});
const config: ModelConfig = {
  vocabularySize: 260,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 128,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};
const model: ModelFolder = {
  config,
  weights: initializeLlama(config, 7),
  tokenizer,
  chatTemplate: ChatTemplate.questionAnswer(),
};

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder whose graph is wrong in what it makes of one of its inputs, and has attention that no operator replaces. */
async function withInput(
  name: string,
  twist: (builder: GraphBuilder, given: Value) => Value,
): Promise<string> {
  const layout: CreateLayout = (builder, options) => {
    const input = builder.input.bind(builder);
    builder.input = (...args) => (args[0] === name ? twist(builder, input(...args)) : input(...args));
    return plainAttentionLayout({ softcap: 50 })(builder, options);
  };
  const target = path(`twisted-${name}`);
  await exportModel(target, model, { layout: 'hugging-face', precisions: ['int8'] });
  const graph = buildDecoderGraph({ ...model, capacity: 128, precision: 'fp32', adapters: false, layout });
  await writeFile(join(target, 'onnx/model.onnx'), encodeModel(graph));
  return target;
}

describe('checkModel', () => {
  it('asks a model of safetensors, and every precision of an export of it, and hears the same answer', async () => {
    await writeModelFolder(path('own'), model);
    const own = await checkModel(path('own'), { threads: 1 });
    expect(own).toMatchObject({
      source: 'safetensors',
      precisions: ['fp32'],
      vocabularySize: 260,
      parameterCount: parameterCount(config),
    });
    expect(JSON.parse(own.config)).toMatchObject({ model_type: 'llama' });
    expect(own.answer).not.toBe('');
    await exportModel(path('export'), model, {
      layout: 'hugging-face',
      precisions: ['fp32', 'int8', 'int4'],
    });
    expect(await checkModel(path('export'), { threads: 1 })).toMatchObject({
      source: 'onnx',
      precisions: ['fp32', 'int8', 'int4'],
      answer: own.answer,
    });
  });

  it('refuses a graph that does not heed its mask, and so is right only alone', async () => {
    const twisted = await withInput('attention_mask', (builder, given) =>
      builder.op('Max', [given, builder.integer(1)]),
    );
    await expect(checkModel(twisted, { threads: 1 })).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      message: expect.stringContaining(
        'in fp32 one batch with a sequence of another length gives other logits',
      ),
    });
  });

  it('refuses a model that computes no numbers', async () => {
    const weights = new Map(model.weights);
    const name = 'model.norm.weight';
    weights.set(name, { dims: [32], data: new Float32Array(32).fill(3e38) });
    await writeModelFolder(path('overflowing'), { ...model, weights });
    await expect(checkModel(path('overflowing'), { threads: 1 })).rejects.toMatchObject({
      code: 'MODEL_INCOMPLETE',
      message: expect.stringContaining('logits that are no numbers'),
    });
  });
});
