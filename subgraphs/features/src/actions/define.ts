import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import type { InvalidInput, NotFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { featuresProblem, isName, redefine } from '../domain/definitions.ts';
import type { FeatureDefinition } from '../domain/feature-values.ts';
import type { FeatureEntityRecord, FeatureViewRecord } from '../mappers.ts';
import {
  entityByName,
  insertView,
  lockViewByName,
  updateView,
  upsertEntity,
} from '../stores/definition-store.ts';
import { invalidInput } from './results.ts';

/** Defines a kind of thing; the same name again brings its description up to date. Needs `features:write`. */
export async function defineEntity(
  database: Database,
  identity: Identity,
  input: { readonly name: string; readonly description: string },
): Promise<FeatureEntityRecord | InvalidInput> {
  requireScope(identity, 'features:write');
  if (!isName(input.name))
    return invalidInput('input.name', `"${input.name}" is not 1 to 60 characters of a-z, 0-9 and _.`);
  return upsertEntity(database, { id: randomUUID(), tenant: identity.tenant, ...input });
}

export interface DefineViewInput {
  readonly name: string;
  readonly entity: string;
  readonly description: string;
  readonly features: readonly FeatureDefinition[];
  readonly lifetimeSeconds: number | null;
}

/** Defines a view, or extends the one of that name. Needs `features:write`. */
export async function defineView(
  database: Database,
  identity: Identity,
  input: DefineViewInput,
): Promise<FeatureViewRecord | NotFound | InvalidInput> {
  requireScope(identity, 'features:write');
  const refusal = refuseView(input);
  if (refusal) return refusal;
  const { tenant } = identity;
  return database.transaction(async (tx) => {
    const entity = await entityByName(tx, tenant, input.entity);
    if (!entity)
      return {
        __typename: 'NotFound',
        id: input.entity,
        message: `There is no feature entity "${input.entity}".`,
      };
    const created = await insertView(tx, { ...input, id: randomUUID(), tenant, entityId: entity.id });
    if (created) return created;
    const existing = (await lockViewByName(tx, tenant, input.name)) as FeatureViewRecord;
    if (existing.entityId !== entity.id)
      return invalidInput('input.entity', `The view "${input.name}" describes another kind of thing.`);
    const redefinition = redefine(existing.features, input.features);
    if (redefinition.kind === 'refused') return invalidInput('input.features', redefinition.message);
    return updateView(tx, { ...input, id: existing.id });
  });
}

function refuseView({ name, features, lifetimeSeconds }: DefineViewInput): InvalidInput | undefined {
  if (!isName(name))
    return invalidInput('input.name', `"${name}" is not 1 to 60 characters of a-z, 0-9 and _.`);
  if (lifetimeSeconds !== null && lifetimeSeconds < 1) {
    return invalidInput('input.lifetimeSeconds', `It is ${lifetimeSeconds}: at least 1, or none.`);
  }
  const problem = featuresProblem(features);
  return problem && invalidInput(`input.features${problem.path}`, problem.message);
}
