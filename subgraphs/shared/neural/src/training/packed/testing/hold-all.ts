/** A process that holds all examples of a data set, with their tokens, in memory. */
import { trainByteLevelBpe } from '../../../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../../../tokenizers/chat-template.ts';
import { batchesFrom } from '../../batches.ts';
import { readExamples } from '../../read-examples.ts';

const { folder } = JSON.parse(process.argv[2]!) as { readonly folder: string };
const { tokensPerEpoch: tokens } = batchesFrom(await readExamples(folder), {
  tokenizer: trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens }),
  chatTemplate: ChatTemplate.questionAnswer(),
  batchSize: 4,
  sequenceLength: 1_024,
  seed: 1,
});
process.send!({ tokens });
process.disconnect();
