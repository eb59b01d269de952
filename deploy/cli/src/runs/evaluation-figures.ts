/** What an evaluation found, on one line: only what its task has. */
export interface ShownEvaluation {
  readonly suite: string;
  readonly exampleCount: number;
  readonly loss: number | null;
  readonly exactMatch: number | null;
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  readonly retrievalAccuracy: number | null;
  readonly spearman: number | null;
  readonly score: number | null;
}

export function evaluationFigures(evaluation: Omit<ShownEvaluation, 'suite' | 'exampleCount'>): string {
  const { loss, exactMatch, accuracy, macroF1, retrievalAccuracy, spearman, score } = evaluation;
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const figures = [
    loss == null ? undefined : `loss ${loss.toFixed(4)}`,
    exactMatch == null ? undefined : `exact ${percent(exactMatch)}`,
    accuracy == null ? undefined : `accuracy ${percent(accuracy)}`,
    macroF1 == null ? undefined : `macro-F1 ${macroF1.toFixed(3)}`,
    retrievalAccuracy == null ? undefined : `retrieval ${percent(retrievalAccuracy)}`,
    spearman == null ? undefined : `Spearman ${spearman.toFixed(3)}`,
    score == null ? undefined : `score ${score.toFixed(3)}`,
  ];
  return figures.filter((figure) => figure !== undefined).join(', ');
}
