/** One example of a fit: its signals, whether the outcome was good, and how much it counts. */
export interface FitExample {
  readonly signals: readonly number[];
  readonly isGood: boolean;
  readonly weight: number;
}

export interface LogisticFit {
  readonly intercept: number;
  readonly weights: readonly number[];
}

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares) with a ridge penalty, which keeps the
 * weights finite where a signal separates the classes. Deterministic.
 */
export function fitLogistic(
  examples: readonly FitExample[],
  options: { readonly ridge: number; readonly iterations: number },
): LogisticFit {
  const size = (examples[0]?.signals.length ?? 0) + 1;
  let parameters = new Array<number>(size).fill(0);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const gradient = parameters.map((value, index) => (index === 0 ? 0 : -options.ridge * value));
    const hessian = parameters.map((_, row) =>
      parameters.map((_, column) => (row === column ? (row === 0 ? 1e-9 : options.ridge) : 0)),
    );
    for (const { signals, isGood, weight } of examples) {
      const inputs = [1, ...signals];
      const sum = inputs.reduce((total, input, index) => total + input * (parameters[index] ?? 0), 0);
      const probability = 1 / (1 + Math.exp(-sum));
      const error = weight * ((isGood ? 1 : 0) - probability);
      const curvature = weight * Math.max(1e-6, probability * (1 - probability));
      inputs.forEach((input, row) => {
        gradient[row] = (gradient[row] ?? 0) + error * input;
        inputs.forEach((other, column) => {
          const line = hessian[row];
          if (line) line[column] = (line[column] ?? 0) + curvature * input * other;
        });
      });
    }
    const step = solve(hessian, gradient);
    parameters = parameters.map((value, index) => value + (step[index] ?? 0));
  }
  const [intercept = 0, ...weights] = parameters;
  return { intercept, weights };
}

/** Gaussian elimination with partial pivoting; the matrix is symmetric and positive definite here. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  const size = rows.length;
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row;
    }
    [rows[pivot], rows[best]] = [rows[best] ?? [], rows[pivot] ?? []];
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  }
  return rows.map((row, index) => (row[size] ?? 0) / (row[index] ?? 1));
}
