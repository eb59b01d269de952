import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import type { DataSet } from './data-set.ts';
import { createAnswerer } from './evaluation/answerer.ts';
import { calibrate } from './evaluation/calibrate.ts';
import { askAll, evaluate, tally } from './evaluation/evaluate.ts';
import { calibrationSet, testSets } from './evaluation/question-sets.ts';
import { modelCard } from './model-card.ts';
import type { Recipe } from './recipe.ts';
import type { TrainingRunRecord } from './training-run.ts';

/** Evaluates and calibrates a trained model and writes what was found beside its weights. */
export async function measureModel(input: {
  readonly recipe: Recipe;
  readonly dataSet: DataSet;
  readonly model: ModelFolder;
  readonly run: TrainingRunRecord;
  readonly outDir: string;
  readonly threads: number;
  readonly log: (line: string) => void;
}): Promise<void> {
  const { recipe, dataSet, model, run, outDir, threads, log } = input;
  const sets = testSets(recipe, dataSet);
  const answerer = await createAnswerer(model, { precision: 'fp32', threads });
  const { evaluation, heldOut, unknown } = await evaluate(answerer, sets, 'fp32');
  log(`held-out phrasings ${evaluation.sets.heldOut.right} of ${evaluation.sets.heldOut.total} right`);
  const calibrationAnswers = await askAll(answerer, calibrationSet(recipe, dataSet));
  await answerer.release();
  const calibration = calibrate(calibrationAnswers, [...heldOut, ...unknown]);
  const { testSplit } = calibration.report;
  log(
    `${testSplit.knownAnswered} of known questions answered, ${testSplit.rightAmongAnswered} of them right`,
  );

  const quantized = await createAnswerer(model, { precision: 'int8', threads });
  const int8 = tally(await askAll(quantized, sets.heldOut));
  await quantized.release();

  const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  await writeFile(path.join(outDir, 'evaluation.json'), json({ ...evaluation, int8HeldOut: int8 }));
  await writeFile(path.join(outDir, 'calibration.json'), json(calibration));
  await writeFile(path.join(outDir, 'generation_config.json'), json(generationConfig(model)));
  await writeFile(path.join(outDir, 'MODEL_CARD.md'), modelCard({ run, evaluation, int8, calibration }));
}

/** Hugging Face's `generation_config.json`: greedy, one sentence. */
function generationConfig(model: ModelFolder): Record<string, unknown> {
  return { do_sample: false, max_new_tokens: 64, eos_token_id: model.config.eosTokenId };
}
