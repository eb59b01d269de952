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

/** What a suite measured, and what it had to reach. */
export interface SuiteResult {
  readonly suite: string;
  readonly score: number | null;
  readonly loss: number | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** Why a suite stands in the way, or undefined. */
function shortfall({ suite, score, loss, atLeast, atMost }: SuiteResult): string | undefined {
  if (atLeast !== null && !(score !== null && score >= atLeast)) {
    return `on ${suite} it scored ${score?.toFixed(3) ?? 'nothing'}, at least ${atLeast} was asked for`;
  }
  if (atMost !== null && !(loss !== null && loss <= atMost)) {
    return `on ${suite} its loss is ${loss?.toFixed(4) ?? 'unknown'}, at most ${atMost} was asked for`;
  }
  return undefined;
}

/** A new version takes an alias only if it reaches its suites' bounds and is at least as good as the one it would replace. */
export function decidePromotion(options: {
  readonly alias: string;
  readonly totalNats: number;
  readonly incumbent: Incumbent | undefined;
  readonly suites: readonly SuiteResult[];
  /** Where the alias leads now; it may have moved since the measurement. */
  readonly currentVersionId: string | undefined;
}): Promotion {
  const { alias, incumbent, currentVersionId, totalNats } = options;
  const refuse = (why: string): Promotion => ({ kind: 'refuse', reason: `${alias} was not moved: ${why}` });
  const short = options.suites.map(shortfall).find((why) => why !== undefined);
  if (short !== undefined) return refuse(short);
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
