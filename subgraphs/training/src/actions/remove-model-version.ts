import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { textProblem } from '../domain/names.ts';
import { type ModelVersion, referencesText, type VersionReference } from '../domain/records.ts';
import type { Asker } from '../runtime/taught-knowledge.ts';
import type { VersionUses } from '../runtime/version-uses.ts';
import { versionsByIds } from '../stores/registry.ts';
import {
  isArtifactInUse,
  lockArtifact,
  lockVersion,
  recordRemoval,
  referencesTo,
  removalOf,
} from '../stores/removals.ts';
import { mayChange } from './ownership.ts';

export interface RemoveModelVersionInput {
  readonly versionId: string;
  readonly reason: string;
}

export interface ModelVersionInUse {
  readonly __typename: 'ModelVersionInUse';
  readonly message: string;
  readonly references: readonly VersionReference[];
}

type Removed = ModelVersion | ModelVersionInUse | InvalidInput | NotFound;

export interface RemovalParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly versionUses: VersionUses;
}

/**
 * Removes a version to which nothing refers: its record stays, with who removed it and why, and its files go. Asked again,
 * it makes sure that the files are gone. Needs `training:write`.
 */
export async function removeModelVersion(
  { database, artifacts, versionUses }: RemovalParts,
  { identity, signal }: Asker,
  input: RemoveModelVersionInput,
): Promise<Removed> {
  requireScope(identity, 'training:write');
  const problem = textProblem(input.reason, { field: 'input.reason', max: 500 });
  if (problem) return invalid(problem);
  const [version] = await versionsByIds(database, identity.tenant, [input.versionId]);
  if (!version) return notFound('model version', input.versionId);
  if (!mayChange(identity, version)) return shipped(version.id);
  if (!(await removalOf(database, version.id))) {
    // Asked before anything is held: a peer may be slow. Neither begins to use a version that it heard is removed.
    const elsewhere = await versionUses.of(version, { identity, signal });
    const refusal = await record(database, version, { identity, reason: input.reason.trim(), elsewhere });
    if (refusal) return refusal;
  }
  await removeFiles({ database, artifacts }, version.artifactUri);
  return version;
}

async function record(
  database: Database,
  version: ModelVersion,
  given: {
    readonly identity: Identity;
    readonly reason: string;
    readonly elsewhere: readonly VersionReference[];
  },
): Promise<ModelVersionInUse | undefined> {
  const { identity, reason, elsewhere } = given;
  return database.transaction(async (tx) => {
    await lockVersion(tx, version);
    // Somebody else was quicker: what was to be done is done.
    if (await removalOf(tx, version.id)) return undefined;
    const references = [...(await referencesTo(tx, version.id)), ...elsewhere];
    if (references.length > 0) return inUse(version, references);
    await recordRemoval(tx, version, { removedBy: identity.subject, reason });
    return undefined;
  });
}

async function removeFiles(
  { database, artifacts }: Pick<RemovalParts, 'database' | 'artifacts'>,
  artifactUri: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    await lockArtifact(tx, artifactUri);
    if (!(await isArtifactInUse(tx, artifactUri))) await artifacts.remove(artifactUri);
  });
}

const inUse = ({ id }: ModelVersion, references: readonly VersionReference[]): ModelVersionInUse => ({
  __typename: 'ModelVersionInUse',
  message: `${id} is in use: ${referencesText(references)}. Move or end what refers to it first.`,
  references,
});

const shipped = (id: string): InvalidInput =>
  invalid({
    field: 'input.versionId',
    message: `${id} ships with the platform: an administrator removes it`,
  });
