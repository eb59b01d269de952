import { mergeAdapter } from '@fathom/neural/lora/adapter';
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import { loadModelFolder, type ModelFolder } from '@fathom/neural/models/model-folder';
import { purposeOf } from '@fathom/neural/models/model-purpose';
import { loadTextModelFolder, type TextModelFolder } from '@fathom/neural/models/text-model-folder';
import { readJson } from '@fathom/neural/tokenizers/read-tokenizer';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import { measuredLanguageModel } from './measured-language-model.ts';
import type { MeasuredModel, MeasuringOptions } from './measured-model.ts';
import { measuredClassifier, measuredEmbedder } from './measured-text-model.ts';
import type { VersionFiles } from './protocol.ts';

/** The whole network of a version that generates; an adapter is merged into its base. */
export async function loadVersion(artifacts: ArtifactStore, files: VersionFiles): Promise<ModelFolder> {
  const base = await loadModelFolder(await artifacts.fetch(files.artifactUri));
  if (files.adapterUri === null) return base;
  const adapter = await readAdapter(await artifacts.fetch(files.adapterUri));
  return { ...base, weights: mergeAdapter({ config: base.config, weights: base.weights, adapter }) };
}

/** The network of any version as something that reads whole texts: a model that generates begins without a head of its own. */
export async function loadTextVersion(
  artifacts: ArtifactStore,
  files: VersionFiles,
): Promise<TextModelFolder> {
  const folder = await artifacts.fetch(files.artifactUri);
  return purposeOf(await readJson(folder, 'config.json')) === 'generation'
    ? loadVersion(artifacts, files)
    : loadTextModelFolder(folder);
}

/** A version of any kind, to be measured. */
export async function measuredVersion(
  artifacts: ArtifactStore,
  files: VersionFiles,
  options: MeasuringOptions,
): Promise<MeasuredModel> {
  const folder = await artifacts.fetch(files.artifactUri);
  if (purposeOf(await readJson(folder, 'config.json')) === 'generation')
    return measuredLanguageModel(await loadVersion(artifacts, files), options);
  const model = await loadTextModelFolder(folder);
  const { labels } = model;
  return labels === undefined
    ? measuredEmbedder(model, options)
    : measuredClassifier({ ...model, labels }, options);
}
