/**
 * How the tokens of a text become its vector, as sentence-transformers writes it down beside a model:
 *
 *   modules.json             the steps: the model itself, `1_Pooling`, and `2_Normalize` where vectors have length 1
 *   1_Pooling/config.json    which tokens speak for the text
 *
 * A model without modules.json is read as those trained here are: the mean over its tokens, of length 1.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfPresent } from '../files.ts';
import { invalidConfig } from './model-config.ts';

export type PooledTokens = 'first' | 'last' | 'mean';

export interface SentencePooling {
  readonly tokens: PooledTokens;
  /** Vectors have length 1: the inner product of two is their cosine. */
  readonly isNormalized: boolean;
}

export const meanPooling: SentencePooling = { tokens: 'mean', isNormalized: true };

const modulesJson = z.array(z.object({ path: z.string(), type: z.string() }));
const flag = z.boolean().default(false);
const poolingJson = z.object({
  pooling_mode_cls_token: flag,
  pooling_mode_mean_tokens: flag,
  pooling_mode_lasttoken: flag,
  pooling_mode_max_tokens: flag,
  pooling_mode_mean_sqrt_len_tokens: flag,
  pooling_mode_weightedmean_tokens: flag,
});
type Mode = keyof z.output<typeof poolingJson>;

const modes: Readonly<Partial<Record<Mode, PooledTokens>>> = {
  pooling_mode_cls_token: 'first',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_lasttoken: 'last',
};
const modulesFile = 'modules.json';
const poolingFolder = '1_Pooling';

/** Throws `CONFIG_INVALID` for steps that are not computed here, by name. */
export async function readPooling(dir: string): Promise<SentencePooling> {
  const steps = await readSettings(dir, modulesFile, modulesJson);
  if (steps === undefined) return meanPooling;
  const kinds = steps.map(({ type }) => type.replace(/^.*\./, ''));
  const strange = kinds.find((kind) => !['Transformer', 'Pooling', 'Normalize'].includes(kind));
  if (strange !== undefined)
    throw invalidConfig([
      `${modulesFile}: a step ${strange} is not computed here; Transformer, Pooling and Normalize are`,
    ]);
  const path = steps[kinds.indexOf('Pooling')]?.path ?? poolingFolder;
  // A path that leaves the folder is somebody's mistake, or worse.
  const isInside = /^[\w-]+$/.test(path);
  const file = `${path}/config.json`;
  const settings = isInside ? await readSettings(dir, file, poolingJson) : undefined;
  if (settings === undefined) throw invalidConfig([`${modulesFile} names the pooling ${file}, which is not there`]);
  return { tokens: tokensOf(settings, file), isNormalized: kinds.includes('Normalize') };
}

/** What `readPooling` reads, and sentence-transformers. */
export function poolingFiles(
  { tokens, isNormalized }: SentencePooling,
  dimensions: number,
): readonly (readonly [string, string])[] {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const step = (idx: number, path: string, kind: string) => ({
    idx,
    name: String(idx),
    path,
    type: `sentence_transformers.models.${kind}`,
  });
  const steps = [
    step(0, '', 'Transformer'),
    step(1, poolingFolder, 'Pooling'),
    ...(isNormalized ? [step(2, '2_Normalize', 'Normalize')] : []),
  ];
  const chosen = Object.fromEntries(Object.entries(modes).map(([mode, of]) => [mode, of === tokens]));
  return [
    [modulesFile, json(steps)],
    [`${poolingFolder}/config.json`, json({ word_embedding_dimension: dimensions, ...chosen })],
  ];
}

function tokensOf(settings: z.output<typeof poolingJson>, file: string): PooledTokens {
  const [mode, ...others] = (Object.keys(settings) as Mode[]).filter((name) => settings[name]);
  const tokens = mode === undefined ? undefined : modes[mode];
  if (tokens !== undefined && others.length === 0) return tokens;
  const found = mode === undefined ? 'none' : [mode, ...others].join(' and ');
  throw invalidConfig([`${file}: exactly one of ${Object.keys(modes).join(', ')} is computed here, it sets ${found}`]);
}

async function readSettings<Schema extends z.ZodType>(
  dir: string,
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const bytes = await readFileIfPresent(join(dir, file));
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const problem =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
        : (error as Error).message;
    throw invalidConfig([`${file}: ${problem}`]);
  }
}
