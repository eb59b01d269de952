import { HELD_OUT_PLACES } from '../facts/country-names.ts';
import { HELD_OUT_ELEMENTS } from '../facts/elements.ts';
import type { Fact } from '../facts/fact.ts';
import { RELATION_IDS, RELATIONS, type RelationId, type SubjectKind } from '../facts/relations.ts';
import { type Question, refusedQuestion } from '../questions.ts';
import type { Random } from '../random.ts';
import type { UnknownKind } from '../recipe.ts';
import { TRAINING_FRAMES } from '../wording/frames.ts';
import { phrasings, type Split } from '../wording/phrasings.ts';
import { inventName, nameSplit, type UnknownNames, unknownNames } from './names.ts';
import {
  ODD_CITY_RELATIONS,
  ODD_COUNTRY_QUESTIONS,
  ODD_COUNTRY_RELATIONS,
  ODD_ELEMENT_QUESTIONS,
  ODD_ELEMENT_RELATIONS,
  ODD_WORD_QUESTIONS,
  ODD_WORD_RELATIONS,
} from './odd-relations.ts';
import { UNRELATED_TEST, UNRELATED_TRAINING, UNRELATED_VALIDATION } from './unrelated.ts';

/** Draws questions whose only right answer is that the model does not know. */
export interface UnknownQuestions {
  draw(kind: UnknownKind, split: Split, random: Random): Question;
  /** Every held-out entity in a phrasing of every relation it could be asked for; measures only. */
  heldOutEntities(split: 'validation' | 'test', random: Random): readonly Question[];
}

const UNRELATED: Readonly<Record<Split, readonly string[]>> = {
  train: UNRELATED_TRAINING,
  validation: UNRELATED_VALIDATION,
  test: UNRELATED_TEST,
};

const WHO_AND_WHAT = [
  'Who is {x}?',
  'Who was {x}?',
  'What do you know about {x}?',
  'Tell me about {x}.',
  'What is {x}?',
];
const WHERE_AND_WHAT = ['Where is {x}?', 'What is {x}?', 'Tell me about {x}.', 'In which country is {x}?'];

/** Relations that ask "what is it?" in words that fit every kind of subject: crossing those would deny true answers. */
const OPEN_RELATIONS: ReadonlySet<RelationId> = new Set(['definition', 'element', 'region', 'capitalOf']);
const CROSSED_KINDS: readonly SubjectKind[] = ['country', 'city', 'element', 'word', 'adjective'];

export function createUnknownQuestions(facts: readonly Fact[]): UnknownQuestions {
  const subjects = subjectsByKind(facts);
  const missing = missingFacts(facts, subjects);
  const everySubject = new Set(facts.flatMap((fact) => [fact.subject, ...fact.aliases]));
  const real = realNames(facts);
  const relationsOf = (kind: SubjectKind) => RELATION_IDS.filter((id) => RELATIONS[id].kind === kind);

  /** A name of the kind that nothing is known of, the same for a split for ever. */
  const invent = (kind: SubjectKind, split: Split, random: Random): string => {
    for (;;) {
      const name = inventSubject(kind, random);
      if (!everySubject.has(name) && nameSplit(name) === split) return name;
    }
  };

  const draws: Record<UnknownKind, (split: Split, random: Random) => Question> = {
    inventedName(split, random) {
      const relation = random.pick(RELATION_IDS);
      const name = invent(RELATIONS[relation].kind, split, random);
      return refusedQuestion('inventedName', random.pick(phrasings(relation, split)), name);
    },
    realName(split, random) {
      const source = random.next();
      if (source < 0.45) {
        const relation = random.chance(0.3) ? 'capitalOf' : random.pick(relationsOf('country'));
        const templates = random.chance(0.15) ? WHERE_AND_WHAT : phrasings(relation, split);
        return refusedQuestion('realName', random.pick(templates), random.pick(real[split].places));
      }
      if (source < 0.6) {
        const templates = random.chance(0.7)
          ? WHO_AND_WHAT
          : phrasings(random.pick(relationsOf('country')), split);
        return refusedQuestion('realName', random.pick(templates), random.pick(real[split].persons));
      }
      const relation = random.pick([
        'definition',
        'definition',
        'definition',
        'opposite',
        'element',
        'symbol',
      ] as const);
      const word = random.pick(real[split].words);
      const hasArticle = relation === 'definition' && random.chance(0.7);
      const subject = hasArticle ? `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}` : word;
      return refusedQuestion('realName', random.pick(phrasings(relation, split)), subject);
    },
    oddRelation(split, random) {
      const [kind, nouns, questions] = random.pick(ODD);
      const subject = random.pick(subjects.get(kind) ?? []);
      const template =
        questions && random.chance(0.4)
          ? random.pick(questions[split])
          : random.pick(TRAINING_FRAMES).replace('{n}', random.pick(nouns[split]));
      return refusedQuestion('oddRelation', template, subject);
    },
    crossKind(split, random) {
      const relation = random.pick(RELATION_IDS.filter((id) => !OPEN_RELATIONS.has(id)));
      const others = CROSSED_KINDS.filter((kind) => kind !== RELATIONS[relation].kind);
      const subject = random.pick(subjects.get(random.pick(others)) ?? []);
      return refusedQuestion('crossKind', random.pick(phrasings(relation, split)), subject);
    },
    missingFact(split, random) {
      const [relation, subject] = random.pick(missing);
      return refusedQuestion('missingFact', random.pick(phrasings(relation, split)), subject);
    },
    unrelated(split, random) {
      const template = random
        .pick(UNRELATED[split])
        .replace(/\{n\}/g, () => String(1 + random.below(random.chance(0.7) ? 99 : 9999)));
      return refusedQuestion('unrelated', template, '');
    },
  };

  return {
    draw: (kind, split, random) => draws[kind](split, random),
    heldOutEntities: (split, random) => {
      const half = <T>(list: readonly T[]) =>
        list.filter((_, index) => index % 2 === (split === 'validation' ? 0 : 1));
      const asked = (entities: readonly string[], kind: SubjectKind) =>
        entities.flatMap((entity) =>
          relationsOf(kind).map((relation) =>
            refusedQuestion('heldOutEntity', random.pick(phrasings(relation, split)), entity),
          ),
        );
      return [
        ...asked(half(HELD_OUT_PLACES), 'country'),
        ...asked(
          half(HELD_OUT_ELEMENTS).map((name) => name.toLowerCase()),
          'element',
        ),
      ];
    },
  };
}

const ODD = [
  ['country', ODD_COUNTRY_RELATIONS, ODD_COUNTRY_QUESTIONS],
  ['country', ODD_COUNTRY_RELATIONS, ODD_COUNTRY_QUESTIONS],
  ['element', ODD_ELEMENT_RELATIONS, ODD_ELEMENT_QUESTIONS],
  ['word', ODD_WORD_RELATIONS, ODD_WORD_QUESTIONS],
  ['city', ODD_CITY_RELATIONS, undefined],
] as const satisfies readonly (readonly [SubjectKind, unknown, unknown])[];

function subjectsByKind(facts: readonly Fact[]): ReadonlyMap<SubjectKind, readonly string[]> {
  const byKind = new Map<SubjectKind, string[]>();
  for (const fact of facts) {
    const { kind } = RELATIONS[fact.relation];
    const list = byKind.get(kind) ?? [];
    list.push(fact.subject, ...fact.aliases);
    byKind.set(kind, list);
  }
  return new Map([...byKind].map(([kind, list]) => [kind, [...new Set(list)]]));
}

/** Real names nobody taught, by the split that may use them. */
function realNames(facts: readonly Fact[]): Readonly<Record<Split, UnknownNames>> {
  const names = unknownNames(facts, [...HELD_OUT_PLACES, ...HELD_OUT_ELEMENTS]);
  const of = (split: Split): UnknownNames => {
    const only = (list: readonly string[]) => list.filter((name) => nameSplit(name) === split);
    return { places: only(names.places), persons: only(names.persons), words: only(names.words) };
  };
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

/** Known countries and elements whose value for a relation the packages do not have, or the recipe refused. */
function missingFacts(
  facts: readonly Fact[],
  subjects: ReadonlyMap<SubjectKind, readonly string[]>,
): readonly (readonly [RelationId, string])[] {
  const known = new Set(
    facts.flatMap((fact) => [fact.subject, ...fact.aliases].map((name) => `${fact.relation}|${name}`)),
  );
  return RELATION_IDS.filter((relation) => ['country', 'element'].includes(RELATIONS[relation].kind)).flatMap(
    (relation) =>
      (subjects.get(RELATIONS[relation].kind) ?? [])
        .filter((subject) => !known.has(`${relation}|${subject}`))
        .map((subject) => [relation, subject] as const),
  );
}

function inventSubject(kind: SubjectKind, random: Random): string {
  const letter = () => String.fromCharCode(97 + random.below(26));
  switch (kind) {
    case 'calling code':
      return `+${100 + random.below(900)}${random.chance(0.4) ? random.below(10) : ''}`;
    case 'domain':
      return `.${letter()}${letter()}`;
    case 'country code':
      return (letter() + letter()).toUpperCase();
    case 'symbol':
      return letter().toUpperCase() + letter();
    case 'atomic number':
      return String(119 + random.below(400));
    case 'word': {
      const name = inventName(random, kind);
      return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
    }
    default:
      return inventName(random, kind);
  }
}
