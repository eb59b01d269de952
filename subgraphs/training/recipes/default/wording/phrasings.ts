import type { RelationId } from '../facts/relations.ts';
import { RELATION_IDS } from '../facts/relations.ts';
import { COUNTRY_WORDING } from './country-wording.ts';
import { ELEMENT_WORDING } from './element-wording.ts';
import { LEAD_INS, TEST_FRAMES, TRAINING_FRAMES, VALIDATION_FRAMES } from './frames.ts';
import { WORD_WORDING } from './word-wording.ts';
import type { Wording } from './wording.ts';

/** The three disjoint sets of phrasings: to learn, to look at while improving, and to measure with. */
export type Split = 'train' | 'validation' | 'test';

const WORDINGS: Readonly<Record<RelationId, Wording>> = {
  ...COUNTRY_WORDING,
  ...ELEMENT_WORDING,
  ...WORD_WORDING,
};

/** Two phrasings that differ in case, punctuation or spaces only are the same phrasing. */
export function phrasingKey(template: string): string {
  return template
    .toLowerCase()
    .replace(/\{w\}/g, '{x}')
    .replace(/[^a-z0-9{} ]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function build(relation: RelationId): Readonly<Record<Split, readonly string[]>> {
  const { nouns, questions, validation, test } = WORDINGS[relation];
  const cross = (frames: readonly string[], some: readonly string[]): string[] =>
    some.flatMap((noun) => frames.map((frame) => frame.replace('{n}', noun)));
  // Two nouns a relation are enough to measure frames; more would let frames outweigh the relation's own questions.
  const measured = [...new Set(nouns)].slice(0, 2);
  const heldOut = {
    validation: [...validation, ...cross(VALIDATION_FRAMES, measured)],
    test: [...test, ...cross(TEST_FRAMES, measured)],
  };
  const kept = new Set([...heldOut.validation, ...heldOut.test].map(phrasingKey));
  const crossed = cross(TRAINING_FRAMES, nouns);
  const own = questions.flatMap((question) => withLeadIns(question));
  const train = balanced(crossed, own).filter((template) => !kept.has(phrasingKey(template)));
  return { ...heldOut, train };
}

/** One in four of a relation's own questions comes behind a lead-in. */
function withLeadIns(question: string): string[] {
  const plain = Array.from({ length: 3 * LEAD_INS.length }, () => question);
  const led = LEAD_INS.map(
    (leadIn) => leadIn + (/^[A-Z][a-z]/.test(question) ? lowerFirst(question) : question),
  );
  return [...plain, ...led];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Both lists, the shorter repeated until they weigh about the same. */
function balanced(left: readonly string[], right: readonly string[]): string[] {
  if (left.length === 0) return [...right];
  const times = (list: readonly string[], other: readonly string[]) =>
    Array.from({ length: Math.max(1, Math.round(other.length / list.length)) }, () => list).flat();
  return [...times(left, right), ...times(right, left)];
}

const PHRASINGS = Object.fromEntries(RELATION_IDS.map((relation) => [relation, build(relation)])) as Readonly<
  Record<RelationId, Readonly<Record<Split, readonly string[]>>>
>;

/** Templates with `{x}` (or `{w}`, the subject without article). Training repeats templates to weigh them. */
export function phrasings(relation: RelationId, split: Split): readonly string[] {
  return PHRASINGS[relation][split];
}

/** Puts a subject into a template; a subject that opens the sentence gets a capital. */
export function ask(template: string, subject: string): string {
  const bare = subject.replace(/^(an?|the) /, '');
  const filled = template.replaceAll('{x}', subject).replaceAll('{w}', bare);
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}
