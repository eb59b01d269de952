import type { CalibrationFile } from './evaluation/calibrate.ts';
import type { Evaluation, Tally, WrongAnswer } from './evaluation/evaluate.ts';
import { SOURCES } from './facts/facts.ts';
import type { TrainingRunRecord } from './training-run.ts';

/** `MODEL_CARD.md`, written from the very numbers of the other files: nothing in it is typed by hand. */
export function modelCard(input: {
  readonly run: TrainingRunRecord;
  readonly evaluation: Evaluation;
  readonly int8: Tally;
  readonly calibration: CalibrationFile;
}): string {
  const { run, evaluation, calibration } = input;
  const { sets } = evaluation;
  const report = calibration.report.testSplit;
  return `# ${run.recipe.name}

A small question-answering decoder that knows countries, chemical elements and some English words, answers in one plain sentence
and says "I do not know." otherwise. Trained from nothing by Fathom's own trainer; \`npm run train:default-model\` makes it again.

## Model

${run.parameters.toLocaleString('en')} parameters: Llama-style decoder, ${run.recipe.model.layers} layers, width ${run.recipe.model.hiddenSize}, ${run.recipe.model.heads} heads, feed-forward ${run.recipe.model.intermediateSize}, tied embeddings, byte-level BPE of
${run.recipe.tokenizer.vocabularySize} tokens. Prompt format: \`<|question|>…<|answer|>…<|end|>\`. Weights: Apache-2.0.

## Data

${run.dataSet.facts.toLocaleString('en')} facts in ${run.dataSet.examples.toLocaleString('en')} questions, each worded anew (SHA-256 \`${run.dataSet.sha256}\`); ${run.dataSet.droppedValues} values of the packages were
dropped or held out. ${refusedShare(run)}% of the questions have no answer the model could know.

| package | version | licence | gives |
|---|---|---|---|
${SOURCES.map((source) => `| ${source.package} | ${run.dataSet.packages[source.package]} | ${source.licence} | ${source.gives} |`).join('\n')}

Outdated, truncated and local values of \`country-json\` are corrected in the recipe's \`facts/corrections.ts\`, one by one; populations are those of 2018.

## Training

${run.steps.toLocaleString('en')} steps, ${run.tokens.toLocaleString('en')} tokens, ${run.minutes} minutes on ${run.hardware.threads} threads of ${run.hardware.cpu}, shared with other work. Final training loss ${run.finalTrainLoss},
on phrasings never trained ${run.finalHeldOutLoss} (nats a token, question tokens included at weight ${run.recipe.training.promptWeight}).

## Right and wrong

Greedy answers, a whole sentence right or wrong. Held-out phrasings occur in training in no form.

| questions | right |
|---|---|
| trained phrasings | ${percent(sets.trained)} |
| **held-out phrasings** | **${percent(sets.heldOut)}** |
| held-out phrasings, lower case, no punctuation | ${percent(sets.lowerCase)} |
| held-out phrasings, other names of the subject | ${percent(sets.aliases)} |
| held-out phrasings, int8 weights | ${percent(input.int8)} |
| written by hand | ${percent(evaluation.handWritten)} |

| relation | held-out phrasings right |
|---|---|
${rows(evaluation.heldOutByRelation)}

| unknown questions | refused |
|---|---|
${rows(evaluation.refusedByKind)}

## Knowing what it does not know

\`calibration.json\` (version \`${calibration.version}\`, bound ${calibration.bound}) decides which answers are given. Fitted on validation questions, measured on test questions:
${share(report.knownAnswered)} of known questions are answered, ${share(report.rightAmongAnswered)} of them right. Of unknown questions are answered all the same:

| kind | answered |
|---|---|
${Object.entries(report.unknownAnswered)
  .map(([kind, value]) => `| ${KINDS[kind] ?? kind} | ${share(value)} |`)
  .join('\n')}

## Examples of wrong answers

${wrongTable([...evaluation.handWritten.wrong, ...evaluation.wrongExamples].slice(0, 25))}

## Limits

One sentence, one fact: no reasoning, no arithmetic, no conversation. English only. It knows the facts of its packages and nothing
that happened since. Ask elsewhere about anything that matters.
`;
}

const KINDS: Readonly<Record<string, string>> = {
  inventedName: 'invented names',
  realName: 'real names outside the data',
  oddRelation: 'known subjects, relations it was not taught',
  crossKind: 'known subjects, relations of another kind',
  missingFact: 'known subjects, values the packages do not have',
  unrelated: 'unrelated questions and remarks',
  heldOutEntity: 'entities held out of training',
};

function rows(tallies: Readonly<Record<string, Tally>>): string {
  return Object.entries(tallies)
    .map(([key, tally]) => `| ${KINDS[key] ?? key} | ${percent(tally)} |`)
    .join('\n');
}

function percent({ right, total }: Tally): string {
  return `${share(right / Math.max(1, total))} (${right} of ${total})`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

function refusedShare(run: TrainingRunRecord): number {
  const { fact = 0, smallTalk = 0 } = run.dataSet.examplesByKind;
  return Math.round(100 * (1 - (fact + smallTalk) / run.dataSet.examples));
}

function wrongTable(wrong: readonly WrongAnswer[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = wrong.map(
    ({ question, expected, answered }) => `| ${cell(question)} | ${cell(expected)} | ${cell(answered)} |`,
  );
  return ['| question | expected | answered |', '|---|---|---|', ...lines].join('\n');
}
