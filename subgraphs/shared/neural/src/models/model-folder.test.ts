import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializeLlama, parameterCount } from '../architectures/llama-parameters.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { checkModelConfig, type ModelConfig, parseModelConfig, toHuggingFaceConfig } from './model-config.ts';
import { loadModelFolder, type ModelFolder, writeModelFolder } from './model-folder.ts';

const config: ModelConfig = {
  vocabularySize: 264,
  hiddenSize: 16,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  headSize: 8,
  intermediateSize: 20,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: false,
  initializerRange: 0.02,
  eosTokenId: 3,
};
const model: ModelFolder = {
  config,
  weights: initializeLlama(config, 1),
  tokenizer: trainByteLevelBpe({ texts: ['text text text'], vocabularySize: 264, specialTokens: questionAnswerTokens }),
  chatTemplate: ChatTemplate.questionAnswer(),
};

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'fathom-model-')), 'model');
  await writeModelFolder(dir, model);
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

async function editJson(file: string, edit: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(join(dir, file), 'utf8'));
  edit(json);
  await writeFile(join(dir, file), JSON.stringify(json));
}

async function editWeights(edit: (weights: Map<string, { dims: readonly number[]; data: Float32Array }>) => void) {
  const weights = new Map(await readSafetensors(join(dir, 'model.safetensors')));
  edit(weights);
  await writeSafetensors(join(dir, 'model.safetensors'), weights);
}

describe('a model folder', () => {
  it('reads back what was written', async () => {
    const loaded = await loadModelFolder(dir);
    expect(loaded.config).toEqual(config);
    expect(new Map(loaded.weights)).toEqual(new Map(model.weights));
    expect(loaded.tokenizer.toTokenizerJson()).toEqual(model.tokenizer.toTokenizerJson());
    expect(loaded.chatTemplate.source).toBe(model.chatTemplate.source);
  });

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'])('names %s when it is missing', async (file) => {
    await rm(join(dir, file));
    await expect(loadModelFolder(dir)).rejects.toMatchObject({ code: 'MODEL_INCOMPLETE', details: { file } });
  });

  it('names the weights when they are cut short', async () => {
    await truncate(join(dir, 'model.safetensors'), 5_000);
    await expect(loadModelFolder(dir)).rejects.toMatchObject({
      code: 'SAFETENSORS_CORRUPT',
      message: expect.stringMatching(/model\.safetensors: .*truncated/),
    });
  });

  it('names every tensor that is missing, extra, wrongly shaped or not finite', async () => {
    await editWeights((weights) => {
      weights.delete('model.norm.weight');
      weights.set('model.extra.weight', { dims: [1], data: Float32Array.of(1) });
      weights.set('lm_head.weight', { dims: [16, 264], data: weights.get('lm_head.weight')!.data });
      weights.get('model.layers.0.mlp.up_proj.weight')!.data[3] = Number.NaN;
    });
    await expect(loadModelFolder(dir)).rejects.toMatchObject({
      code: 'MODEL_INCOMPLETE',
      details: {
        problems: [
          'tensor model.layers.0.mlp.up_proj.weight holds a value that is not a finite number',
          'tensor model.norm.weight is missing',
          'tensor lm_head.weight is [16,264], expected [264,16]',
          'tensor model.extra.weight is not part of the model',
        ],
      },
    });
  });

  it('refuses an embedding smaller than the vocabulary', async () => {
    await editJson('config.json', (json) => Object.assign(json, { vocab_size: 260 }));
    await editWeights((weights) => {
      for (const name of ['model.embed_tokens.weight', 'lm_head.weight']) {
        weights.set(name, { dims: [260, 16], data: weights.get(name)!.data.slice(0, 260 * 16) });
      }
    });
    await expect(loadModelFolder(dir)).rejects.toThrow("the tokenizer has 264 tokens, the model's embedding 260");
  });

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json'])('names %s when it is not JSON', async (file) => {
    await writeFile(join(dir, file), '{"');
    await expect(loadModelFolder(dir)).rejects.toThrow(`${file}: not valid JSON`);
  });
});

describe('parseModelConfig', () => {
  it('reads what it writes, and counts its parameters', () => {
    expect(parseModelConfig(toHuggingFaceConfig(config))).toEqual(config);
    expect(parameterCount(config)).toBe(264 * 16 * 2 + 16 * 3 + 16 * 16 * 2 + 8 * 16 * 2 + 20 * 16 * 3);
  });

  it.each<[string, Partial<ModelConfig>]>([
    ['a Llama with every bias', { attentionBias: 'qkvo', feedForwardBias: true }],
    ['a Mistral', { family: 'mistral' }],
    ['a Mistral with a window', { family: 'mistral', slidingWindow: { tokens: 5, firstLayer: 0 } }],
    ['a Qwen2', { family: 'qwen2', attentionBias: 'qkv' }],
    ['a Qwen2 with a window', { family: 'qwen2', attentionBias: 'qkv', layers: 4, slidingWindow: { tokens: 5, firstLayer: 2 } }],
    ['a Qwen3', { family: 'qwen3', queryKeyNorm: true }],
    ['linear scaling', { ropeScaling: { kind: 'linear', factor: 2 } }],
    ['dynamic scaling', { ropeScaling: { kind: 'dynamic', factor: 2 } }],
    ["Llama 3's scaling", { ropeScaling: { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 16 } }],
    ['YaRN', { ropeScaling: { kind: 'yarn', factor: 4, originalPositions: 8, betaFast: 32, betaSlow: 1, attentionFactor: 1.1, truncate: true } }],
  ])('reads what it writes of %s', (_, change) => {
    const changed = { ...config, ...change };
    expect(parseModelConfig(toHuggingFaceConfig(changed))).toEqual(changed);
  });

  it('reads positions as transformers 5 states them, and layers by their kinds', () => {
    const { rope_theta, ...rest } = toHuggingFaceConfig(config);
    const rope_parameters = { rope_type: 'linear', rope_theta: 500, factor: 4 };
    const layer_types = ['full_attention', 'sliding_attention'];
    const json = { ...rest, model_type: 'qwen2', num_hidden_layers: 2, rope_parameters, use_sliding_window: true, sliding_window: 7, layer_types };
    expect(parseModelConfig(json)).toMatchObject({
      ropeTheta: 500,
      ropeScaling: { kind: 'linear', factor: 4 },
      slidingWindow: { tokens: 7, firstLayer: 1 },
    });
  });

  it('refuses features that a family does not have', () => {
    const invalid = (change: Partial<ModelConfig>) => () => checkModelConfig({ ...config, ...change });
    expect(invalid({ attentionBias: 'qkv' })).toThrow('llama has no or qkvo attention biases');
    expect(invalid({ family: 'qwen3' })).toThrow('qwen3 normalises queries and keys');
    expect(invalid({ slidingWindow: { tokens: 4, firstLayer: 0 } })).toThrow('llama has no sliding window');
  });

  it("fills in transformers' defaults", () => {
    const { head_dim, num_key_value_heads, rope_theta, rms_norm_eps, ...rest } = toHuggingFaceConfig(config);
    expect(parseModelConfig(rest)).toMatchObject({ headSize: 8, keyValueHeads: 2, ropeTheta: 10_000, normEpsilon: 1e-6 });
  });

  it.each([
    ['another architecture', { model_type: 'gpt2' }, 'model_type'],
    ['a rope scaling it does not know', { rope_scaling: { type: 'longrope', factor: 2 } }, 'rope_scaling.rope_type'],
    ['a field of a rope scaling it does not know', { rope_scaling: { type: 'yarn', factor: 2, mscale: 1 } }, 'mscale'],
    ['rotary positions over a part of a head', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    ['windows that alternate', { model_type: 'qwen2', use_sliding_window: true, num_hidden_layers: 3, layer_types: ['full_attention', 'sliding_attention', 'full_attention'] }, 'alternates'],
    ['a width that is not a number', { hidden_size: '16' }, 'hidden_size'],
    ['heads that do not divide', { num_key_value_heads: 3 }, '2 heads do not divide over 3'],
    ['an odd head size', { head_dim: 7 }, 'head size 7'],
    ['an end token outside the vocabulary', { eos_token_id: 264 }, 'eos token 264'],
  ])('refuses %s by name', (_, change, problem) => {
    const parse = () => parseModelConfig({ ...toHuggingFaceConfig(config), ...change });
    expect(parse).toThrow(problem);
  });
});
