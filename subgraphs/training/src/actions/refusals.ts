/** Expected refusals: members of the result unions, never thrown. */
import type { Identity } from '@fathom/platform/identity';
import { type Model, platformTenant } from '../domain/records.ts';
import type { FieldProblem } from '../domain/run-config.ts';

export interface InvalidInput {
  readonly __typename: 'InvalidInput';
  readonly message: string;
  readonly field: string;
}

export interface NotFound {
  readonly __typename: 'NotFound';
  readonly message: string;
  readonly id: string;
}

export interface WrongState {
  readonly __typename: 'WrongState';
  readonly message: string;
  readonly state: string;
}

export const invalid = ({ field, message }: FieldProblem): InvalidInput => ({
  __typename: 'InvalidInput',
  field,
  message,
});
export const notFound = (what: string, id: string): NotFound => ({
  __typename: 'NotFound',
  id,
  message: `There is no ${what} ${id}.`,
});
export const wrongState = (state: string, message: string): WrongState => ({
  __typename: 'WrongState',
  state,
  message,
});

/** Whoever sees a model does not always own it: the platform's are changed by administrators only. */
export function mayChange(identity: Identity, owner: Pick<Model, 'tenant'>): boolean {
  return (
    owner.tenant === identity.tenant || (owner.tenant === platformTenant && identity.scopes.includes('admin'))
  );
}

/** What a tenant can see at all. */
export const isVisible = (identity: Identity, { tenant }: Pick<Model, 'tenant'>): boolean =>
  tenant === identity.tenant || tenant === platformTenant;
