/** The encoders of texts that this service has: the one that npm brings, and versions that were trained to be one. */
import { embeddingDimensions, maxPieces } from '@fathom/neural/sentence-encoder/encoder-graph';
import { releasedModelVersion } from '@fathom/neural/sentence-encoder/released-model';
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { TokenPooling } from '../__generated__/schema.ts';
import type { Encoder } from '../domain/texts-input.ts';

/** The first one is used where none is named. */
export const encoders: readonly [Encoder, ...Encoder[]] = [
  {
    id: `use-lite-en@${releasedModelVersion}`,
    dimensions: embeddingDimensions,
    maxTokens: maxPieces,
    pooling: 'MEAN',
    isNormalized: true,
  },
];

const poolings = { first: 'FIRST', last: 'LAST', mean: 'MEAN' } as const satisfies Readonly<
  Record<string, TokenPooling>
>;

export function encoderOfVersion(
  versionId: string,
  { dimensions, maxTokens, pooling }: Extract<TextReaderFacts, { purpose: 'embedding' }>,
): Encoder {
  const { tokens, isNormalized } = pooling;
  return { id: versionId, dimensions, maxTokens, pooling: poolings[tokens], isNormalized };
}
