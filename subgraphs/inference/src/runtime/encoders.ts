/** The encoders of texts that this service has: the one that npm brings. */
import { embeddingDimensions, maxPieces } from '@fathom/neural/sentence-encoder/encoder-graph';
import { releasedModelVersion } from '@fathom/neural/sentence-encoder/released-model';
import type { Encoder } from '../domain/embedding-input.ts';

export const encoders: readonly Encoder[] = [
  { id: `use-lite-en@${releasedModelVersion}`, dimensions: embeddingDimensions, maxTokens: maxPieces },
];
