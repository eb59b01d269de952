import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteLevelBpe } from '@fathom/neural/tokenizers/byte-level-bpe';
import { raisePlatform } from '@fathom/platform/errors';
import type { DataSet, ModelVersion } from '../domain/records.ts';
import type { Loaders } from '../loaders.ts';
import type { DataSetFiles } from '../runtime/data-set-files.ts';

interface EstimateParts {
  readonly dataSetFiles: DataSetFiles;
  readonly loaders: Pick<Loaders, 'version'>;
}

/**
 * Tokens of a data set for a version's tokenizer: those of its first examples, scaled by characters. Null without
 * statistics. Throws NOT_FOUND for a version that the tenant does not see.
 */
export async function estimateTokens(
  { dataSetFiles, loaders }: EstimateParts,
  { sample, statistics }: DataSet,
  modelVersionId: string,
): Promise<number | null> {
  const version = await withTokenizer(loaders, modelVersionId);
  if (!statistics || sample.length === 0) return null;
  const folder = await dataSetFiles.folderOf(version.artifactUri);
  const tokenizer = ByteLevelBpe.fromTokenizerJson(
    JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')),
  );
  const texts = sample.flatMap(({ prompt, completion }) => [prompt, completion]);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const tokens = texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  const all = statistics.promptCharacters + statistics.completionCharacters;
  return Math.round((tokens / characters) * all);
}

/** An adapter is used with its parent, and has its tokenizer. */
async function withTokenizer(loaders: EstimateParts['loaders'], id: string): Promise<ModelVersion> {
  const version = await loaders.version.load(id);
  if (!version) throw raisePlatform('NOT_FOUND', { because: `version ${id}` });
  return version.kind === 'ADAPTER' && version.parentId !== null
    ? withTokenizer(loaders, version.parentId)
    : version;
}
