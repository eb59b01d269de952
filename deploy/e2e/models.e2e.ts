import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// Models out of the platform and back into it, by the commands of deploy/cli/README.md.
let home: string;
let folder: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'fathom-models-'));
  product = await startProduct({ home });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
  await rm(folder, { recursive: true, force: true });
});

const fathom = (...args: readonly string[]) => product.fathom('models', ...args);

async function generate(model: string): Promise<{ readonly text: string; readonly model: string }> {
  const { generated } = await product.client.request<
    { generated: { __typename: string; text: string; modelVersion: { id: string } } },
    Record<string, unknown>
  >(
    `mutation ($input: GenerateInput!) { generated: generate(input: $input) { __typename
       ... on Generation { text modelVersion { id } } ... on UnknownModel { message } } }`,
    { input: { prompt: 'What is the capital of France?', maxTokens: 20, model } },
  );
  expect(generated).toMatchObject({ __typename: 'Generation' });
  return { text: generated.text, model: generated.modelVersion.id };
}

async function isUnknown(model: string): Promise<boolean> {
  const { generated } = await product.client.request<
    { generated: { __typename: string } },
    Record<string, unknown>
  >('mutation ($input: GenerateInput!) { generated: generate(input: $input) { __typename } }', {
    input: { prompt: 'What is the capital of France?', maxTokens: 20, model },
  });
  return generated.__typename === 'UnknownModel';
}

test('a version is exported as ONNX, added as another model, listed, and answers as it did', async () => {
  const exported = join(folder, 'facts');
  const written = await fathom('export', 'fathom-facts@1', '--to', exported, '--precision', 'fp32,int8,int4');
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(written.stdout).toContain('onnx/model_q4.onnx');

  const added = await fathom('add', exported, '--name', 'facts-onnx', '--alias', 'champion', '--json');
  expect(added).toMatchObject({ code: 0 });
  expect(JSON.parse(added.stdout)).toMatchObject({ __typename: 'ModelVersion', id: 'facts-onnx@1' });
  const listed = await fathom('list');
  expect(listed.stdout).toMatch(/facts-onnx@1\s+FULL\s.*champion/);
  expect(listed.stdout).toContain('fathom-facts@1');

  const { text } = await generate('fathom-facts@1');
  expect(text).toContain('Paris');
  await expect
    .poll(() => generate('facts-onnx').catch((error: Error) => error.message), { timeout: 60_000 })
    .toEqual({ text, model: 'facts-onnx@1' });
});

test('a version is removed with its files once nothing refers to it, and is known as removed ever after', {
  timeout: 240_000,
}, async () => {
  const remove = (...args: readonly string[]) => fathom('remove', 'facts-onnx@1', ...args);
  expect(await remove('--reason', 'too early')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /facts-onnx@1 is in use: alias facts-onnx\/champion, deployment \S+facts-onnx@1\. Move or end/,
    ),
  });
  expect(await remove()).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason WHY') });

  const smaller = join(folder, 'smaller');
  expect(await fathom('export', 'fathom-facts@1', '--to', smaller, '--precision', 'fp32,int8')).toMatchObject(
    { code: 0 },
  );
  expect(await fathom('add', smaller, '--name', 'facts-onnx', '--alias', 'champion')).toMatchObject({
    code: 0,
  });
  // The former version answers until the new one is loaded.
  await expect
    .poll(() => remove('--reason', 'replaced by a smaller one', '--json'), { timeout: 120_000 })
    .toMatchObject({ code: 0 });

  expect((await fathom('list')).stdout).toMatch(/facts-onnx@1\s+FULL\s.*removed/);
  expect(await generate('facts-onnx')).toMatchObject({ model: 'facts-onnx@2' });
  await expect.poll(() => isUnknown('facts-onnx@1'), { timeout: 60_000 }).toBe(true);
  expect(await fathom('export', 'facts-onnx@1', '--to', join(folder, 'gone'))).toMatchObject({ code: 1 });
});

test('a model that cannot be served is refused by the name of its file, and wrong usage says what to do', async () => {
  const broken = join(folder, 'broken');
  expect(await fathom('export', 'fathom-facts@1', '--to', broken)).toMatchObject({ code: 0 });
  await truncate(join(broken, 'onnx/model.onnx'), 5_000_000);
  const refused = await fathom('add', broken);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /The model is refused: onnx\/model\.onnx: at byte \d+ .*truncated \(ONNX_CORRUPT\)/,
  );
  expect((await fathom('list')).stdout).not.toContain('broken@');

  expect(await fathom('export', 'fathom-facts@99', '--to', join(folder, 'x'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no version fathom-facts@99. `fathom models list` shows'),
  });
  expect(await fathom('export', 'fathom-facts@1', '--to', home)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exists and is not an export'),
  });
  expect(await fathom('add', join(folder, 'nowhere'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is not a folder: give the folder that holds config.json'),
  });
});
