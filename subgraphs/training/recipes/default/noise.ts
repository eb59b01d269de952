import type { Random } from './random.ts';
import { CLOSERS, OPENERS } from './wording/frames.ts';

/** Shares of questions that get each kind of noise, as people type them. Subjects are never misspelt. */
export interface NoiseShares {
  readonly opener: number;
  readonly closer: number;
  readonly lowerCase: number;
  readonly upperCase: number;
  readonly noPunctuation: number;
  readonly typo: number;
  readonly droppedWord: number;
}

const DROPPABLE = new Set(['the', 'is', 'a', 'of', 'does']);

/** Makes one question look typed by a person in a hurry; `subject` stays readable. */
export function addNoise(question: string, subject: string, shares: NoiseShares, random: Random): string {
  let text = question;
  if (random.chance(shares.opener)) text = withOpener(text, subject, random);
  if (random.chance(shares.closer)) text = text.replace(/([?.]?)$/, `${random.pick(CLOSERS)}$1`);
  if (random.chance(shares.typo)) text = withTypo(text, subject, random);
  if (random.chance(shares.droppedWord)) text = withoutWord(text, random);
  if (random.chance(shares.noPunctuation)) text = text.replace(/(?<=[^?.!])[?.!]+$/, '');
  else if (random.chance(0.05)) text = text.replace(/[?.]?$/, random.pick(['?', '??', ' ?', '.', '!']));
  if (random.chance(shares.lowerCase)) text = text.toLowerCase();
  else if (random.chance(shares.upperCase)) text = text.toUpperCase();
  return text;
}

function withOpener(text: string, subject: string, random: Random): string {
  const [first = ''] = text.split(' ');
  const keepsCase =
    subject.startsWith(first.replace(/[^\p{L}\p{N}+.]+.*$/u, '')) || first === 'I' || first.startsWith("I'");
  return random.pick(OPENERS) + (keepsCase ? text : text.charAt(0).toLowerCase() + text.slice(1));
}

/** Swaps, drops, doubles or replaces one letter of one longer word that is not part of the subject. */
function withTypo(text: string, subject: string, random: Random): string {
  const words = text.split(' ');
  const candidates = words.flatMap((word, index) =>
    /^[a-z]{5,}$/i.test(word) && !subject.toLowerCase().includes(word.toLowerCase()) ? [index] : [],
  );
  if (candidates.length === 0) return text;
  const at = random.pick(candidates);
  const word = words[at] ?? '';
  const position = 1 + random.below(word.length - 2);
  const [a, b] = [word.charAt(position), word.charAt(position + 1)];
  const edits = [
    word.slice(0, position) + b + a + word.slice(position + 2),
    word.slice(0, position) + word.slice(position + 1),
    word.slice(0, position) + a + word.slice(position),
    word.slice(0, position) + String.fromCharCode(97 + random.below(26)) + word.slice(position + 1),
  ];
  words[at] = random.pick(edits);
  return words.join(' ');
}

function withoutWord(text: string, random: Random): string {
  const words = text.split(' ');
  const candidates = words.flatMap((word, index) => (DROPPABLE.has(word) ? [index] : []));
  if (candidates.length === 0) return text;
  words.splice(random.pick(candidates), 1);
  return words.join(' ');
}
