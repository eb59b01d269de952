import { createHash } from 'node:crypto';
import {
  type AnswerSignals,
  answerConfidence,
  type Calibration,
  words,
} from '@fathom/neural/confidence/answer-confidence';
import { RELATION_IDS, RELATIONS, type RelationId } from '../facts/relations.ts';
import { REFUSAL } from '../questions.ts';
import { SMALL_TALK } from '../unknowns/unrelated.ts';
import { CLOSERS, LEAD_INS, OPENERS, TRAINING_FRAMES } from '../wording/frames.ts';
import { phrasings } from '../wording/phrasings.ts';
import { type Asked, groupBy } from './evaluate.ts';
import { type FitExample, fitLogistic } from './logistic-regression.ts';

/** How the calibrated model behaves on questions it was not calibrated on. Shares, 0 to 1. */
export interface RoutingReport {
  /** Known questions that are answered rather than passed on. */
  readonly knownAnswered: number;
  /** Right ones among the known questions that are answered. */
  readonly rightAmongAnswered: number;
  /** Unknown questions that get an answer all the same, by kind. */
  readonly unknownAnswered: Readonly<Record<string, number>>;
  readonly questions: { readonly known: number; readonly unknown: number };
}

/** `calibration.json`: what `answerConfidence` needs, and what it achieved. */
export type CalibrationFile = Calibration & {
  readonly report: { readonly calibrationSplit: RoutingReport; readonly testSplit: RoutingReport };
};

/**
 * A wrong answer costs as much as this many right ones that are passed on to deep learning instead. Chosen on validation
 * questions: from 4 to 2, known questions answered rise from 94% to 97%, unknown ones answered by at most 2.5 points a kind.
 */
const COST_OF_WRONG = 2;

const SIGNALS = [
  'minimumLogProbability',
  'meanLogProbability',
  'subjectMissing',
  'unexplainedWords',
] as const satisfies readonly (keyof AnswerSignals)[];

/** Fits weights and bound on one split of questions and reports on another. */
export function calibrate(calibrationSplit: readonly Asked[], testSplit: readonly Asked[]): CalibrationFile {
  const base = { ...answerLanguage(), bound: 0.5 };
  const weights = fitWeights(calibrationSplit, base);
  const fitted = { ...base, version: '', weights };
  const bound = chooseBound(scored(calibrationSplit, fitted));
  const version = `facts-${fingerprint({ ...fitted, bound })}`;
  const calibration: Calibration = { ...fitted, version, bound };
  return {
    ...calibration,
    report: {
      calibrationSplit: routingReport(calibrationSplit, calibration),
      testSplit: routingReport(testSplit, calibration),
    },
  };
}

type Unfitted = Omit<Calibration, 'weights' | 'version'>;

/** The sentence forms of the model's answers and the words its questions are made of. */
function answerLanguage(): Omit<Unfitted, 'bound'> {
  const commonWords = wordsOf([...TRAINING_FRAMES, ...LEAD_INS, ...OPENERS, ...CLOSERS]);
  const common = new Set(commonWords);
  const specificFirst = [...RELATION_IDS].sort((a, b) => formOf(b).length - formOf(a).length);
  return {
    refusals: [REFUSAL],
    fixedAnswers: SMALL_TALK.map(({ answer }) => answer),
    forms: specificFirst.map((relation) => ({
      relation,
      template: formOf(relation),
      cues: wordsOf(phrasings(relation, 'train')).filter((word) => !common.has(word)),
    })),
    commonWords,
  };
}

function formOf(relation: RelationId): string {
  const entry: { readonly answer: string; readonly form?: string } = RELATIONS[relation];
  return entry.form ?? entry.answer;
}

function wordsOf(templates: readonly string[]): string[] {
  const all = templates.flatMap((template) => words(template.replace(/\{[nxw]\}/g, ' ')));
  return [...new Set(all)].sort();
}

function fitWeights(asked: readonly Asked[], base: Unfitted): Calibration['weights'] {
  const unfitted = { ...base, version: '', weights: ZERO_WEIGHTS };
  const answered = scored(asked, unfitted).filter(({ confidence }) => !confidence.isRefusal);
  const isKnown = (each: Asked) => each.question.kind === 'fact';
  const unknownCount = answered.filter(({ each }) => !isKnown(each)).length;
  // Unanswered unknown questions are rarer among answers than in service: let both sides weigh the same.
  const unknownWeight = (answered.length - unknownCount) / Math.max(1, unknownCount) / 4;
  const examples: FitExample[] = answered.map(({ each, confidence }) => ({
    signals: SIGNALS.map((signal) => confidence.signals[signal]),
    isGood: isKnown(each) && each.isRight,
    weight: isKnown(each) ? 1 : Math.max(1, unknownWeight),
  }));
  const { intercept, weights } = fitLogistic(examples, { ridge: 1, iterations: 25 });
  const named = Object.fromEntries(SIGNALS.map((signal, index) => [signal, precise(weights[index] ?? 0)]));
  return { ...ZERO_WEIGHTS, ...named, intercept: precise(intercept) };
}

const ZERO_WEIGHTS: Calibration['weights'] = {
  intercept: 0,
  minimumLogProbability: 0,
  meanLogProbability: 0,
  subjectMissing: 0,
  unexplainedWords: 0,
};

function scored(asked: readonly Asked[], calibration: Calibration) {
  return asked.map((each) => ({
    each,
    confidence: answerConfidence(
      {
        question: each.question.prompt,
        answerText: each.answer.text,
        tokenLogProbabilities: each.answer.tokenLogProbabilities,
      },
      calibration,
    ),
  }));
}

/** The bound with the best balance of right answers given and wrong answers withheld; known and unknown weigh the same. */
function chooseBound(all: ReturnType<typeof scored>): number {
  const known = all.filter(({ each }) => each.question.kind === 'fact').length;
  const share = (isKnown: boolean) => (isKnown ? 1 / known : 1 / Math.max(1, all.length - known));
  const descending = all
    .filter(({ confidence }) => confidence.score > 0)
    .sort((left, right) => right.confidence.score - left.confidence.score);
  let gain = 0;
  let best = { gain: 0, bound: 1 };
  descending.forEach(({ each, confidence }, index) => {
    const isKnown = each.question.kind === 'fact';
    gain += share(isKnown) * (isKnown && each.isRight ? 1 : -COST_OF_WRONG);
    const following = descending[index + 1]?.confidence.score ?? 0;
    if (gain > best.gain && following < confidence.score) {
      best = { gain, bound: precise((confidence.score + following) / 2) };
    }
  });
  return best.bound;
}

function routingReport(asked: readonly Asked[], calibration: Calibration): RoutingReport {
  const all = scored(asked, calibration).map(({ each, confidence }) => ({
    each,
    isAnswered: confidence.score >= calibration.bound,
  }));
  const known = all.filter(({ each }) => each.question.kind === 'fact');
  const answered = known.filter(({ isAnswered }) => isAnswered);
  const unknown = all.filter(({ each }) => each.question.kind !== 'fact');
  const byKind = groupBy(unknown, ({ each }) => each.question.kind);
  return {
    knownAnswered: share(answered.length, known.length),
    rightAmongAnswered: share(answered.filter(({ each }) => each.isRight).length, answered.length),
    unknownAnswered: Object.fromEntries(
      [...byKind].map(([kind, group]) => [
        kind,
        share(group.filter(({ isAnswered }) => isAnswered).length, group.length),
      ]),
    ),
    questions: { known: known.length, unknown: unknown.length },
  };
}

function share(part: number, whole: number): number {
  return Math.round((part / Math.max(1, whole)) * 10_000) / 10_000;
}

function precise(value: number): number {
  return Number(value.toPrecision(6));
}

function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
