/** Of a model folder, the files that serving needs. Other precisions, other frameworks' weights and READMEs stay behind. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import type { LocalFile } from '../upload-files.ts';

const settings = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'calibration.json',
  'modules.json',
  '1_Pooling/config.json',
];
const safetensors = /^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/;
const graph = /^model(_int8|_quantized|_uint8|_q4)?\.onnx(_data.*)?$/;

const isServed = (path: string): boolean =>
  settings.includes(path) || safetensors.test(path) || graph.test(path.replace(/^onnx\//, ''));

/** Throws CommandError for a path that is not a model folder. */
export async function modelFilesOf(folder: string): Promise<readonly LocalFile[]> {
  const status = await stat(folder).catch(() => undefined);
  if (!status?.isDirectory())
    throw new CommandError(`${folder} is not a folder: give the folder that holds config.json.`, 2);
  const paths = [...(await list(folder, '')), ...(await list(folder, 'onnx/')), ...(await list(folder, '1_Pooling/'))].filter(isServed).sort();
  if (!paths.includes('config.json'))
    throw new CommandError(`${folder} holds no config.json: give the folder of a Hugging Face model.`, 1);
  if (!paths.some((path) => path.endsWith('.onnx') || path.endsWith('.safetensors')))
    throw new CommandError(
      `${folder} holds no weights that are served: model.safetensors, or model.onnx, model_int8.onnx, model_quantized.onnx or model_q4.onnx at its top or in onnx/.`,
      1,
    );
  return paths.map((path) => ({ path, localPath: join(folder, path) }));
}

async function list(folder: string, inner: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, inner)).catch(() => []);
  return names.map((name) => `${inner}${name}`);
}
