import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Harness, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

// Folders in Hugging Face's ONNX layout, as other tools write them, beside the platform's own.
let harness: Harness;
let own: string;
const database = useTestDatabase();

beforeAll(async () => {
  own = await writeTinyModel({ seed: 7 });
});
beforeEach(async () => {
  const admin = await database.open();
  await admin.query('drop schema if exists inference, broker, streams, cache cascade');
  await admin.close();
});
afterEach(() => harness.close());

async function exported(maxBytesInGraph?: number): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-onnx-model-')), 'model');
  await exportModel(folder, await loadModelFolder(own), {
    layout: 'hugging-face',
    precisions: ['fp32', 'int8', 'int4'],
    ...(maxBytesInGraph === undefined ? {} : { maxBytesInGraph }),
  });
  return folder;
}

/** Registered, and known to inference. */
async function register(id: string, folder: string): Promise<void> {
  await harness.register(id, folder);
  await harness.deploymentIs(id, 'UNLOADED');
}

interface Answer {
  readonly __typename: string;
  readonly text: string;
  readonly modelVersion: { readonly id: string };
  readonly message: string;
}

async function generate(model: string, prompt = 'Hello?'): Promise<Answer> {
  const { data, errors } = await harness.subgraph.request<{ generate: Answer }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { __typename
      ... on Generation { text modelVersion { id } } ... on UnknownModel { message } } }`,
    { input: { prompt, maxTokens: 40, model } },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.generate;
}

/** As the table has it, which follows what happens a moment later, and says LOADING whenever a version is tried again. */
async function deployment(
  id: string,
): Promise<{ readonly precision: string; readonly detail: string | null }> {
  const { data } = await harness.subgraph.request<{
    deployments: { modelVersion: { id: string }; precision: string; detail: string | null }[];
  }>('{ deployments { modelVersion { id } precision detail } }');
  return data!.deployments.find(({ modelVersion }) => modelVersion.id === id)!;
}

test('an ONNX folder says what its safetensors say, alone and in one batch with others', async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await register('tiny@1', own);
  await register('tiny@2', await exported(20_000));
  const prompts = ['Hello?', 'Who discovered oxygen?', 'The capital of France is', 'Why'];
  const expected = [];
  for (const prompt of prompts) expected.push((await generate('tiny@1', prompt)).text);
  for (const [at, prompt] of prompts.entries()) {
    const alone = await generate('tiny@2', prompt);
    expect(alone).toMatchObject({ modelVersion: { id: 'tiny@2' }, text: expected[at] });
  }
  const together = await Promise.all(prompts.map((prompt) => generate('tiny@2', prompt)));
  expect(together.map(({ text }) => text)).toEqual(expected);
  await expect.poll(async () => (await deployment('tiny@2')).precision).toBe('fp32 (ONNX)');
});

test('each precision is taken where it is asked for, and the next best where a folder lacks it', async () => {
  harness = await startHarness({
    databaseUrl: database.url,
    settings: { precision: 'auto', maxSequences: 2 },
  });
  const whole = await exported();
  await register('tiny@1', whole);
  await register('tiny@2', own);
  expect((await generate('tiny@1')).text).not.toBe('');
  await expect.poll(async () => (await deployment('tiny@1')).precision).toBe('int4 (ONNX)');
  expect(await generate('tiny@2')).toMatchObject({ modelVersion: { id: 'tiny@2' } });
  await expect.poll(async () => (await deployment('tiny@2')).precision).toBe('int4');
  for (const lacking of ['model_q4.onnx', 'model_int8.onnx', 'model_quantized.onnx'])
    await rm(join(whole, 'onnx', lacking));
  await register('tiny@3', whole);
  expect(await generate('tiny@3')).toMatchObject({ modelVersion: { id: 'tiny@3' } });
  await expect.poll(async () => (await deployment('tiny@3')).precision).toBe('fp32 (ONNX)');
});

test('what cannot be served is refused by name, and the version in service stays in service', async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await harness.register('tiny@1', await exported());
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const before = await generate('tiny');

  const damages: readonly (readonly [string, (folder: string) => Promise<void>, RegExp])[] = [
    [
      'a graph cut off',
      (folder) => truncate(join(folder, 'onnx/model.onnx'), 3_000),
      /model\.onnx: at byte \d+ .*truncated/,
    ],
    [
      'weights cut off',
      (folder) => truncate(join(folder, 'onnx/model.onnx_data'), 30_000),
      /model\.onnx_data, which has 30000: it is truncated/,
    ],
    [
      'weights missing',
      (folder) => rm(join(folder, 'onnx/model.onnx_data')),
      /lies in model\.onnx_data, which is missing/,
    ],
    [
      'no graph at all',
      (folder) => writeFile(join(folder, 'onnx/model.onnx'), 'version https://git-lfs.github.com/spec/v1\n'),
      /no ONNX file|truncated/,
    ],
    [
      'an encoder-decoder',
      (folder) => edit(join(folder, 'config.json'), { is_encoder_decoder: true }),
      /encoder-decoder; only decoders are served/,
    ],
    ['no tokenizer', (folder) => rm(join(folder, 'tokenizer.json')), /tokenizer\.json is missing/],
    [
      'a tokenizer of another model',
      (folder) => addToken(join(folder, 'tokenizer.json')),
      /the tokenizer has 9001 tokens, the logits of .*model\.onnx \d+/,
    ],
  ];
  for (const [index, [, damage, problem]] of damages.entries()) {
    const folder = await exported(20_000);
    await damage(folder);
    const id = `tiny@${index + 2}`;
    await harness.register(id, folder);
    await harness.moveAlias('champion', id);
    await harness.deploymentIs(id, 'FAILED');
    await expect.poll(async () => (await deployment(id)).detail ?? '').toMatch(problem);
    expect(await generate('tiny')).toEqual(before);
  }
  expect(before.modelVersion.id).toBe('tiny@1');
});

async function edit(file: string, change: object): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
}

async function addToken(file: string): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as { added_tokens: object[] };
  await edit(file, {
    added_tokens: [...json.added_tokens, { id: 9_000, content: '<|far|>', special: true }],
  });
}
