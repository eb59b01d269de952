/**
 * `npm run train:default-model`: data set -> tokenizer -> training -> evaluation -> calibration -> model folder with its card.
 * A run that was stopped goes on where its last checkpoint was. `--measure` skips training and measures the folder's model anew.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModelFolder, type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { buildDataSet } from './data-set.ts';
import { measureModel } from './measure.ts';
import { readRecipe } from './recipe.ts';
import { trainModel } from './train.ts';
import type { TrainingRunRecord } from './training-run.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = path.resolve(here, '../../../..');

const { values } = parseArgs({
  options: {
    recipe: { type: 'string', default: path.join(here, 'recipe.json') },
    out: { type: 'string', default: path.join(here, '../../models/fathom-facts') },
    work: { type: 'string', default: path.join(repository, '.fathom/recipes/default') },
    threads: { type: 'string', default: '2' },
    measure: { type: 'boolean', default: false },
  },
});

const log = (line: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const recipe = readRecipe(values.recipe);
const dataSet = buildDataSet(recipe);
log(`data set ${dataSet.sha256.slice(0, 12)}: ${dataSet.facts.length} facts`);
const runFile = path.join(values.out, 'training-run.json');
const threads = Number(values.threads);

const { model, run } = values.measure ? await readTrained() : await trainAndWrite();
await measureModel({ recipe, dataSet, model, run, outDir: values.out, threads, log });
log(`wrote ${values.out}`);

type Trained = { readonly model: ModelFolder; readonly run: TrainingRunRecord };

async function trainAndWrite(): Promise<Trained> {
  await mkdir(values.work, { recursive: true });
  const trained = await trainModel({
    recipe,
    dataSet,
    workDir: values.work,
    threads,
    log,
    now: () => new Date(),
  });
  await writeModelFolder(values.out, trained.model);
  await writeFile(runFile, `${JSON.stringify(trained.run, null, 1)}\n`);
  return trained;
}

async function readTrained(): Promise<Trained> {
  // Written by trainAndWrite: its shape is what a record was then.
  const record = JSON.parse(await readFile(runFile, 'utf8')) as TrainingRunRecord;
  return { model: await loadModelFolder(values.out), run: record };
}
