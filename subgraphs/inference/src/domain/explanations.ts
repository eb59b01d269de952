/** Why an answer is what it is, in sentences for people. */
import type { Verdict } from './confidence-gate.ts';
import type { RoutingReason } from './generation.ts';

export interface JudgedDraft {
  readonly versionId: string;
  readonly verdict: Verdict;
  readonly bound: number;
}

const shown = (share: number): string => share.toFixed(3);

export const explain = {
  requested: (versionId: string): string => `${versionId} was asked for by name; nothing was routed.`,

  cacheHit: (versionId: string, generationId: string): string =>
    `${versionId} answered the same question before, in generation ${generationId}.`,

  completionHit: (versionId: string, generationId: string): string =>
    `${versionId} completed the very same before, in generation ${generationId}.`,

  confident: ({ versionId, verdict, bound }: JudgedDraft): string =>
    `${versionId} is sure enough: its score of ${shown(verdict.score)} reaches the bound of ${shown(bound)}.`,

  taught: (answer: string): string =>
    `The question has a taught answer, which goes before the model's. ${answer}`,

  rerouted: (draft: JudgedDraft, answer: string): string => `${doubt(draft)} ${answer}`,

  unavailable: (draft: JudgedDraft, because: string): string =>
    `${doubt(draft)} Deep-learning could not be asked (${because}), so this is the model's own draft: do not rely on it.`,

  taughtUnavailable: (versionId: string, because: string): string =>
    `The question has a taught answer, but deep-learning could not be asked (${because}). This is ${versionId}'s own draft: do not rely on it.`,
};

/** What the verdict on a draft means for its routing. */
export function reasonOf({ isRefusal }: Verdict): Extract<RoutingReason, 'OUT_OF_SCOPE' | 'LOW_CONFIDENCE'> {
  return isRefusal ? 'OUT_OF_SCOPE' : 'LOW_CONFIDENCE';
}

function doubt({ versionId, verdict, bound }: JudgedDraft): string {
  return verdict.isRefusal
    ? `${versionId} says that it does not know.`
    : `${versionId} is not sure enough: its score of ${shown(verdict.score)} stays below the bound of ${shown(bound)}.`;
}
