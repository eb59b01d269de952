/** What a run from scratch begins with: a network's shape, and a tokenizer learned from what is trained on. */
import type { ModelConfig } from '@fathom/neural/models/model-config';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe, type WordCounts } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';
import type { Architecture } from '../domain/run-config.ts';

export type Untrained = Omit<ModelFolder, 'weights'>;

export function newModel(architecture: Architecture, texts: Iterable<string> | WordCounts): Untrained {
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
    initializerRange: 0.02,
    eosTokenId: stopTokenIds({ tokenizer, chatTemplate })[0]!,
  };
  return { config, tokenizer, chatTemplate };
}
