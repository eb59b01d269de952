import { mergeAdapter } from '@fathom/neural/lora/adapter';
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import { loadModelFolder, type ModelFolder } from '@fathom/neural/models/model-folder';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { VersionFiles } from './protocol.ts';

/** The whole network of a version; an adapter is merged into its base. */
export async function loadVersion(artifacts: ArtifactStore, files: VersionFiles): Promise<ModelFolder> {
  const base = await loadModelFolder(await artifacts.fetch(files.artifactUri));
  if (files.adapterUri === null) return base;
  const adapter = await readAdapter(await artifacts.fetch(files.adapterUri));
  return { ...base, weights: mergeAdapter({ config: base.config, weights: base.weights, adapter }) };
}
