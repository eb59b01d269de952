import { raisePlatform } from '../errors.ts';
import { hasScope, type Identity } from '../identity.ts';

/** The domain's entry points call this first. Throws AppError FORBIDDEN naming the scope. */
export function requireScope(identity: Identity, scope: string): void {
  if (hasScope(identity, scope)) return;
  throw raisePlatform('FORBIDDEN', { because: `it needs "${scope}"`, details: { requiredScope: scope } });
}
