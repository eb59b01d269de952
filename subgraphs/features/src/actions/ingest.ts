import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import type { InvalidInput, NotFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { checkRows, type FeatureRow, type RawFeatureRow, type RowProblem } from '../domain/feature-values.ts';
import type { FeatureViewRecord } from '../mappers.ts';
import { lockViewByName, viewByName } from '../stores/definition-store.ts';
import { writeRows } from '../stores/row-store.ts';
import { invalidInput, viewNotFound } from './results.ts';

export interface Ingestion {
  readonly __typename: 'FeatureIngestion';
  readonly view: FeatureViewRecord;
  readonly rowCount: number;
  readonly ingestedAt: Date;
}

export interface InvalidFeatureRows {
  readonly __typename: 'InvalidFeatureRows';
  readonly message: string;
  readonly problems: readonly RowProblem[];
}

export const maxRows = 10_000;
const problemsShown = 20;

/** Stores a batch, all rows or none, in the offline and the online store at once. Needs `features:write`. */
export async function ingest(
  database: Database,
  identity: Identity,
  input: { readonly view: string; readonly rows: readonly RawFeatureRow[] },
): Promise<Ingestion | NotFound | InvalidFeatureRows | InvalidInput> {
  requireScope(identity, 'features:write');
  if (input.rows.length === 0 || input.rows.length > maxRows) {
    return invalidInput('input.rows', `There are ${input.rows.length} rows: 1 to 10,000 are allowed.`);
  }
  const view = await viewByName(database, identity.tenant, input.view);
  if (!view) return viewNotFound(input.view);
  const check = checkRows(view.features, input.rows);
  if (check.kind === 'invalid') return invalidRows(check.problems);

  const rows = lastWins(check.rows);
  const { after, ingestedAt } = await database.transaction(async (tx) => {
    // One ingestion of a view at a time: two batches with the same things would lock their rows in different orders.
    await lockViewByName(tx, identity.tenant, input.view);
    const after = await writeRows(tx, view.id, rows);
    const ingestedAt = new Date();
    await tx.publish({
      topic: 'feature.ingested',
      key: view.id,
      payload: { featureViewId: view.id, tenant: identity.tenant, rowCount: rows.length, ingestedAt },
    });
    return { after, ingestedAt };
  });
  return { __typename: 'FeatureIngestion', view: { ...view, ...after }, rowCount: rows.length, ingestedAt };
}

function lastWins(rows: readonly FeatureRow[]): readonly FeatureRow[] {
  return [...new Map(rows.map((row) => [`${row.at.getTime()} ${row.entityKey}`, row])).values()];
}

function invalidRows(problems: readonly RowProblem[]): InvalidFeatureRows {
  const rows = new Set(problems.map(({ row }) => row)).size;
  return {
    __typename: 'InvalidFeatureRows',
    message: `${rows} ${rows === 1 ? 'row is' : 'rows are'} wrong; nothing was stored.`,
    problems: problems.slice(0, problemsShown),
  };
}
