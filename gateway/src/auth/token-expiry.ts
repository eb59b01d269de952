/**
 * The end of a token while something is open by it. A key's end is seen by `key-watch.ts`; a token says its own.
 *
 * What runs is left resumable: its client fetches a new token and continues behind its last cursor. A connection cannot
 * be authenticated again, so it is closed.
 */
import type { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';
import type { Principal } from './principal.ts';

/** A longer timer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Calls back once, when the token is over. Returns how to stop waiting for it. */
export function onTokenExpiry(
  principal: Principal | undefined,
  callback: (error: AppError) => void,
): () => void {
  if (!principal?.expiresAt || principal.isKey) return () => undefined;
  const end = principal.expiresAt.getTime();
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = end - Date.now();
    timer =
      left > maxTimerMs
        ? setTimeout(wait, maxTimerMs)
        : setTimeout(() => callback(raise('TOKEN_EXPIRED')), Math.max(0, left));
  };
  wait();
  return () => clearTimeout(timer);
}
