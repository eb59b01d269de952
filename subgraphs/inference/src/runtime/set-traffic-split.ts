/** Who may split the traffic of an alias, and what is refused. */
import { hasScope, type Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import type { EndTrafficSplitInput, SetTrafficSplitInput } from '../__generated__/schema.ts';
import { championAlias } from '../domain/model-reference.ts';
import { shareProblem, type TrafficShare } from '../domain/traffic-split.ts';
import {
  type AliasRow,
  type ModelStore,
  type ModelVersionRow,
  platformTenant,
} from '../stores/model-store.ts';
import type { TrafficSplitRow, TrafficSplitStore } from '../stores/traffic-split-store.ts';

export interface TrafficSplitParts {
  readonly models: Pick<ModelStore, 'versions' | 'aliases'>;
  readonly splits: TrafficSplitStore;
}

const writeScope = 'inference:write';
const maxReasonCharacters = 500;

type Changed = TrafficSplitRow | InvalidInput | NotFound;

/** Replaces the shares of an alias; a share that is not named ends. Needs `inference:write`. */
export async function setTrafficSplit(
  { models, splits }: TrafficSplitParts,
  identity: Identity,
  input: SetTrafficSplitInput,
): Promise<Changed> {
  const { modelName, alias = championAlias, canary, shadow, reason } = input;
  const place = await findAlias(models, identity, { modelName, alias, reason });
  if ('__typename' in place) return place;
  if (!canary && !shadow)
    return invalid({
      field: 'input',
      message: 'Name a `canary`, a `shadow` or both; `endTrafficSplit` ends a split.',
    });
  const versions = visible(await models.versions(), identity);
  for (const [kind, share] of [
    ['canary', canary],
    ['shadow', shadow],
  ] as const) {
    const refusal = share && refuseShare(`input.${kind}`, share, place, versions);
    if (refusal) return refusal;
  }
  return splits.set({
    modelName,
    alias: place.alias,
    canary: canary ?? undefined,
    shadow: shadow ?? undefined,
    setBy: identity.subject,
    reason: reason.trim(),
  });
}

/** Gives all traffic of an alias back to the version that it leads to. Needs `inference:write`. */
export async function endTrafficSplit(
  { models, splits }: TrafficSplitParts,
  identity: Identity,
  { modelName, alias = championAlias, reason }: EndTrafficSplitInput,
): Promise<Changed> {
  const place = await findAlias(models, identity, { modelName, alias, reason });
  if ('__typename' in place) return place;
  const ended = await splits.end(
    { modelName, alias: place.alias },
    { setBy: identity.subject, reason: reason.trim() },
  );
  return ended ?? notFound('traffic split of', `${modelName}@${place.alias}`);
}

/** Those whose alias the caller's tenant can use. */
export async function visibleSplits(
  { models, splits }: TrafficSplitParts,
  identity: Identity,
): Promise<readonly TrafficSplitRow[]> {
  const [rows, aliases, versions] = await Promise.all([splits.splits(), models.aliases(), models.versions()]);
  const seen = visible(versions, identity);
  return rows.filter((row) => {
    const alias = aliases.find((one) => one.modelName === row.modelName && one.alias === row.alias);
    return alias !== undefined && seen.has(alias.versionId);
  });
}

async function findAlias(
  models: TrafficSplitParts['models'],
  identity: Identity,
  { modelName, alias, reason }: { modelName: string; alias: string; reason: string },
): Promise<AliasRow | InvalidInput | NotFound> {
  requireScope(identity, writeScope);
  const length = reason.trim().length;
  if (length === 0 || length > maxReasonCharacters)
    return invalid({ field: 'input.reason', message: `Say why, in 1 to ${maxReasonCharacters} characters.` });
  const [aliases, versions] = await Promise.all([models.aliases(), models.versions()]);
  const found = aliases.find((row) => row.modelName === modelName && row.alias === alias);
  const version = found && visible(versions, identity).get(found.versionId);
  if (!found || !version) return notFound('alias', `${modelName}@${alias}`);
  if (version.tenant === platformTenant && !hasScope(identity, 'admin'))
    return invalid({
      field: 'input.modelName',
      message: `${modelName} is everybody's: an administrator splits its traffic.`,
    });
  return found;
}

function visible(
  versions: readonly ModelVersionRow[],
  { tenant }: Identity,
): ReadonlyMap<string, ModelVersionRow> {
  return new Map(
    versions
      .filter((version) => version.tenant === tenant || version.tenant === platformTenant)
      .map((version) => [version.versionId, version]),
  );
}

function refuseShare(
  field: string,
  { versionId, percent }: TrafficShare,
  { versionId: stable, alias }: AliasRow,
  versions: ReadonlyMap<string, ModelVersionRow>,
): InvalidInput | NotFound | undefined {
  const problem = shareProblem(percent);
  if (problem) return invalid({ field: `${field}.percent`, message: problem });
  if (!versions.has(versionId)) return notFound('model version', versionId);
  if (versionId !== stable) return undefined;
  return invalid({ field: `${field}.versionId`, message: `${alias} leads to ${versionId} already.` });
}
