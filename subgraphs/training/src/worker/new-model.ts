/** What a run from scratch begins with: a network's shape, and a tokenizer learned from what is trained on. */
import type { EncoderConfig } from '@fathom/neural/models/encoder-config';
import type { EncoderFolder } from '@fathom/neural/models/encoder-folder';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe, wordsForBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';
import { WordCounts } from '@fathom/neural/tokenizers/word-counts';
import { trainWordPiece, wordsForWordPiece } from '@fathom/neural/tokenizers/word-piece-trainer';
import type { Architecture } from '../domain/run-config.ts';

export type UntrainedDecoder = Omit<ModelFolder, 'weights'>;
export type UntrainedEncoder = Pick<EncoderFolder, 'config' | 'tokenizer'>;

export const isEncoder = ({ family }: Architecture): boolean => family === 'BERT';

/** Counts the words of texts as the architecture's tokenizer cuts them. */
export const wordsFor = (architecture: Architecture): WordCounts =>
  new WordCounts(isEncoder(architecture) ? wordsForWordPiece : wordsForBpe);

const initializerRange = 0.02;

export function newDecoder(architecture: Architecture, texts: WordCounts): UntrainedDecoder {
  const tokenizer = trainByteLevelBpe({
    texts,
    vocabularySize: architecture.vocabularySize,
    specialTokens: questionAnswerTokens,
  });
  const chatTemplate = ChatTemplate.questionAnswer();
  const config: ModelConfig = {
    vocabularySize: tokenizer.vocabularySize,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers,
    heads: architecture.attentionHeads,
    keyValueHeads: architecture.keyValueHeads,
    headSize: architecture.hiddenSize / architecture.attentionHeads,
    intermediateSize: architecture.feedForwardSize,
    maxPositions: architecture.contextLength,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tieEmbeddings: true,
    initializerRange,
    eosTokenId: stopTokenIds({ tokenizer, chatTemplate })[0]!,
  };
  return { config, tokenizer, chatTemplate };
}

export function newEncoder(architecture: Architecture, texts: WordCounts): UntrainedEncoder {
  const tokenizer = trainWordPiece({ texts, vocabularySize: architecture.vocabularySize });
  const config: EncoderConfig = {
    family: 'bert',
    vocabularySize: tokenizer.vocabularySize,
    hiddenSize: architecture.hiddenSize,
    layers: architecture.layers,
    heads: architecture.attentionHeads,
    intermediateSize: architecture.feedForwardSize,
    maxPositions: architecture.contextLength,
    segmentTypes: 2,
    normEpsilon: 1e-12,
    initializerRange,
    padTokenId: tokenizer.tokenId('[PAD]')!,
  };
  return { config, tokenizer };
}
