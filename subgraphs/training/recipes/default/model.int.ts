import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { answerConfidence, type Calibration } from '@fathom/neural/confidence/answer-confidence';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDataSet } from './data-set.ts';
import { type Answerer, createAnswerer } from './evaluation/answerer.ts';
import type { Evaluation } from './evaluation/evaluate.ts';
import { HAND_WRITTEN } from './evaluation/hand-written.ts';
import { readRecipe } from './recipe.ts';
import type { TrainingRunRecord } from './training-run.ts';

const folder = new URL('../../models/fathom-facts/', import.meta.url);
const readJson = async <T>(file: string): Promise<T> =>
  JSON.parse(await readFile(new URL(file, folder), 'utf8')) as T;

describe('the committed default model', () => {
  let answerer: Answerer;
  let calibration: Calibration;

  beforeAll(async () => {
    answerer = await createAnswerer(await loadModelFolder(fileURLToPath(folder)), {
      precision: 'fp32',
      threads: 1,
    });
    calibration = await readJson<Calibration>('calibration.json');
  });
  afterAll(() => answerer.release());

  it('comes from the recipe and the data set that are in the repository', async () => {
    const run = await readJson<TrainingRunRecord>('training-run.json');
    const dataSet = buildDataSet(readRecipe());
    expect(run.recipe).toEqual(readRecipe());
    expect(run.dataSet.sha256).toBe(dataSet.sha256);
    expect(run.curve.length).toBeLessThanOrEqual(500);
  });

  it('answers the questions written by hand as its evaluation says', async () => {
    const answers = await answerer.answer(HAND_WRITTEN.map(({ question }) => question));
    const wrong = HAND_WRITTEN.filter(
      ({ answer = 'I do not know.' }, index) => !answers[index]?.text.includes(answer),
    );
    const evaluation = await readJson<Evaluation>('evaluation.json');
    expect(wrong.map(({ question }) => question)).toEqual(
      evaluation.handWritten.wrong.map(({ question }) => question),
    );
  });

  it.each([
    ['What is the capital of France?', true],
    ['which element has the symbol Au', true],
    ['What is the capital of Atlantis?', false],
    ['Who is the president of France?', false],
    ['What is 12 times 12?', false],
  ])('of "%s" says by its score whether it may answer: %s', async (question, mayAnswer) => {
    const [answer] = await answerer.answer([question]);
    const { score } = answerConfidence(
      {
        question,
        answerText: answer?.text ?? '',
        tokenLogProbabilities: answer?.tokenLogProbabilities ?? [],
      },
      calibration,
    );
    expect(score >= calibration.bound).toBe(mayAnswer);
  });
});
