import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { accepted } from '../platform-client.ts';
import { table } from './table.ts';

interface Comparison {
  readonly __typename: 'TrainingRunComparison';
  readonly differences: readonly { readonly path: string; readonly values: readonly (string | null)[] }[];
  readonly metrics: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly curve: readonly {
    readonly step: number;
    readonly losses: readonly (number | null)[];
    readonly heldOutLosses: readonly (number | null)[];
  }[];
}

const pointsOnScreen = 20;

export async function compareRuns(
  client: FathomClient,
  ids: readonly string[],
  { json }: { readonly json: boolean },
): Promise<number> {
  const { compareTrainingRuns } = await client.request<
    { readonly compareTrainingRuns: Comparison },
    { readonly ids: readonly string[]; readonly maxPoints: number }
  >(readOperation('compare-runs'), { ids, maxPoints: json ? 1_000 : pointsOnScreen });
  const compared = accepted(compareTrainingRuns, 'TrainingRunComparison');
  process.stdout.write(json ? `${JSON.stringify({ ids, ...compared })}\n` : comparisonText(ids, compared));
  return 0;
}

/** Runs are columns, named A, B, … */
export function comparisonText(ids: readonly string[], compared: Omit<Comparison, '__typename'>): string {
  const letters = ids.map((_, index) => String.fromCharCode(65 + index));
  const number = (value: number | null) =>
    value === null ? '-' : Number.isInteger(value) ? String(value) : value.toPrecision(5);
  const sections = [
    `${ids.map((id, index) => `${letters[index]}  ${id}`).join('\n')}\n`,
    table(
      ['differs in', ...letters],
      compared.differences.map(({ path, values }) => [path, ...values.map((value) => value ?? '-')]),
    ),
    table(
      ['result', ...letters],
      compared.metrics.map(({ name, values }) => [name, ...values.map(number)]),
    ),
    table(
      ['loss up to step', ...letters],
      compared.curve.map(({ step, losses }) => [String(step), ...losses.map(number)]),
    ),
  ];
  return sections.join('\n');
}
