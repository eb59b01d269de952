/** A process that prepares a data set of labelled texts, or of pairs, as a training worker does, takes batches of it, and tells how many. */
import { trainByteLevelBpe } from '../../../tokenizers/bpe-trainer.ts';
import { questionAnswerTokens } from '../../../tokenizers/chat-template.ts';
import type { Conversation } from '../../examples-file.ts';
import { classificationBatchesOf, pairBatchesOf } from '../../text-batches.ts';
import { labelledExamples, pairedExample } from '../../text-examples.ts';
import { openSplit } from '../example-source.ts';
import { packTexts } from '../pack-texts.ts';
import { textsInFile } from '../text-source.ts';

const { folder, scratchFolder, pairs } = JSON.parse(process.argv[2]!) as {
  readonly folder: string;
  readonly scratchFolder: string;
  readonly pairs?: boolean;
};
const tokenizer = trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens });
const classified = labelledExamples(['even', 'odd']);
const split = await openSplit(folder, {
  seed: 1,
  heldOutShare: 0.2,
  scratchFolder: `${scratchFolder}/split`,
});
const packed = await packTexts(split.all, {
  encodeText: (text, { maxTokens }) => tokenizer.encode(text).slice(0, maxTokens),
  maxPositions: 8_192,
  folder: `${scratchFolder}/packed`,
  sides: ['training', 'held-out'],
  sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
  textsOf(example) {
    const { prompt, completion } = example as Conversation;
    return pairs
      ? pairedExample({ anchor: prompt, positive: completion })
      : classified({ text: prompt, label: completion });
  },
});
const shape = {
  batchSize: 4,
  sequenceLength: packed.sequenceLength,
  padTokenId: 0,
  seed: 1,
};
const batchesOf = pairs ? pairBatchesOf : classificationBatchesOf;
const batches = batchesOf(textsInFile(packed.files.training), shape);
let tokens = 0;
for (let step = 0; step < batches.stepsPerEpoch; step += 1) tokens += batches.batchAt(step).tokens;
for (const batch of batchesOf(textsInFile(packed.files['held-out']), shape).everyOnce) tokens += batch.tokens;
process.send!({ tokens, steps: batches.stepsPerEpoch });
packed.close();
process.disconnect();
