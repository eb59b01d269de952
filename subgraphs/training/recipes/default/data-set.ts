import { createHash } from 'node:crypto';
import type { DroppedValue, Fact } from './facts/fact.ts';
import { allFacts } from './facts/facts.ts';
import { addNoise } from './noise.ts';
import { type Question, randomFactQuestion } from './questions.ts';
import { createRandom, shuffled } from './random.ts';
import { type Recipe, UNKNOWN_KINDS } from './recipe.ts';
import { createUnknownQuestions, type UnknownQuestions } from './unknowns/unknown-questions.ts';
import { SMALL_TALK } from './unknowns/unrelated.ts';

/** One training example, as the trainer's `batchesFrom` takes it. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
}

export interface DataSet {
  readonly facts: readonly Fact[];
  readonly dropped: readonly DroppedValue[];
  readonly unknown: UnknownQuestions;
  /** Shuffled; every example is worded anew, so that one pass over them is the whole training. */
  readonly examples: readonly TrainingExample[];
  /** Examples by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** SHA-256 of the examples as JSON lines, in order. */
  readonly sha256: string;
}

/** The whole training set of a recipe. Deterministic: the same recipe and packages give the same bytes. */
export function buildDataSet(recipe: Recipe): DataSet {
  const { facts, dropped } = allFacts();
  const unknown = createUnknownQuestions(facts);
  const questions = [...factExamples(facts, recipe), ...smallTalkExamples(recipe)];
  const { unknownShare } = recipe.dataSet;
  const refusals = Math.round((questions.length * unknownShare) / (1 - unknownShare));
  questions.push(...unknownExamples(unknown, refusals, recipe));

  const counts: Record<string, number> = {};
  for (const question of questions) counts[question.kind] = (counts[question.kind] ?? 0) + 1;
  const examples = shuffled(withNoise(questions, recipe), createRandom(recipe.seed, 'order'));
  return { facts, dropped, unknown, examples, counts, sha256: sha256Of(examples) };
}

export function sha256Of(examples: readonly TrainingExample[]): string {
  const hash = createHash('sha256');
  for (const { prompt, completion } of examples) hash.update(`${JSON.stringify({ prompt, completion })}\n`);
  return hash.digest('hex');
}

function factExamples(facts: readonly Fact[], recipe: Recipe): Question[] {
  const random = createRandom(recipe.seed, 'facts');
  const { exposuresPerFact, relationWeights, aliasShare } = recipe.dataSet;
  return facts.flatMap((fact) => {
    const exposures = Math.round(exposuresPerFact * (relationWeights[fact.relation] ?? 1));
    // Each name has to be met often enough by itself.
    const extra = Math.round(exposures * 0.25 * fact.aliases.length);
    return Array.from({ length: exposures + extra }, () =>
      randomFactQuestion(fact, { split: 'train', aliasShare: aliasShareOf(fact, aliasShare), random }),
    );
  });
}

function aliasShareOf(fact: Fact, base: number): number {
  return fact.aliases.length > 1 ? 0.6 : base;
}

function smallTalkExamples(recipe: Recipe): Question[] {
  const random = createRandom(recipe.seed, 'small talk');
  return Array.from({ length: recipe.dataSet.smallTalkExamples }, () => {
    const { questions, answer } = random.pick(SMALL_TALK);
    const prompt = random.pick(questions);
    return { kind: 'smallTalk', prompt, completion: answer, phrasing: prompt, subject: '' };
  });
}

function unknownExamples(unknown: UnknownQuestions, total: number, recipe: Recipe): Question[] {
  const random = createRandom(recipe.seed, 'unknown');
  return UNKNOWN_KINDS.flatMap((kind) =>
    Array.from({ length: Math.round(total * recipe.dataSet.unknownMix[kind]) }, () =>
      unknown.draw(kind, 'train', random),
    ),
  );
}

function withNoise(questions: readonly Question[], recipe: Recipe): TrainingExample[] {
  const random = createRandom(recipe.seed, 'noise');
  return questions.map((question) => ({
    prompt: addNoise(question.prompt, question.subject, recipe.dataSet.noise, random),
    completion: question.completion,
  }));
}
