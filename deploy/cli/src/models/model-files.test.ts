import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modelFilesOf } from './model-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-model-files-'));
  await mkdir(join(folder, 'onnx'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (...paths: readonly string[]) =>
  Promise.all(paths.map((path) => writeFile(join(folder, path), path)));

test('what serving needs of a folder is taken, and the rest stays behind', async () => {
  await write('config.json', 'tokenizer.json', 'tokenizer_config.json', 'README.md', 'pytorch_model.bin');
  await write('onnx/model_q4.onnx', 'onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1', 'onnx/model_fp16.onnx');
  await write('model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json');
  const files = await modelFilesOf(folder);
  expect(files.map(({ path }) => path)).toEqual([
    'config.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
    'onnx/model_q4.onnx',
    'onnx/model_q4.onnx_data',
    'onnx/model_q4.onnx_data_1',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(files[4]?.localPath).toBe(join(folder, 'onnx/model_q4.onnx'));
});

test.each([
  ['no config.json', ['model.safetensors'], 'holds no config.json'],
  ['no weights', ['config.json', 'pytorch_model.bin'], 'holds no weights that are served'],
])('a folder with %s is refused before anything is sent', async (_, paths, problem) => {
  await write(...paths);
  await expect(modelFilesOf(folder)).rejects.toThrow(problem);
});

test('a path that is no folder is wrong usage', async () => {
  await write('config.json');
  await expect(modelFilesOf(join(folder, 'config.json'))).rejects.toMatchObject({ exitCode: 2 });
});
