import type { Identity } from '@fathom/platform/identity';
import { platformTenant } from '../domain/records.ts';

interface Owned {
  readonly tenant: string;
}

/** Whoever sees a thing does not always own it: the platform's are changed by administrators only. */
export function mayChange(identity: Identity, { tenant }: Owned): boolean {
  return tenant === identity.tenant || (tenant === platformTenant && identity.scopes.includes('admin'));
}

/** What a tenant can see at all. */
export const isVisible = (identity: Identity, { tenant }: Owned): boolean =>
  tenant === identity.tenant || tenant === platformTenant;
