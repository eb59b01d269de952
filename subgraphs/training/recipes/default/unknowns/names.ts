import { comparable, type Fact } from '../facts/fact.ts';
import { readSynsets, type Synset } from '../facts/wordnet.ts';
import { hashText, type Random } from '../random.ts';

/** Real names of places, persons and things that the model is not taught, from WordNet, and invented ones. */
export interface UnknownNames {
  readonly places: readonly string[];
  readonly persons: readonly string[];
  readonly words: readonly string[];
}

const LOCATION_FILE = 15;
const PERSON_FILE = 18;
/** Animals, artefacts, body, cognition, food, plants, substances: nouns a definition may be asked of. */
const WORD_FILES = new Set([5, 6, 8, 9, 13, 20, 27]);

/** Which third of a list of names a name belongs to, for ever: membership must not move when lists grow. */
export function nameSplit(name: string): 'train' | 'validation' | 'test' {
  const bucket = hashText(comparable(name)) % 10;
  if (bucket < 6) return 'train';
  return bucket < 8 ? 'validation' : 'test';
}

/**
 * Names of synsets that share no word with anything the model learns or that is held out, so that no true answer is ever
 * taught as unknown and no held-out entity leaks into training.
 */
export function unknownNames(facts: readonly Fact[], heldOut: readonly string[]): UnknownNames {
  const taken = new Set(
    [...facts.flatMap((fact) => [fact.subject, fact.value, ...fact.aliases]), ...heldOut].map(bareName),
  );
  const places: string[] = [];
  const persons: string[] = [];
  const words: string[] = [];
  const namesHeldOut = new RegExp(`\\b(${heldOut.map(comparable).join('|')})\\b`);
  for (const synset of readSynsets('noun').values()) {
    if (synset.words.some((word) => taken.has(bareName(word)) || namesHeldOut.test(comparable(word))))
      continue;
    const name = synset.words[0] ?? '';
    if (isInstance(synset) && /^[A-Z][a-z]+( [A-Z][a-z]+)?$/.test(name)) {
      if (synset.lexicographerFile === LOCATION_FILE) places.push(name);
      else if (synset.lexicographerFile === PERSON_FILE) persons.push(name);
    } else if (WORD_FILES.has(synset.lexicographerFile) && /^[a-z]{4,12}$/.test(name)) words.push(name);
  }
  return { places: unique(places), persons: unique(persons), words: unique(words) };
}

function isInstance(synset: Synset): boolean {
  return synset.pointers.some((pointer) => pointer.symbol === '@i');
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function bareName(name: string): string {
  return comparable(name).replace(/^(the|an?) /, '');
}

const ONSETS = 'b br c ch cl d dr f fl g gr h j k kl l m n p pl qu r s st t tr v w z zh'.split(' ');
const VOWELS = 'a e i o u ai ee ia ou'.split(' ');
const CODAS = ['', '', '', 'n', 'r', 'l', 's', 'm', 'nd', 'th', 'x'];

/** A name that could be a country, a city, an element or a word, and is none. */
export function inventName(random: Random, kind: string): string {
  const syllables = 2 + random.below(2);
  let stem = '';
  for (let index = 0; index < syllables; index++) stem += random.pick(ONSETS) + random.pick(VOWELS);
  stem += random.pick(CODAS);
  if (kind === 'element') return stem + random.pick(['ium', 'on', 'ine', 'um']);
  if (kind === 'word' || kind === 'adjective') return stem;
  const ending =
    kind === 'country'
      ? random.pick(['', 'ia', 'land', 'stan', 'a', 'mark'])
      : random.pick(['', 'ville', 'burg', 'ton', '']);
  const name = stem + ending;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
