import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { checkAdapter, type LoraAdapter, mergeAdapter } from './adapter.ts';
import { readAdapter, writeAdapter } from './adapter-folder.ts';
import { initializeAdapter } from './initialize.ts';

const config: ModelConfig = {
  vocabularySize: 9,
  hiddenSize: 4,
  layers: 1,
  heads: 1,
  keyValueHeads: 1,
  headSize: 4,
  intermediateSize: 6,
  maxPositions: 8,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};
const options = { rank: 2, alpha: 6, targets: ['v_proj'] as const };
const adapter: LoraAdapter = { ...options, tensors: initializeAdapter(config, { ...options, seed: 1 }) };
const [nameA, nameB] = ['A', 'B'].map(
  (part) => `base_model.model.model.layers.0.self_attn.v_proj.lora_${part}.weight`,
) as [string, string];

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'fathom-adapter-')), 'adapter');
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

describe('an adapter folder', () => {
  it("reads back what was written, under PEFT's names", async () => {
    await writeAdapter(dir, adapter, { baseModel: 'base' });
    expect([...adapter.tensors.keys()]).toEqual([nameA, nameB]);
    expect(await readAdapter(dir)).toEqual(adapter);
    expect(JSON.parse(await readFile(join(dir, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 2,
      lora_alpha: 6,
      target_modules: ['v_proj'],
      base_model_name_or_path: 'base',
    });
  });

  it.each([
    [
      'its configuration is missing',
      () => rm(join(dir, 'adapter_config.json')),
      'adapter_config.json is missing',
    ],
    [
      'its weights are missing',
      () => rm(join(dir, 'adapter_model.safetensors')),
      'adapter_model.safetensors is missing',
    ],
    [
      'its configuration is not JSON',
      () => writeFile(join(dir, 'adapter_config.json'), '['),
      'not valid JSON',
    ],
    [
      'it is of another kind',
      () => writeFile(join(dir, 'adapter_config.json'), '{"peft_type":"IA3"}'),
      'peft_type',
    ],
  ])('is refused when %s', async (_, damage, problem) => {
    await writeAdapter(dir, adapter);
    await damage();
    await expect(readAdapter(dir)).rejects.toThrow(problem);
  });
});

describe('mergeAdapter', () => {
  const weights = initializeLlama(config, 2);
  const target = 'model.layers.0.self_attn.v_proj.weight';

  it('changes nothing for a fresh adapter', () => {
    expect(mergeAdapter({ config, weights, adapter }).get(target)).toEqual(weights.get(target));
  });

  it('adds alpha / rank times B·A to the targeted projection alone', () => {
    const tensors = new Map([
      [nameA, { dims: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
      [nameB, { dims: [4, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1, 0, 0) }],
    ]);
    const merged = mergeAdapter({ config, weights, adapter: { ...adapter, tensors } });
    const added = merged
      .get(target)!
      .data.map((value, at) => Math.round(value - weights.get(target)!.data[at]!));
    expect([...added]).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 18, 24, 30, 36, 0, 0, 0, 0]);
    for (const [name, tensor] of weights) if (name !== target) expect(merged.get(name)).toBe(tensor);
  });

  it.each([
    ['a missing tensor', new Map([[nameA, adapter.tensors.get(nameA)!]]), `tensor ${nameB} is missing`],
    [
      'a wrong shape',
      new Map([...adapter.tensors, [nameB, { dims: [2, 4], data: new Float32Array(8) }]]),
      'the model needs [4,2]',
    ],
    [
      'a tensor of no target',
      new Map([...adapter.tensors, ['other', { dims: [1], data: new Float32Array(1) }]]),
      'tensor other belongs to no',
    ],
  ])('refuses %s', (_, tensors, problem) => {
    expect(() => checkAdapter(config, { ...adapter, tensors })).toThrow(problem);
  });
});
