import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';

/** Admission lets nobody without credentials come this far; throws UNAUTHENTICATED all the same. */
export function principalOf(context: GatewayContext): Principal {
  if (!context.principal) throw raise('UNAUTHENTICATED');
  return context.principal;
}
