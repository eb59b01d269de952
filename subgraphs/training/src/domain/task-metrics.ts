/** How good answers are, beside their loss: shares from 0 to 1, but for the last. Null is what a task does not have. */
export interface TaskMetrics {
  /** Of a language model: completions that came out exactly. */
  readonly exactMatch: number | null;
  /** Of a classifier: texts whose label was found. */
  readonly accuracy: number | null;
  /** Of a classifier: the mean over labels of each one's F1, so that a rare label counts as much as a frequent one. */
  readonly macroF1: number | null;
  /** Of vectors: texts whose own partner is the nearest of all partners. */
  readonly retrievalAccuracy: number | null;
  /**
   * Of vectors on graded pairs: Spearman's correlation of their cosines with the grades, -1 to 1. Null where either are all
   * the same: there is nothing to rank.
   */
  readonly spearman: number | null;
}

export const noMetrics: TaskMetrics = {
  exactMatch: null,
  accuracy: null,
  macroF1: null,
  retrievalAccuracy: null,
  spearman: null,
};

export interface ClassificationTally {
  add(expected: string, predicted: string): void;
  /** How many were predicted as expected. */
  right(): number;
  metrics(): { readonly accuracy: number; readonly macroF1: number };
}

/** Counts by label. Labels that occur neither among the expected nor the predicted ones have no F1 and are left out. */
export function createClassificationTally(): ClassificationTally {
  const counts = new Map<string, { hits: number; expected: number; predicted: number }>();
  const of = (label: string) => {
    const count = counts.get(label) ?? { hits: 0, expected: 0, predicted: 0 };
    counts.set(label, count);
    return count;
  };
  let [total, right] = [0, 0];
  return {
    add(expected, predicted) {
      total += 1;
      of(expected).expected += 1;
      of(predicted).predicted += 1;
      if (expected !== predicted) return;
      of(expected).hits += 1;
      right += 1;
    },
    right: () => right,
    metrics() {
      const f1 = [...counts.values()].map((of) => (2 * of.hits) / (of.expected + of.predicted));
      return { accuracy: right / total, macroF1: f1.reduce((sum, value) => sum + value, 0) / f1.length };
    },
  };
}

/** Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs. */
export function spearman(xs: readonly number[], ys: readonly number[]): number | null {
  const [ranksX, ranksY] = [ranksOf(xs), ranksOf(ys)];
  const mean = (xs.length + 1) / 2;
  let [covariance, varianceX, varianceY] = [0, 0, 0];
  for (const [at, rank] of ranksX.entries()) {
    const [x, y] = [rank - mean, ranksY[at]! - mean];
    covariance += x * y;
    varianceX += x * x;
    varianceY += y * y;
  }
  return varianceX === 0 || varianceY === 0 ? null : covariance / Math.sqrt(varianceX * varianceY);
}

/** From 1. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (const at of order.slice(from, to)) ranks[at] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
