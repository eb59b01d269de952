/** `fathom models export`: a version of the registry, or a model folder, as ONNX files. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { NeuralError } from '@fathom/neural/errors';
import { type ExportLayout, type ExportOptions, exportLayouts, exportModel } from '@fathom/neural/export/export-model';
import { mergeAdapter } from '@fathom/neural/lora/adapter';
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import { loadModelFolder, type ModelFolder } from '@fathom/neural/models/model-folder';
import { purposeOf } from '@fathom/neural/models/model-purpose';
import { loadTextModelFolder, writeTextModelFolder } from '@fathom/neural/models/text-model-folder';
import { type Precision, precisions } from '@fathom/neural/serving/weight-product';
import { readJson } from '@fathom/neural/tokenizers/read-tokenizer';
import type { ArtifactEnv } from '@fathom/platform/artifacts/artifact-env';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { AppError } from '@fathom/platform/errors';
import { readOperation } from '@fathom/schema/operations';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { dataFolder } from '../connection.ts';
import { withClient } from '../platform-client.ts';

export const exportUsage = `Usage: fathom models export VERSION_OR_FOLDER --to DIR [--precision fp32,int8,int4] [--layout hugging-face|engine] [--json]

Writes ONNX files that transformers, transformers.js and every ONNX runtime load (hugging-face, the default), or the graph
that the engine itself runs (engine). VERSION is name@number of the platform on this machine; an adapter is merged into its
base; a classifier or a maker of vectors comes with its safetensors. FOLDER holds model.safetensors. DIR appears complete or
not at all, and replaces an export that is there; a folder that holds safetensors is never replaced.`;

interface VersionView {
  readonly id: string;
  readonly kind: 'FULL' | 'ADAPTER';
  readonly artifactUri: string;
  readonly parent: { readonly id: string; readonly artifactUri: string } | null;
}

export async function exportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      to: { type: 'string' },
      precision: { type: 'string' },
      layout: { type: 'string' },
      json: { type: 'boolean' },
    },
    exportUsage,
  );
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0 || values.to === undefined)
    throw new CommandError(exportUsage, 2);
  const options = { layout: layoutOf(values.layout), precisions: precisionsOf(values.precision) };
  const target = resolve(values.to);
  await requireReplaceable(target);
  try {
    const files = await exportSource(source, target, options);
    if (values.json) process.stdout.write(`${JSON.stringify({ folder: target, files })}\n`);
    else
      for (const { path, bytes } of files)
        process.stdout.write(`${join(target, path)}  ${(bytes / 1e6).toFixed(1)} MB\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof NeuralError)) throw error;
    throw new CommandError(`${error.message} (${error.code})`, 1, error);
  }
}

function layoutOf(text: string | undefined): ExportLayout {
  const layout = exportLayouts.find((known) => known === (text ?? 'hugging-face'));
  if (layout) return layout;
  throw new CommandError(`--layout: "${text}" is not one of ${exportLayouts.join(', ')}.`, 2);
}

function precisionsOf(text: string | undefined): readonly Precision[] {
  const asked = (text ?? 'fp32').split(',').map((part) => part.trim());
  const unknown = asked.find((name) => !precisions.some((precision) => precision === name));
  if (unknown !== undefined)
    throw new CommandError(`--precision: "${unknown}" is not one of ${precisions.join(', ')}.`, 2);
  return precisions.filter((precision) => asked.includes(precision));
}

/** An export is replaced as a whole; a folder of something else is not. */
async function requireReplaceable(folder: string): Promise<void> {
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  if (!(await exists(folder))) return;
  if (await exists(join(folder, 'config.json')) && !(await exists(join(folder, 'model.safetensors')))) return;
  throw new CommandError(`${folder} exists and is not an export: name a folder that does not exist yet.`, 1);
}

async function exportSource(source: string, target: string, options: ExportOptions) {
  const version = /^[a-z0-9-]+@\d+$/.test(source) ? await findVersion(source) : undefined;
  if (version?.kind === 'ADAPTER') return exportModel(target, await mergedModel(version), options);
  const folder = version ? await filesOf(version) : resolve(source);
  if (purposeOf(await readJson(folder, 'config.json')) === 'generation')
    return exportModel(target, await loadModelFolder(folder), options);
  if (options.layout !== 'hugging-face')
    throw new CommandError(`${source} reads whole texts: it is exported in the layout hugging-face.`, 1);
  return writeTextModelFolder(target, await loadTextModelFolder(folder), options);
}

async function mergedModel(version: VersionView): Promise<ModelFolder> {
  if (version.parent === null) throw new CommandError(`${version.id} is an adapter whose base is not known.`, 1);
  const base = await loadModelFolder(await filesOf(version.parent));
  const adapter = await readAdapter(await filesOf(version));
  return { ...base, weights: mergeAdapter({ config: base.config, weights: base.weights, adapter }) };
}

async function findVersion(id: string): Promise<VersionView> {
  let found: VersionView | null = null;
  await withClient(async (client) => {
    const { modelVersion } = await client.request<
      { readonly modelVersion: VersionView | null },
      { readonly id: string }
    >(readOperation('version-files'), { id });
    found = modelVersion;
    return 0;
  });
  if (found === null)
    throw new CommandError(`There is no version ${id}. \`fathom models list\` shows those that there are.`, 1);
  return found;
}

/** Versions are read where the platform keeps them: this machine's data folder, or the bucket that the environment names. */
async function filesOf({ id, artifactUri }: Pick<VersionView, 'id' | 'artifactUri'>): Promise<string> {
  const store = openArtifactStore(artifactEnv(process.env));
  try {
    return await store.fetch(artifactUri);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
    throw new CommandError(
      `The files of ${id} are not in ${dataFolder(process.env)}. Run the command where the platform keeps its data: FATHOM_HOME names the folder, S3_ENDPOINT the bucket's server.`,
      1,
      error,
    );
  }
}

function artifactEnv(env: NodeJS.ProcessEnv): ArtifactEnv {
  return {
    FATHOM_DATA_DIR: dataFolder(env),
    S3_ENDPOINT: env.S3_ENDPOINT,
    S3_BUCKET: env.S3_BUCKET ?? 'fathom',
    S3_REGION: env.S3_REGION ?? 'us-east-1',
    S3_ACCESS_KEY_ID: env.S3_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY: env.S3_SECRET_ACCESS_KEY,
    S3_SESSION_TOKEN: env.S3_SESSION_TOKEN,
  };
}
