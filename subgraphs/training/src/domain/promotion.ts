export type Promotion =
  | { readonly kind: 'move'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/** What the version that an alias leads to scored on the new version's own held-out examples. */
export interface Incumbent {
  readonly versionId: string;
  /** Sum over the same answers, so that other tokenizers compare. Undefined where it could not be measured. */
  readonly totalNats: number | undefined;
  /** Why it could not be measured. */
  readonly problem: string | undefined;
}

/** A new version takes an alias only if it is at least as good as the version it would replace. */
export function decidePromotion(options: {
  readonly alias: string;
  readonly totalNats: number;
  readonly incumbent: Incumbent | undefined;
  /** Where the alias leads now; it may have moved since the measurement. */
  readonly currentVersionId: string | undefined;
}): Promotion {
  const { alias, incumbent, currentVersionId, totalNats } = options;
  const refuse = (why: string): Promotion => ({ kind: 'refuse', reason: `${alias} was not moved: ${why}` });
  if (currentVersionId === undefined) return { kind: 'move', reason: `${alias} led nowhere before` };
  if (incumbent?.versionId !== currentVersionId) {
    return refuse(`it was moved to ${currentVersionId} during the run, which was not compared`);
  }
  if (incumbent.totalNats === undefined) {
    return refuse(`${currentVersionId} could not be measured on the same examples: ${incumbent.problem}`);
  }
  const figures = `${totalNats.toFixed(3)} against ${incumbent.totalNats.toFixed(3)} nats on the same held-out answers`;
  return totalNats <= incumbent.totalNats
    ? { kind: 'move', reason: `at least as good as ${currentVersionId}: ${figures}` }
    : refuse(`${currentVersionId} is better: ${figures}`);
}
