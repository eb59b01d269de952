/** An input that is not allowed, and why: an expected outcome, not an error. */
export interface Refusal {
  readonly kind: 'invalid';
  /** What is wrong and what is allowed. */
  readonly message: string;
  /** The path of the value, for instance `input.question`. */
  readonly field: string;
}

export type Range = { readonly to: number } & ({ readonly from: number } | { readonly above: number });

export function refuseRange(
  field: string,
  value: number | null | undefined,
  range: Range,
): Refusal | undefined {
  if (value === null || value === undefined) return undefined;
  const isHighEnough = 'from' in range ? value >= range.from : value > range.above;
  if (isHighEnough && value <= range.to) return undefined;
  const lower = 'from' in range ? `from ${range.from}` : `above ${range.above}`;
  return { kind: 'invalid', field, message: `${field} is ${value}; allowed is ${lower} to ${range.to}.` };
}
