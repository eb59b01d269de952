import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { textProblem } from '../domain/names.ts';
import { type DataSet, type DataSetReference, referencesText } from '../domain/records.ts';
import type { Asker } from '../runtime/taught-knowledge.ts';
import type { VersionUses } from '../runtime/version-uses.ts';
import {
  areExamplesInUse,
  lockDataSet,
  recordDataSetRemoval,
  referencesToDataSet,
  removalsByDataSets,
} from '../stores/data-set-removals.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { lockArtifact } from '../stores/removals.ts';
import { mayChange } from './ownership.ts';

export interface RemoveDataSetInput {
  readonly dataSetId: string;
  readonly reason: string;
}

export interface DataSetInUse {
  readonly __typename: 'DataSetInUse';
  readonly message: string;
  readonly references: readonly DataSetReference[];
}

type Refusal = DataSetInUse | InvalidInput;

export interface DataSetRemovalParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly versionUses: VersionUses;
}

/**
 * Removes a data set that nothing needs: its record stays, with who removed it and why, and its examples go. Asked again, it
 * makes sure that they are gone. Needs `training:write`.
 */
export async function removeDataSet(
  parts: DataSetRemovalParts,
  asker: Asker,
  input: RemoveDataSetInput,
): Promise<DataSet | Refusal | NotFound> {
  const { database, artifacts } = parts;
  const { identity } = asker;
  requireScope(identity, 'training:write');
  const problem = textProblem(input.reason, { field: 'input.reason', max: 500 });
  if (problem) return invalid(problem);
  const [dataSet] = await dataSetsByIds(database, identity.tenant, [input.dataSetId]);
  if (!dataSet) return notFound('data set', input.dataSetId);
  const { id } = dataSet;
  if (!mayChange(identity, dataSet))
    return refused(`${id} ships with the platform: an administrator removes it`);
  if (dataSet.artifactUri !== null) {
    // Asked before anything is held: a peer may be slow.
    const elsewhere = await parts.versionUses.ofDataSet(id, asker);
    const refusal = await record(database, dataSet, { asker, reason: input.reason.trim(), elsewhere });
    if (refusal) return refusal;
  }
  const [removal] = await removalsByDataSets(database, [id]);
  if (!removal) return refused(`of ${id} only the record is kept: there is nothing to remove`);
  await database.transaction(async (tx) => {
    await lockArtifact(tx, removal.artifactUri);
    if (!(await areExamplesInUse(tx, removal.artifactUri))) await artifacts.remove(removal.artifactUri);
  });
  const [removed] = await dataSetsByIds(database, identity.tenant, [id]);
  return removed ?? notFound('data set', id);
}

interface RemovalOrder {
  readonly asker: Asker;
  readonly reason: string;
  readonly elsewhere: readonly DataSetReference[];
}

async function record(
  database: Database,
  { id, tenant }: DataSet,
  { asker, reason, elsewhere }: RemovalOrder,
): Promise<DataSetInUse | undefined> {
  return database.transaction(async (tx) => {
    await lockDataSet(tx, id);
    const [now] = await dataSetsByIds(tx, tenant, [id]);
    // Somebody else was quicker: what was to be done is done.
    if (!now || now.artifactUri === null) return undefined;
    const references = [...(await referencesToDataSet(tx, id)), ...elsewhere];
    if (references.length > 0) return inUse(id, references);
    const { artifactUri } = now;
    await recordDataSetRemoval(tx, now, { artifactUri, removedBy: asker.identity.subject, reason });
    return undefined;
  });
}

const inUse = (id: string, references: readonly DataSetReference[]): DataSetInUse => ({
  __typename: 'DataSetInUse',
  message: `${id} is in use: ${referencesText(references)}. End what needs its examples first.`,
  references,
});

const refused = (message: string): InvalidInput => invalid({ field: 'input.dataSetId', message });
