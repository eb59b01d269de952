import type { Database } from '@fathom/platform/database/database';
import { parseDateTime } from '@fathom/platform/date-time';
import type { Identity } from '@fathom/platform/identity';
import type { InvalidInput, NotFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { type FeatureVector, type FoundRow, toVector } from '../domain/vectors.ts';
import type { FeatureViewRecord } from '../mappers.ts';
import { viewByName } from '../stores/definition-store.ts';
import { latestRows, rowsAsOf, type ThingAtMoment } from '../stores/row-store.ts';
import { invalidInput, viewNotFound } from './results.ts';

export interface FeatureVectors {
  readonly __typename: 'FeatureVectors';
  readonly features: readonly string[];
  readonly vectors: readonly FeatureVector[];
}

export const maxOnlineKeys = 1000;
export const maxHistoricalRows = 20_000;

interface Selection {
  readonly view: string;
  readonly features?: readonly string[] | null | undefined;
}

/** The newest values, in the order asked; a key asked twice is answered twice. Needs `features:read`. */
export async function readOnline(
  database: Database,
  identity: Identity,
  input: Selection & { readonly entityKeys: readonly string[] },
): Promise<FeatureVectors | NotFound | InvalidInput> {
  requireScope(identity, 'features:read');
  if (input.entityKeys.length === 0 || input.entityKeys.length > maxOnlineKeys) {
    return invalidInput(
      'input.entityKeys',
      `There are ${input.entityKeys.length} keys: 1 to 1,000 are allowed.`,
    );
  }
  const selected = await select(database, identity, input);
  if ('__typename' in selected) return selected;
  const { view, features } = selected;
  const asOf = new Date();
  const found = await knownNow(database, view.id, { keys: [...new Set(input.entityKeys)], asOf });
  const options = { features, lifetimeSeconds: view.lifetimeSeconds, asOf };
  return {
    __typename: 'FeatureVectors',
    features,
    vectors: input.entityKeys.map((key) => toVector(key, found.get(key), options)),
  };
}

/**
 * The newest rows that are true already. A row may be stored ahead of its moment; until then the one before it counts,
 * as in a historical read of now, so that what serves is what a model was trained on.
 */
async function knownNow(
  database: Database,
  viewId: string,
  { keys, asOf }: { readonly keys: readonly string[]; readonly asOf: Date },
): Promise<ReadonlyMap<string, FoundRow>> {
  const latest = await latestRows(database, viewId, keys);
  const ahead = [...latest].filter(([, { at }]) => at > asOf).map(([entityKey]) => ({ entityKey, at: asOf }));
  if (ahead.length === 0) return latest;
  const known = new Map(latest);
  const before = await rowsAsOf(database, viewId, ahead);
  for (const [index, { entityKey }] of ahead.entries()) {
    const row = before[index];
    if (row) known.set(entityKey, row);
    else known.delete(entityKey);
  }
  return known;
}

/** The values as they were known at each row's moment and no later, in the order asked. Needs `features:read`. */
export async function readHistorical(
  database: Database,
  identity: Identity,
  input: Selection & { readonly rows: readonly { readonly entityKey: string; readonly at: string }[] },
): Promise<FeatureVectors | NotFound | InvalidInput> {
  requireScope(identity, 'features:read');
  if (input.rows.length === 0 || input.rows.length > maxHistoricalRows) {
    return invalidInput('input.rows', `There are ${input.rows.length} rows: 1 to 20,000 are allowed.`);
  }
  const asked: ThingAtMoment[] = [];
  for (const [index, { entityKey, at }] of input.rows.entries()) {
    const moment = parseDateTime(at);
    if (!moment)
      return invalidInput(`input.rows.${index}.at`, `"${at}" is not an ISO 8601 moment with an offset.`);
    asked.push({ entityKey, at: moment });
  }
  const selected = await select(database, identity, input);
  if ('__typename' in selected) return selected;
  const { view, features } = selected;
  const found = await rowsAsOf(database, view.id, asked);
  return {
    __typename: 'FeatureVectors',
    features,
    vectors: asked.map(({ entityKey, at }, index) =>
      toVector(entityKey, found[index], { features, lifetimeSeconds: view.lifetimeSeconds, asOf: at }),
    ),
  };
}

async function select(
  database: Database,
  identity: Identity,
  selection: Selection,
): Promise<
  { readonly view: FeatureViewRecord; readonly features: readonly string[] } | NotFound | InvalidInput
> {
  const view = await viewByName(database, identity.tenant, selection.view);
  if (!view) return viewNotFound(selection.view);
  const all = view.features.map(({ name }) => name);
  const features = selection.features ?? all;
  const unknown = features.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    return invalidInput('input.features', `The view has no feature "${unknown}". It has: ${all.join(', ')}.`);
  }
  return { view, features };
}
