import { describe, expect, it } from 'vitest';
import { CAPITAL_CORRECTIONS } from './corrections.ts';
import { HELD_OUT_PLACES } from './country-names.ts';
import { familyOf, groupOf, HELD_OUT_ELEMENTS, periodOf } from './elements.ts';
import { comparable } from './fact.ts';
import { allFacts, SOURCES, sourceVersions } from './facts.ts';
import { readCountryTable } from './packages.ts';
import { RELATION_IDS } from './relations.ts';
import { definitionOf, parseSynset, readSynsets } from './wordnet.ts';

const { facts, dropped } = allFacts();
const valueFor = (relation: string, subject: string) =>
  facts.find((fact) => fact.relation === relation && fact.subject === subject)?.value;

describe('the facts', () => {
  it('each name the file of an installed package they come from', () => {
    const packages = SOURCES.map((source) => source.package);
    for (const fact of facts) expect(packages).toContain(fact.source.file.split('/')[0]);
    expect(Object.keys(sourceVersions())).toEqual(packages);
  });

  it('answer every relation, and a subject has one value a relation', () => {
    expect(new Set(facts.map((fact) => fact.relation))).toEqual(new Set(RELATION_IDS));
    const keys = facts.map((fact) => `${fact.relation}|${fact.subject}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('never speak of an entity that is held out', () => {
    const heldOut = new Set([...HELD_OUT_PLACES, ...HELD_OUT_ELEMENTS].map(comparable));
    const named = facts.flatMap((fact) => [fact.subject, fact.value, ...fact.aliases].map(comparable));
    expect(named.filter((name) => heldOut.has(name))).toEqual([]);
  });

  it('hold 32 entities out', () => {
    expect(HELD_OUT_PLACES.length + HELD_OUT_ELEMENTS.length).toBe(32);
  });

  it('correct what the package has truncated, outdated or in a local language', () => {
    expect(valueFor('capital', 'Austria')).toBe('Vienna');
    expect(valueFor('capital', 'Mexico')).toBe('Mexico City');
    expect(valueFor('currency', 'Croatia')).toBe('Euro');
    expect(valueFor('domain', 'the United Kingdom')).toBe('.uk');
    expect(valueFor('capital', 'France')).toBe('Paris');
  });

  it('invert a relation only where one country has the value', () => {
    expect(valueFor('callingCodeOf', '+33')).toBe('France');
    expect(valueFor('callingCodeOf', '+1')).toBeUndefined();
    expect(valueFor('capitalOf', 'Paris')).toBe('France');
  });

  it('list every value that was refused with its reason', () => {
    for (const { file, subject, reason } of dropped) expect([file, subject, reason]).not.toContain('');
    expect(dropped).toContainEqual(
      expect.objectContaining({ subject: 'France', reason: 'legendary or disputed' }),
    );
  });

  it('have a capital that the package itself or WordNet knows, or that was corrected, for all but fifteen', () => {
    const cities = new Map(
      readCountryTable('cities').rows.map((row) => [
        row.country,
        (Array.isArray(row.cities) ? row.cities : []).map((city) => comparable(String(city))),
      ]),
    );
    const wordNet = new Set(
      [...readSynsets('noun').values()]
        .filter(
          (synset) =>
            synset.words.some((word) => word.startsWith('capital of')) || /\bcapital\b/.test(synset.gloss),
        )
        .flatMap((synset) => synset.words.map(comparable)),
    );
    const corrected = new Set(CAPITAL_CORRECTIONS.map(([, , capital]) => comparable(capital)));
    const unconfirmed = facts.filter(
      ({ relation, subject, value }) =>
        relation === 'capital' &&
        !cities.get(subject)?.includes(comparable(value)) &&
        !wordNet.has(comparable(value)) &&
        !corrected.has(comparable(value)),
    );
    expect(unconfirmed.map((fact) => fact.value)).toEqual([
      'Thimphu',
      'Ouagadougou',
      'Moroni',
      'Dili',
      'Tórshavn',
      'Gibraltar',
      "Saint George's",
      'Yamoussoukro',
      'Macao',
      'Palikir',
      'Yaren',
      'Juba',
      "Nuku'alofa",
      'Ashgabat',
      'Kyiv',
    ]);
  });
});

describe('the periodic table', () => {
  it('counts periods and groups from atomic numbers', () => {
    expect([1, 2, 3, 10, 19, 57, 86, 118].map(periodOf)).toEqual([1, 1, 2, 2, 4, 6, 6, 7]);
    expect([1, 2, 6, 11, 17, 26, 79, 82].map(groupOf)).toEqual([1, 18, 14, 1, 17, 8, 11, 14]);
  });

  it('names families', () => {
    expect(familyOf('Sodium', 11)).toBe('alkali metals');
    expect(familyOf('Iron', 26)).toBe('transition metals');
    expect(familyOf('Lead', 82)).toBe('post-transition metals');
    expect(familyOf('Uranium', 92)).toBe('actinides');
  });
});

describe('WordNet lines', () => {
  it('are read with words, pointers and definition', () => {
    const synset = parseSynset(
      '00001930 03 n 01 physical_entity 0 002 @ 00001740 n 0000 ! 00002452 n 0102 | an entity (a thing) that has physical existence; "a stone"  ',
    );
    expect(synset.words).toEqual(['physical entity']);
    expect(synset.pointers).toEqual([
      { symbol: '@', offset: '00001740', source: 0, target: 0 },
      { symbol: '!', offset: '00002452', source: 1, target: 2 },
    ]);
    expect(definitionOf(synset)).toBe('an entity that has physical existence');
  });
});
