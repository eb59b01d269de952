import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, type WrongState } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { aliasProblem, modelNameProblem, textProblem } from '../domain/names.ts';
import type { ModelVersion } from '../domain/records.ts';
import type { ModelCheck, ModelChecker } from '../runtime/model-checker.ts';
import { lockAlias, moveAlias } from '../stores/aliases.ts';
import {
  ensureModel,
  modelByName,
  registerVersion,
  versionById,
  versionOfArtifact,
  versionsByIds,
} from '../stores/registry.ts';
import { lockArtifact, removalOf } from '../stores/removals.ts';
import { lockTaken } from '../stores/uploads.ts';
import { mayChange } from './ownership.ts';
import { type CompleteUpload, finishUpload, takeUpload, type Uploads } from './uploads.ts';

export interface RegisterModelInput {
  readonly uploadId: string;
  readonly modelName: string;
  readonly alias?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

export interface ModelRefused {
  readonly __typename: 'ModelRefused';
  readonly code: string;
  readonly message: string;
}

type Registered = ModelVersion | ModelRefused | InvalidInput | NotFound | WrongState;

export interface RegisterModelParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly uploads: Uploads;
  readonly models: ModelChecker;
}

/**
 * The files of an upload become the next version of a model, once they were loaded and have answered a prompt. What is
 * refused stays uploaded until it is abandoned or expires. Files that are a version of the model already are that version.
 * Needs `training:write`.
 */
export async function registerModel(
  parts: RegisterModelParts,
  identity: Identity,
  input: RegisterModelInput,
): Promise<Registered> {
  requireScope(identity, 'training:write');
  const problem =
    modelNameProblem(input.modelName, 'input.modelName') ??
    (input.alias == null ? undefined : aliasProblem(input.alias, 'input.alias')) ??
    (input.reason == null ? undefined : textProblem(input.reason, { field: 'input.reason', max: 500 }));
  if (problem) return invalid(problem);
  const model = await modelByName(parts.database, input.modelName);
  if (model && !mayChange(identity, model)) return notYours(input.modelName);
  // Loading a large model takes longer than a client may wait: it asks again, and waits for the same check.
  return parts.uploads.once(JSON.stringify([identity.tenant, input]), () => register(parts, identity, input));
}

async function register(
  parts: RegisterModelParts,
  identity: Identity,
  input: RegisterModelInput,
): Promise<Registered> {
  const { database, artifacts, uploads, models } = parts;
  const taken = await takeUpload(uploads, identity, input.uploadId);
  if (taken.kind === 'refused') return taken.refusal;
  if (taken.kind === 'taken') {
    const [version] = await versionsByIds(database, identity.tenant, [taken.takenAs]);
    return (
      version ?? invalid({ field: 'input.uploadId', message: `became ${taken.takenAs}, no model version` })
    );
  }
  const check = await models.check(taken.upload.folder);
  if (check.kind === 'refused')
    return { __typename: 'ModelRefused', code: check.code, message: check.message };
  const artifact = await artifacts.put(taken.upload.folder);
  const version = await record(
    { database, artifacts },
    { identity, input, upload: taken.upload, check, artifact },
  );
  if (!('__typename' in version)) await uploads.files.remove(taken.upload.id);
  return version;
}

async function record(
  { database, artifacts }: Pick<RegisterModelParts, 'database' | 'artifacts'>,
  given: {
    readonly identity: Identity;
    readonly input: RegisterModelInput;
    readonly upload: CompleteUpload;
    readonly check: Extract<ModelCheck, { kind: 'sound' }>;
    readonly artifact: { readonly uri: string; readonly sizeBytes: number };
  },
): Promise<ModelVersion | InvalidInput> {
  const { identity, input, upload, check, artifact } = given;
  const { modelName, alias } = input;
  return database.transaction(async (tx) => {
    // Another instance may have checked the same upload meanwhile.
    const takenAs = await lockTaken(tx, upload.id);
    const made = takenAs === null ? undefined : await versionById(tx, takenAs);
    if (made) return made;
    const model = await ensureModel(tx, modelName, identity.tenant);
    if (!mayChange(identity, model)) return notYours(modelName);
    // Equal files may be those of a version that is being removed: stored again, they stay.
    await lockArtifact(tx, artifact.uri);
    await artifacts.put(upload.folder);
    const known = await versionOfArtifact(tx, modelName, artifact.uri);
    const isThere = known !== undefined && (await removalOf(tx, known.id)) === undefined;
    const version = isThere
      ? known
      : await registerVersion(tx, {
          modelName,
          kind: 'FULL',
          parentId: null,
          trainingRunId: null,
          fineTuningJobId: null,
          parameterCount: check.parameterCount,
          config: check.config,
          artifactUri: artifact.uri,
          sizeBytes: artifact.sizeBytes,
        });
    await finishUpload(tx, upload.id, version.id);
    const current = alias == null ? undefined : await lockAlias(tx, modelName, alias);
    if (alias != null && current !== version.id) {
      await moveAlias(tx, {
        modelName,
        alias,
        fromVersionId: current ?? null,
        toVersionId: version.id,
        movedBy: identity.subject,
        reason: input.reason?.trim() ?? `uploaded as ${upload.id}`,
        evaluationId: null,
      });
    }
    return version;
  });
}

const notYours = (modelName: string): InvalidInput =>
  invalid({
    field: 'input.modelName',
    message: `"${modelName}" belongs to somebody else: take another name`,
  });
