/**
 * Under what name requests take turns on a device, and what is kept of their prompts is shared.
 *
 * Invariant: no two tenants have one account, and copies of a tenant's answers (`runtime/shadow-traffic`) have one that no tenant
 * can have, whatever it is called.
 */
export interface Owner {
  /** As a signed identity names it. Requests without one are one tenant's. */
  readonly tenant?: string | undefined;
  /** A copy, which its tenant pays nothing for and notices nothing of. */
  readonly isCopy?: boolean | undefined;
}

export function accountOf({ tenant, isCopy = false }: Owner): string {
  return JSON.stringify([isCopy ? 'copy' : 'own', tenant ?? null]);
}
