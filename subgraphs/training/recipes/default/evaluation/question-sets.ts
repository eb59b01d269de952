import type { DataSet } from '../data-set.ts';
import type { Fact } from '../facts/fact.ts';
import { factQuestion, type Question, randomFactQuestion } from '../questions.ts';
import { createRandom } from '../random.ts';
import { type Recipe, UNKNOWN_KINDS } from '../recipe.ts';
import { phrasings, type Split } from '../wording/phrasings.ts';

/** The questions a model is measured with; drawn from streams of their own, so that they never change with training data. */
export interface QuestionSets {
  /** One trained phrasing a fact. */
  readonly trained: readonly Question[];
  /** One test phrasing a fact, phrasings dealt in turn so that each is met equally often. */
  readonly heldOut: readonly Question[];
  /** The same as a hurried user types them: lower case, no punctuation. */
  readonly lowerCase: readonly Question[];
  /** Facts under their aliases, in test phrasings. */
  readonly aliases: readonly Question[];
  /** What the model cannot know, by kind. */
  readonly unknown: readonly Question[];
}

const UNKNOWN_PER_KIND = 240;

export function testSets(recipe: Recipe, dataSet: DataSet): QuestionSets {
  const random = createRandom(recipe.seed, 'test sets');
  const heldOut = inTurn(dataSet.facts, 'test');
  return {
    trained: dataSet.facts.map((fact) => randomFactQuestion(fact, { split: 'train', aliasShare: 0, random })),
    heldOut,
    lowerCase: heldOut.map((question) => ({
      ...question,
      prompt: question.prompt.toLowerCase().replace(/[?.!]+$/, ''),
    })),
    aliases: dataSet.facts.flatMap((fact) =>
      fact.aliases.map((alias) => factQuestion(fact, random.pick(phrasings(fact.relation, 'test')), alias)),
    ),
    unknown: unknownSet(dataSet, 'test', recipe),
  };
}

/** What a calibration is fitted on: the validation halves of wording, names and held-out entities. */
export function calibrationSet(recipe: Recipe, dataSet: DataSet): readonly Question[] {
  return [...inTurn(dataSet.facts, 'validation'), ...unknownSet(dataSet, 'validation', recipe)];
}

function inTurn(facts: readonly Fact[], split: Split): Question[] {
  return facts.map((fact, index) => {
    const templates = phrasings(fact.relation, split);
    return factQuestion(fact, templates[index % templates.length] ?? '{x}', fact.subject);
  });
}

function unknownSet(dataSet: DataSet, split: 'validation' | 'test', recipe: Recipe): Question[] {
  const random = createRandom(recipe.seed, `unknown ${split}`);
  const drawn = UNKNOWN_KINDS.flatMap((kind) =>
    Array.from({ length: UNKNOWN_PER_KIND }, () => dataSet.unknown.draw(kind, split, random)),
  );
  return [...drawn, ...dataSet.unknown.heldOutEntities(split, random)];
}
