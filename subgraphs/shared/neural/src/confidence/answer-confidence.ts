/**
 * How much an answer of a small model may be trusted, computed from what any engine has: the question, the answer's text and the
 * log-probability of each of its tokens. Pure, so that the recipe that fits a calibration and the service that applies it compute
 * the same number.
 *
 * Token probabilities alone confuse "sure" with "knows" (AUROC 0.81 to 0.92 on unknown questions). Two checks of the text do most
 * of the work: the answer's subject has to occur in the question, and the question's remaining words have to be words that the
 * recognised relation is asked with ("president" is no word for a capital).
 */

/** One sentence form of the model's answers and the words its relation is asked with. */
export interface AnswerForm {
  readonly relation: string;
  /** The sentence with `{x}` for the subject and `{v}` for the value. */
  readonly template: string;
  /** Normalised words that questions for this relation are made of, beside the subject. */
  readonly cues: readonly string[];
}

/** What is fitted for one model version; `calibration.json` in its folder. */
export interface Calibration {
  /** Names the fit, and is reported with every score. */
  readonly version: string;
  /** Answers of at least this score are given as known. */
  readonly bound: number;
  /** Sentences by which the model says that it does not know. */
  readonly refusals: readonly string[];
  /** Whole answers that need no subject, such as a greeting. */
  readonly fixedAnswers: readonly string[];
  /** Tried in this order; the first whose template the answer fits is used. */
  readonly forms: readonly AnswerForm[];
  /** Words that any question may have beside its subject. */
  readonly commonWords: readonly string[];
  /** Logistic regression: score = 1 / (1 + exp(-(intercept + sum of weight times signal))). */
  readonly weights: {
    readonly intercept: number;
    readonly minimumLogProbability: number;
    readonly meanLogProbability: number;
    readonly subjectMissing: number;
    readonly unexplainedWords: number;
  };
}

/** The signals behind a score. */
export interface AnswerSignals {
  /** Lowest token log-probability of the answer, nats, cut at -5. */
  readonly minimumLogProbability: number;
  /** Mean token log-probability of the answer, nats, cut at -2. */
  readonly meanLogProbability: number;
  /** 1 when the answer is about something the question does not name, else 0. */
  readonly subjectMissing: number;
  /** Words of the question that neither the subject nor the relation's wording explains, at most 3. */
  readonly unexplainedWords: number;
}

export interface AnswerConfidence {
  /** 0 to 1; 0 for a refusal or an empty answer. */
  readonly score: number;
  /** The model said that it does not know. */
  readonly isRefusal: boolean;
  /** The relation whose form the answer has, and what it is about. */
  readonly recognised?: { readonly relation: string; readonly subject: string };
  readonly signals: AnswerSignals;
}

const LOWEST_MINIMUM = -5;
const LOWEST_MEAN = -2;
const MOST_UNEXPLAINED = 3;

/** Scores one answer. `tokenLogProbabilities` are those of the answer's tokens in order, in nats, without the stop token. */
export function answerConfidence(
  input: {
    readonly question: string;
    readonly answerText: string;
    readonly tokenLogProbabilities: readonly number[];
    /** False while the answer is still being written: its form is then recognised by the words before the value. */
    readonly isWhole?: boolean;
  },
  calibration: Calibration,
): AnswerConfidence {
  const answer = input.answerText.trim();
  const isRefusal = calibration.refusals.some((refusal) => sameWords(answer, refusal));
  const { recognised, ...textSignals } = readAnswer({ ...input, answer }, calibration);
  const signals = { ...probabilitySignals(input.tokenLogProbabilities), ...textSignals };
  const hasAnswer = answer !== '' && input.tokenLogProbabilities.length > 0 && !isRefusal;
  return {
    score: hasAnswer ? logistic(signals, calibration.weights) : 0,
    isRefusal,
    ...(recognised && { recognised }),
    signals,
  };
}

function probabilitySignals(
  logProbabilities: readonly number[],
): Pick<AnswerSignals, 'minimumLogProbability' | 'meanLogProbability'> {
  if (logProbabilities.length === 0) {
    return { minimumLogProbability: LOWEST_MINIMUM, meanLogProbability: LOWEST_MEAN };
  }
  const sum = logProbabilities.reduce((total, each) => total + each, 0);
  return {
    minimumLogProbability: Math.max(LOWEST_MINIMUM, Math.min(...logProbabilities)),
    meanLogProbability: Math.max(LOWEST_MEAN, sum / logProbabilities.length),
  };
}

type TextSignals = Pick<AnswerSignals, 'subjectMissing' | 'unexplainedWords'> & {
  readonly recognised?: { readonly relation: string; readonly subject: string };
};

function readAnswer(
  { question, answer, isWhole = true }: { question: string; answer: string; isWhole?: boolean },
  calibration: Calibration,
): TextSignals {
  if (calibration.fixedAnswers.some((fixed) => sameWords(answer, fixed))) {
    return { subjectMissing: 0, unexplainedWords: 0 };
  }
  const questionWords = words(question);
  for (const form of calibration.forms) {
    const subject = subjectOf(answer, isWhole ? form.template : beginningOf(form.template));
    if (subject === undefined) continue;
    const position = findSubject(words(subject), questionWords);
    const isNamed = position !== undefined;
    const rest = isNamed
      ? questionWords.filter((_, index) => index < position.start || index >= position.end)
      : questionWords;
    const known = [...form.cues, ...calibration.commonWords];
    const unexplained = rest.filter((word) => !known.some((cue) => isSameWord(word, cue))).length;
    return {
      subjectMissing: isNamed ? 0 : 1,
      unexplainedWords: Math.min(MOST_UNEXPLAINED, unexplained),
      recognised: { relation: form.relation, subject },
    };
  }
  return {
    subjectMissing: sharesContentWord(questionWords, answer, calibration) ? 0 : 1,
    unexplainedWords: 0,
  };
}

/** An answer in a form of its own, as of a fine-tuned model, has to share a telling word with its question. */
function sharesContentWord(question: readonly string[], answer: string, calibration: Calibration): boolean {
  const answerWords = words(answer);
  const common = new Set(calibration.commonWords);
  return question.some(
    (word) => word.length >= 4 && !common.has(word) && answerWords.some((each) => isSameWord(each, word)),
  );
}

function logistic(signals: AnswerSignals, weights: Calibration['weights']): number {
  const sum =
    weights.intercept +
    weights.minimumLogProbability * signals.minimumLogProbability +
    weights.meanLogProbability * signals.meanLogProbability +
    weights.subjectMissing * signals.subjectMissing +
    weights.unexplainedWords * signals.unexplainedWords;
  return 1 / (1 + Math.exp(-sum));
}

function beginningOf(template: string): string {
  return template.slice(0, template.indexOf('{v}') + '{v}'.length);
}

/** The subject of an answer that fits a template, else undefined. */
export function subjectOf(answer: string, template: string): string | undefined {
  const pattern = template
    .split(/(\{x\}|\{v\})/)
    .map((part) => {
      if (part === '{x}') return '(?<subject>.+?)';
      return part === '{v}' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${pattern}$`, 'is').exec(answer.trim())?.groups?.subject;
}

/** Lower-case words without accents and punctuation; a leading article is no word of a name, a possessive s is none at all. */
export function words(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/['’]s\b/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'the' && word !== 'a' && word !== 'an');
}

function sameWords(left: string, right: string): boolean {
  return words(left).join(' ') === words(right).join(' ');
}

function findSubject(
  subject: readonly string[],
  question: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  if (subject.length === 0) return undefined;
  for (let start = 0; start + subject.length <= question.length; start++) {
    if (subject.every((word, index) => isSameName(word, question[start + index] ?? ''))) {
      return { start, end: start + subject.length };
    }
  }
  return undefined;
}

/** Names must agree exactly, but for a plural: one letter makes Iraq of Iran. */
function isSameName(name: string, word: string): boolean {
  return name === word || `${name}s` === word;
}

/** Wording may have a typo: words of five letters or more may differ by one edit. */
function isSameWord(left: string, right: string): boolean {
  if (left === right) return true;
  if (Math.min(left.length, right.length) < 5 || Math.abs(left.length - right.length) > 1) return false;
  return isOneEditApart(left, right);
}

/** One letter inserted, dropped or replaced, or two neighbours swapped. */
function isOneEditApart(left: string, right: string): boolean {
  let start = 0;
  while (start < left.length && left[start] === right[start]) start++;
  let end = 0;
  const shorter = Math.min(left.length, right.length);
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const leftRest = left.slice(start, left.length - end);
  const rightRest = right.slice(start, right.length - end);
  if (leftRest.length <= 1 && rightRest.length <= 1) return true;
  return leftRest.length === 2 && rightRest.length === 2 && leftRest === `${rightRest[1]}${rightRest[0]}`;
}
