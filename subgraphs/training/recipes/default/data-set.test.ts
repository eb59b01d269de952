import { describe, expect, it } from 'vitest';
import { buildDataSet } from './data-set.ts';
import { HELD_OUT_PLACES } from './facts/country-names.ts';
import { HELD_OUT_ELEMENTS } from './facts/elements.ts';
import { answerTo, REFUSAL } from './questions.ts';
import { createRandom } from './random.ts';
import { type Recipe, readRecipe } from './recipe.ts';
import {
  SMALL_TALK,
  UNRELATED_TEST,
  UNRELATED_TRAINING,
  UNRELATED_VALIDATION,
} from './unknowns/unrelated.ts';
import { ask, phrasingKey, phrasings } from './wording/phrasings.ts';

/** The recipe with few questions a fact: the same code in a second. */
function smallRecipe(seed: number): Recipe {
  const recipe = readRecipe();
  return { ...recipe, seed, dataSet: { ...recipe.dataSet, exposuresPerFact: 1, smallTalkExamples: 50 } };
}

const dataSet = buildDataSet(smallRecipe(1));

describe('the data set', () => {
  it('is the same to the byte for the same recipe, and another for another seed', () => {
    expect(buildDataSet(smallRecipe(1)).sha256).toBe(dataSet.sha256);
    expect(buildDataSet(smallRecipe(2)).sha256).not.toBe(dataSet.sha256);
  });

  it('asks for every fact', () => {
    const given = new Set(dataSet.examples.map((example) => example.completion));
    const silent = dataSet.facts.filter(
      (fact) => ![fact.subject, ...fact.aliases].some((name) => given.has(answerTo(fact, name))),
    );
    expect(silent).toEqual([]);
  });

  it('has no question in a phrasing that is held out, for any subject', () => {
    const trained = new Set(dataSet.examples.map((example) => phrasingKey(example.prompt)));
    const leaks = dataSet.facts.flatMap((fact) =>
      [...phrasings(fact.relation, 'validation'), ...phrasings(fact.relation, 'test')]
        .map((template) => ask(template, fact.subject))
        .filter((prompt) => trained.has(phrasingKey(prompt))),
    );
    expect(leaks).toEqual([]);
  });

  it('names no held-out entity anywhere', () => {
    const text = dataSet.examples.map(({ prompt, completion }) => `${prompt}\n${completion}`).join('\n');
    const lower = text.toLowerCase();
    const named = [...HELD_OUT_PLACES, ...HELD_OUT_ELEMENTS].filter((name) =>
      new RegExp(`\\b${name.toLowerCase()}\\b`).test(lower),
    );
    expect(named).toEqual([]);
  });

  it('answers one question in five with the refusal', () => {
    const refusals = dataSet.examples.filter((example) => example.completion === REFUSAL).length;
    expect(refusals / dataSet.examples.length).toBeCloseTo(readRecipe().dataSet.unknownShare, 2);
  });

  it('has no empty side', () => {
    expect(dataSet.examples.filter(({ prompt, completion }) => !prompt.trim() || !completion.trim())).toEqual(
      [],
    );
  });

  it('never refuses a question that it answers elsewhere', () => {
    const answered = new Set(
      dataSet.examples.filter((example) => example.completion !== REFUSAL).map((example) => example.prompt),
    );
    const contradicted = dataSet.examples.filter(
      (example) => example.completion === REFUSAL && answered.has(example.prompt),
    );
    expect(contradicted).toEqual([]);
  });
});

describe('unknown questions', () => {
  it('of two splits share no unrelated question', () => {
    const lists = [UNRELATED_TRAINING, UNRELATED_VALIDATION, UNRELATED_TEST].map((list) =>
      list.map(phrasingKey),
    );
    const all = lists.flat();
    expect(all.filter((key, index) => all.indexOf(key) !== index)).toEqual([]);
    const smallTalk = SMALL_TALK.flatMap(({ questions }) => questions.map(phrasingKey));
    expect(all.filter((key) => smallTalk.includes(key))).toEqual([]);
  });

  it('of the test split use names that training never used', () => {
    const trained = new Set<string>();
    const random = createRandom(1, 'names');
    for (const kind of ['inventedName', 'realName'] as const) {
      for (let count = 0; count < 2000; count++)
        trained.add(dataSet.unknown.draw(kind, 'train', random).subject);
      for (let count = 0; count < 300; count++) {
        expect(trained).not.toContain(dataSet.unknown.draw(kind, 'test', random).subject);
      }
    }
  });

  it('measure every held-out entity in one half or the other', () => {
    const random = createRandom(1, 'held out');
    const subjects = (['validation', 'test'] as const).map(
      (split) => new Set(dataSet.unknown.heldOutEntities(split, random).map((question) => question.subject)),
    );
    expect((subjects[0]?.size ?? 0) + (subjects[1]?.size ?? 0)).toBe(32);
  });
});
