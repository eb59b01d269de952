import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../weights/safetensors.ts';
import { parseModelConfig } from './model-config.ts';
import { decoderTensors, encoderTensors, readModelWeights } from './model-weights.ts';

/** Four shards as transformers wrote them. */
const sharded = fileURLToPath(new URL('../../reference/models/qwen2/', import.meta.url));
const secondShard = 'model-00002-of-00004.safetensors';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fathom-shards-'));
  for (const file of await readdir(sharded)) await copyFile(join(sharded, file), join(dir, file));
});
afterEach(() => rm(dir, { recursive: true }));

const index = async (): Promise<{ weight_map: Record<string, string> }> =>
  JSON.parse(await readFile(join(dir, 'model.safetensors.index.json'), 'utf8'));
const writeIndex = (json: unknown) =>
  writeFile(join(dir, 'model.safetensors.index.json'), JSON.stringify(json));

describe('readModelWeights', () => {
  it('reads every tensor of every shard', async () => {
    expect([...(await readModelWeights(dir)).keys()].sort()).toEqual(
      Object.keys((await index()).weight_map).sort(),
    );
  });

  it('names a shard that is missing', async () => {
    await rm(join(dir, secondShard));
    await expect(readModelWeights(dir)).rejects.toMatchObject({
      code: 'MODEL_INCOMPLETE',
      details: { file: secondShard },
    });
  });

  it('names a tensor that is not where the index says', async () => {
    const json = await index();
    await writeIndex({ weight_map: { ...json.weight_map, 'model.lost.weight': secondShard } });
    await expect(readModelWeights(dir)).rejects.toThrow(`${secondShard} lacks tensor model.lost.weight`);
    const { 'model.norm.weight': _, ...rest } = json.weight_map;
    await writeIndex({ weight_map: rest });
    await expect(readModelWeights(dir)).rejects.toThrow('holds tensor model.norm.weight');
  });

  it.each(['../model.safetensors', '/etc/passwd', 'weights.bin'])(
    'does not follow an index to %s',
    async (name) => {
      await writeIndex({ weight_map: { 'model.norm.weight': name } });
      await expect(readModelWeights(dir)).rejects.toThrow('is not the name of a .safetensors file');
    },
  );

  it('refuses an index that is not JSON, and a folder without weights', async () => {
    await writeFile(join(dir, 'model.safetensors.index.json'), '{');
    await expect(readModelWeights(dir)).rejects.toMatchObject({ code: 'MODEL_INCOMPLETE' });
    await rm(join(dir, 'model.safetensors.index.json'));
    await expect(readModelWeights(dir)).rejects.toThrow('model.safetensors is missing');
  });
});

describe('decoderTensors', () => {
  it('takes a head that repeats its embedding, and refuses one that does not', async () => {
    const config = parseModelConfig(JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')));
    const tensors = await readModelWeights(dir);
    const embedding = tensors.get('model.embed_tokens.weight')!;
    const buffer = { dims: [1], data: Float32Array.of(1) };
    const repeated = new Map([
      ...tensors,
      ['lm_head.weight', embedding] as const,
      ['model.layers.0.self_attn.rotary_emb.inv_freq', buffer] as const,
    ]);
    expect(decoderTensors(config, repeated, 'model')).toEqual(tensors);
    const other = { dims: embedding.dims, data: embedding.data.map((value) => value + 1) };
    expect(() => decoderTensors(config, new Map([...tensors, ['lm_head.weight', other]]), 'model')).toThrow(
      'model: tensor lm_head.weight differs from model.embed_tokens.weight',
    );
  });
});

describe('encoderTensors', () => {
  it("takes off a classifier's prefix and leaves the heads of pre-training behind", async () => {
    const tensor = { dims: [1], data: Float32Array.of(1) };
    const path = join(dir, 'model.safetensors');
    await writeSafetensors(
      path,
      new Map(['bert.pooler.dense.bias', 'classifier.bias', 'cls.predictions.bias'].map((name) => [name, tensor])),
    );
    expect([...encoderTensors(await readModelWeights(dir)).keys()]).toEqual([
      'pooler.dense.bias',
      'classifier.bias',
    ]);
  });
});
