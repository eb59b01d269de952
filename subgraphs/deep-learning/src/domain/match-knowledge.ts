import {
  asksAlike,
  distinctiveWords,
  normaliseQuestion,
  overlap,
  type QuestionWords,
  questionWords,
} from './question-words.ts';

/**
 * Whether taught knowledge answers a question. Meaning alone does not decide (a near-miss with another name is nearer
 * than an honest paraphrase), so the words must confirm it: the names and numbers of both sides have to agree, and the
 * less the remaining words agree, the nearer the meanings must be.
 */
export interface Candidate {
  readonly knowledgeId: string;
  /** The taught wording that came nearest. */
  readonly wording: string;
  /** Everything else that was taught with it: other wordings and the answer. */
  readonly context: readonly string[];
  /** Cosine similarity of question and wording, -1 to 1. */
  readonly similarity: number;
}

export interface JudgedCandidate extends Candidate {
  /** True if the names and numbers of the question and of the wording agree. */
  readonly isVerified: boolean;
  /** 0 to 1: {@link similarityWeight} of the similarity, the rest word overlap; 1 for the same wording. */
  readonly confidence: number;
}

export const similarityWeight = 0.7;

/**
 * The least confidence that answers, chosen on `bench/paraphrases.json` as the lowest at which no near-miss is
 * answered; `npm run bench -- deep-learning-matching` prints the whole trade.
 */
export const confidenceBound = 0.62;

export function judge(question: string, candidate: Candidate): JudgedCandidate {
  if (normaliseQuestion(question) === normaliseQuestion(candidate.wording)) {
    return { ...candidate, isVerified: true, confidence: 1 };
  }
  const asked = questionWords(question);
  const taught = questionWords(candidate.wording);
  const isVerified =
    namesAgree(question, candidate) && asksAlike(asked, taught) && !wordsWereExchanged(asked, taught);
  const common = overlap(asked.content, taught.content);
  const confidence = similarityWeight * Math.max(0, candidate.similarity) + (1 - similarityWeight) * common;
  return { ...candidate, isVerified, confidence };
}

/** "The wifi password for employees" is "... for guests" with one word exchanged: near in meaning, another question. */
function wordsWereExchanged(asked: QuestionWords, taught: QuestionWords): boolean {
  return distinctiveWords(asked, taught).length > 0 && distinctiveWords(taught, asked).length > 0;
}

function namesAgree(question: string, { wording, context }: Candidate): boolean {
  const asked = questionWords(question);
  const taught = questionWords(wording);
  const askedText = ` ${normaliseQuestion(question)} `;
  const taughtText = ` ${normaliseQuestion([wording, ...context].join(' '))} `;
  const occurs = (name: string, text: string) => text.includes(` ${normaliseQuestion(name)} `);
  return (
    [...taught.names].every((name) => occurs(name, askedText)) &&
    [...asked.names].every((name) => occurs(name, taughtText))
  );
}

export type Decision =
  | { readonly kind: 'answer'; readonly from: JudgedCandidate; readonly explanation: string }
  | { readonly kind: 'abstain'; readonly explanation: string };

/** Two answers count as one if they say the same in the same words. */
export type SameAnswer = (a: JudgedCandidate, b: JudgedCandidate) => boolean;

/** Answers from the best candidate, unless none is sure enough or two that are equally sure contradict each other. */
export function decide(candidates: readonly JudgedCandidate[], sameAnswer: SameAnswer): Decision {
  const [best, ...others] = candidates
    .filter((candidate) => candidate.isVerified && candidate.confidence >= confidenceBound)
    .sort((a, b) => b.confidence - a.confidence);
  if (!best) return { kind: 'abstain', explanation: whyNone(candidates) };
  const rival = others.find(
    (other) => best.confidence - other.confidence < contradictionMargin && !sameAnswer(best, other),
  );
  if (rival) {
    return {
      kind: 'abstain',
      explanation: `Taught answers contradict each other: "${best.wording}" and "${rival.wording}" fit equally well and answer differently.`,
    };
  }
  return {
    kind: 'answer',
    from: best,
    explanation: `It was taught as "${best.wording}" (confidence ${best.confidence.toFixed(2)}, bound ${confidenceBound}).`,
  };
}

const contradictionMargin = 0.05;

function whyNone(candidates: readonly JudgedCandidate[]): string {
  const nearest = candidates.reduce<JudgedCandidate | undefined>(
    (best, candidate) => (best && best.confidence >= candidate.confidence ? best : candidate),
    undefined,
  );
  if (!nearest) return 'Nothing was taught that comes near this question.';
  if (nearest.confidence >= confidenceBound) {
    return `The nearest taught question, "${nearest.wording}", is about other names or numbers.`;
  }
  return `The nearest taught question, "${nearest.wording}", is not near enough (confidence ${nearest.confidence.toFixed(2)}, bound ${confidenceBound}).`;
}
