/** A process that prepares a data set as a training worker does, takes batches of it, and tells what it took. */
import { createHash } from 'node:crypto';
import { bytesOf } from '../../../files.ts';
import { trainByteLevelBpe, wordsForBpe } from '../../../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../../../tokenizers/chat-template.ts';
import { WordCounts } from '../../../tokenizers/word-counts.ts';
import type { Batch } from '../../batch.ts';
import { batchesOf } from '../../batches.ts';
import { evaluationBatchesOf } from '../../evaluation-batches.ts';
import { openSplit } from '../example-source.ts';
import { packExamples } from '../pack-examples.ts';
import { piecesInFile } from '../piece-source.ts';

const { folder, scratchFolder } = JSON.parse(process.argv[2]!) as {
  readonly folder: string;
  readonly scratchFolder: string;
};
const maxPositions = 1_024;
const batchSize = 4;

const split = await openSplit(folder, {
  seed: 1,
  heldOutShare: 0.2,
  scratchFolder: `${scratchFolder}/split`,
});
const words = new WordCounts(wordsForBpe);
for await (const example of split.training.read()) if ('text' in example) words.add(example.text);
const tokenizer = trainByteLevelBpe({
  texts: words,
  vocabularySize: 400,
  specialTokens: questionAnswerTokens,
});
const packed = await packExamples(split.all, {
  tokenizer,
  chatTemplate: ChatTemplate.questionAnswer(),
  batchSize,
  maxPositions,
  folder: `${scratchFolder}/packed`,
  sides: ['training', 'held-out'],
  sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
});
const { sequenceLength } = packed;
const batches = batchesOf(piecesInFile(packed.files.training, 0.1), { batchSize, sequenceLength, seed: 1 });
const heldOut = evaluationBatchesOf(piecesInFile(packed.files['held-out'], 0), { batchSize, sequenceLength });
const hash = createHash('sha256');
const take = ({ inputIds, lossWeights }: Batch) =>
  hash.update(bytesOf(inputIds)).update(bytesOf(lossWeights));
// An epoch, the first batches of the one after it, and all that is held out.
const steps = batches.stepsPerEpoch + 10;
for (let step = 0; step < steps; step += 1) take(batches.batchAt(step));
let heldOutBatches = 0;
for (const batch of heldOut) {
  take(batch);
  heldOutBatches += 1;
}
process.send!({
  tokens: batches.tokensPerEpoch,
  steps,
  heldOutBatches,
  sha256: hash.digest('hex'),
});
packed.close();
process.disconnect();
