import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { projections } from '../architectures/llama-parameters.ts';
import { NeuralError } from '../errors.ts';
import { writeFolderAtomically } from '../files.ts';
import { readSafetensors, serializeSafetensors } from '../weights/safetensors.ts';
import type { LoraAdapter } from './adapter.ts';

const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';

const adapterConfig = z.object({
  peft_type: z.literal('LORA'),
  r: z.number().int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.enum(projections)).min(1),
  bias: z.literal('none').default('none'),
  use_rslora: z.literal(false).default(false),
  use_dora: z.literal(false).default(false),
});

/** Reads PEFT's layout. Throws `ADAPTER_INVALID`, or `SAFETENSORS_CORRUPT` for the weights. */
export async function readAdapter(dir: string): Promise<LoraAdapter> {
  const parsed = adapterConfig.safeParse(await readJson(join(dir, configFile)));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    throw new NeuralError('ADAPTER_INVALID', `${configFile}: ${problems}`, { cause: parsed.error });
  }
  const { r, lora_alpha, target_modules } = parsed.data;
  const tensors = await readSafetensors(join(dir, weightsFile)).catch((error: unknown) =>
    missing(error, weightsFile),
  );
  return { rank: r, alpha: lora_alpha, targets: target_modules, tensors };
}

/** Writes PEFT's layout as one folder that appears complete or not at all. */
export async function writeAdapter(
  dir: string,
  adapter: LoraAdapter,
  options: { readonly baseModel?: string } = {},
): Promise<void> {
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: options.baseModel ?? null,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: 0,
    target_modules: adapter.targets,
    bias: 'none',
    inference_mode: true,
  };
  await writeFolderAtomically(
    dir,
    new Map<string, Uint8Array | string>([
      [configFile, `${JSON.stringify(config, null, 2)}\n`],
      [weightsFile, serializeSafetensors(adapter.tensors, { format: 'pt' })],
    ]),
  );
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => missing(error, configFile));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NeuralError('ADAPTER_INVALID', `${configFile}: not valid JSON`, { cause: error });
  }
}

function missing(error: unknown, file: string): never {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  throw new NeuralError('ADAPTER_INVALID', `${file} is missing`, { cause: error });
}
