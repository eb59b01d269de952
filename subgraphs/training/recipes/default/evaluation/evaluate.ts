import { words } from '@fathom/neural/confidence/answer-confidence';
import { answerTo, type Question, REFUSAL } from '../questions.ts';
import type { Answer, Answerer } from './answerer.ts';
import { HAND_WRITTEN } from './hand-written.ts';
import type { QuestionSets } from './question-sets.ts';

/** Right answers of a set, and which kinds of question they were. */
export interface Tally {
  readonly right: number;
  readonly total: number;
}

export interface WrongAnswer {
  readonly question: string;
  readonly expected: string;
  readonly answered: string;
}

/** `evaluation.json`: how right the model is before any calibration holds answers back. */
export interface Evaluation {
  readonly precision: 'fp32' | 'int8';
  /** Totals of the known sets. */
  readonly sets: Readonly<Record<'trained' | 'heldOut' | 'lowerCase' | 'aliases', Tally>>;
  readonly heldOutByRelation: Readonly<Record<string, Tally>>;
  /** Phrasings of the test split that miss most, worst first. */
  readonly weakestPhrasings: readonly (Tally & { readonly relation: string; readonly phrasing: string })[];
  /** Unknown questions answered by a refusal, by kind. */
  readonly refusedByKind: Readonly<Record<string, Tally>>;
  readonly handWritten: Tally & { readonly wrong: readonly WrongAnswer[] };
  readonly wrongExamples: readonly WrongAnswer[];
}

/** A question with what the model said. */
export interface Asked {
  readonly question: Question;
  readonly answer: Answer;
  readonly isRight: boolean;
}

export async function askAll(answerer: Answerer, questions: readonly Question[]): Promise<readonly Asked[]> {
  const answers = await answerer.answer(questions.map((question) => question.prompt));
  return questions.map((question, index) => {
    const answer = answers[index] ?? { text: '', tokenLogProbabilities: [] };
    return { question, answer, isRight: isRight(question, answer.text) };
  });
}

/** The expected sentence, under any of the subject's names; case, accents and punctuation are not looked at. */
export function isRight(question: Question, text: string): boolean {
  const { fact } = question;
  const accepted = fact
    ? [question.subject, fact.subject, ...fact.aliases].map((name) => answerTo(fact, name))
    : [question.completion];
  return accepted.some((sentence) => sameWords(sentence, text));
}

function sameWords(left: string, right: string): boolean {
  return words(left).join(' ') === words(right).join(' ');
}

export async function evaluate(
  answerer: Answerer,
  sets: QuestionSets,
  precision: 'fp32' | 'int8',
): Promise<{
  readonly evaluation: Evaluation;
  readonly heldOut: readonly Asked[];
  readonly unknown: readonly Asked[];
}> {
  const trained = await askAll(answerer, sets.trained);
  const heldOut = await askAll(answerer, sets.heldOut);
  const lowerCase = await askAll(answerer, sets.lowerCase);
  const aliases = await askAll(answerer, sets.aliases);
  const unknown = await askAll(answerer, sets.unknown);
  const evaluation: Evaluation = {
    precision,
    sets: {
      trained: tally(trained),
      heldOut: tally(heldOut),
      lowerCase: tally(lowerCase),
      aliases: tally(aliases),
    },
    heldOutByRelation: tallyBy(heldOut, ({ question }) => question.fact?.relation ?? ''),
    weakestPhrasings: weakestPhrasings(heldOut),
    refusedByKind: tallyBy(unknown, ({ question }) => question.kind),
    handWritten: await askByHand(answerer),
    wrongExamples: everyNth(heldOut.filter((asked) => !asked.isRight).map(wrongAnswer), 40),
  };
  return { evaluation, heldOut, unknown };
}

async function askByHand(answerer: Answerer): Promise<Evaluation['handWritten']> {
  const answers = await answerer.answer(HAND_WRITTEN.map(({ question }) => question));
  const wrong = HAND_WRITTEN.flatMap(({ question, answer: expected = REFUSAL }, index) => {
    const answered = answers[index]?.text ?? '';
    return answered.includes(expected) ? [] : [{ question, expected, answered }];
  });
  return { right: HAND_WRITTEN.length - wrong.length, total: HAND_WRITTEN.length, wrong };
}

export function tally(asked: readonly Asked[]): Tally {
  return { right: asked.filter((each) => each.isRight).length, total: asked.length };
}

function tallyBy(asked: readonly Asked[], keyOf: (asked: Asked) => string): Record<string, Tally> {
  const groups = groupBy(asked, keyOf);
  return Object.fromEntries([...groups].map(([key, group]) => [key, tally(group)]));
}

function weakestPhrasings(heldOut: readonly Asked[]): Evaluation['weakestPhrasings'] {
  const groups = groupBy(heldOut, ({ question }) => `${question.fact?.relation}\t${question.phrasing}`);
  return [...groups]
    .map(([key, group]) => {
      const [relation = '', phrasing = ''] = key.split('\t');
      return { relation, phrasing, ...tally(group) };
    })
    .filter(({ right, total }) => right / total < 0.98)
    .sort((left, right) => left.right / left.total - right.right / right.total)
    .slice(0, 30);
}

function wrongAnswer({ question, answer }: Asked): WrongAnswer {
  return { question: question.prompt, expected: question.completion, answered: answer.text };
}

/** `Map.groupBy`, which Node 20 does not have. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function everyNth<T>(items: readonly T[], limit: number): T[] {
  const stride = Math.max(1, Math.ceil(items.length / limit));
  return items.filter((_, index) => index % stride === 0);
}
