import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Identity } from '@fathom/platform/identity';
import {
  type InvalidInput,
  invalid,
  type NotFound,
  notFound,
  type WrongState,
  wrongState,
} from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { aliasProblem, modelNameProblem, textProblem } from '../domain/names.ts';
import { type AliasMove, type Evaluation, removedText } from '../domain/records.ts';
import { aliasTarget, lastMove, lockAlias, moveAlias } from '../stores/aliases.ts';
import { evaluationsByIds, evaluationsOfVersions, modelByName, versionsByIds } from '../stores/registry.ts';
import { removalOf } from '../stores/removals.ts';
import { isVisible, mayChange } from './ownership.ts';

export interface RollBackModelAliasInput {
  readonly modelName: string;
  readonly alias: string;
  readonly reason: string;
}

export interface MoveModelAliasInput extends RollBackModelAliasInput {
  readonly versionId: string;
  /** Without it the newest on held-out examples, else the newest of all. */
  readonly evaluationId?: string | null | undefined;
}

type Moved = AliasMove | NotFound | InvalidInput | WrongState;

/** Moves an alias to any version of its model, audited. Needs `training:write`. */
export async function moveModelAlias(
  database: Database,
  identity: Identity,
  input: MoveModelAliasInput,
): Promise<Moved> {
  const refusal = await refuse(database, identity, input);
  if (refusal) return refusal;
  const [version] = await versionsByIds(database, identity.tenant, [input.versionId]);
  if (!version) return notFound('model version', input.versionId);
  if (version.modelName !== input.modelName) {
    return invalid({
      field: 'input.versionId',
      message: `${version.id} is a version of ${version.modelName}, not of ${input.modelName}`,
    });
  }
  const { tenant } = identity;
  const [chosen] =
    input.evaluationId == null ? [] : await evaluationsByIds(database, tenant, [input.evaluationId]);
  if (input.evaluationId != null && !chosen) return notFound('evaluation', input.evaluationId);
  if (chosen && chosen.versionId !== version.id) {
    const message = `${chosen.id} measured ${chosen.versionId}, not ${version.id}`;
    return invalid({ field: 'input.evaluationId', message });
  }
  return database.transaction(async (tx) => {
    const current = await lockAlias(tx, input.modelName, input.alias);
    const removal = await removalOf(tx, version.id);
    if (removal) return invalid({ field: 'input.versionId', message: removedText(removal) });
    if (current === version.id) return wrongState(current, `${input.alias} leads to ${current} already.`);
    const evaluation = chosen ?? (await restingOn(tx, tenant, version.id));
    return moveAlias(tx, {
      modelName: input.modelName,
      alias: input.alias,
      fromVersionId: current ?? null,
      toVersionId: version.id,
      movedBy: identity.subject,
      reason: input.reason.trim(),
      evaluationId: evaluation?.id ?? null,
    });
  });
}

/** Moves an alias to where its last move took it from; that, too, is a move. Needs `training:write`. */
export async function rollBackModelAlias(
  database: Database,
  identity: Identity,
  input: RollBackModelAliasInput,
): Promise<Moved> {
  const refusal = await refuse(database, identity, input);
  if (refusal) return refusal;
  if ((await aliasTarget(database, input.modelName, input.alias)) === undefined) {
    return notFound('alias', `${input.modelName}/${input.alias}`);
  }
  return database.transaction(async (tx) => {
    const current = (await lockAlias(tx, input.modelName, input.alias))!;
    const last = await lastMove(tx, input.modelName, input.alias);
    if (!last?.fromVersionId) {
      return wrongState(
        current,
        `${input.alias} has led to ${current} since its first move: there is nowhere to go back to.`,
      );
    }
    const removal = await removalOf(tx, last.fromVersionId);
    if (removal)
      return wrongState(current, `${removedText(removal)}. Move ${input.alias} to another version.`);
    const evaluation = await restingOn(tx, identity.tenant, last.fromVersionId);
    return moveAlias(tx, {
      modelName: input.modelName,
      alias: input.alias,
      fromVersionId: current,
      toVersionId: last.fromVersionId,
      movedBy: identity.subject,
      reason: `rolled back: ${input.reason.trim()}`,
      evaluationId: evaluation?.id ?? null,
    });
  });
}

async function refuse(
  database: Database,
  identity: Identity,
  { modelName, alias, reason }: RollBackModelAliasInput,
): Promise<InvalidInput | NotFound | undefined> {
  requireScope(identity, 'training:write');
  const problem =
    modelNameProblem(modelName, 'input.modelName') ??
    aliasProblem(alias, 'input.alias') ??
    textProblem(reason, { field: 'input.reason', max: 500 });
  if (problem) return invalid(problem);
  const model = await modelByName(database, modelName);
  if (!model || !isVisible(identity, model)) return notFound('model', modelName);
  if (mayChange(identity, model)) return undefined;
  return invalid({
    field: 'input.modelName',
    message: `${modelName} ships with the platform: an administrator moves its aliases`,
  });
}

/** The evaluation that a move rests on: the newest on held-out examples, else the newest of all. */
async function restingOn(tx: Queryable, tenant: string, versionId: string): Promise<Evaluation | undefined> {
  const evaluations = await evaluationsOfVersions(tx, tenant, [versionId]);
  return evaluations.find(({ suite }) => suite === 'held-out') ?? evaluations[0];
}
