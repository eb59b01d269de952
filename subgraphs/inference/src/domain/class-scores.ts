/** A logit a class to probabilities, likeliest first. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

export function classScores(labels: readonly string[], logits: Float32Array): readonly LabelScore[] {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const shares = labels.map((_, at) => Math.exp((logits[at] ?? Number.NEGATIVE_INFINITY) - largest));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return labels
    .map((label, at) => ({ label, score: (shares[at] ?? 0) / total }))
    .sort((a, b) => b.score - a.score);
}
