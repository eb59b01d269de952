/**
 * Whose credential it was that is not valid any more, or not here: a revoked key whose secret was right, a token that was
 * signed by the issuer and is over. For the record only; it lets nobody in.
 */
import type { AppError } from '@fathom/platform/errors';
import type { Principal } from './principal.ts';

const holders = new WeakMap<AppError, Principal>();

export function ofHolder(error: AppError, principal: Principal): AppError {
  holders.set(error, principal);
  return error;
}

/** `undefined` where nobody was proven. */
export const holderOf = (error: AppError): Principal | undefined => holders.get(error);
