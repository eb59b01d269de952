/** What every resolver of every service gets, besides the loaders and domain objects of its own. */
import type { Identity } from '../identity.ts';
import type { Logger } from '../logging.ts';

export interface RequestContext {
  /** Verified; the only source of the tenant. */
  readonly identity: Identity;
  /** Aborts when nobody waits for the result any more; `reason` is a {@link CancelReason}. */
  readonly signal: AbortSignal;
  /** Carries the tenant and the trace. */
  readonly logger: Logger;
  /** 32 hex digits. */
  readonly traceId: string;
}

/**
 * Why a request's signal aborted:
 * - `UNSUBSCRIBED`: the client sent `complete`; it does not want the rest, so the work may stop for good;
 * - `DISCONNECTED`: its socket went away without a word; it may come back and resume;
 * - `DRAINING`: this process is shutting down; the client is asked to reconnect elsewhere.
 */
export type CancelReason = 'UNSUBSCRIBED' | 'DISCONNECTED' | 'DRAINING';

/** Narrows `signal.reason`; anything a stranger aborted with counts as a lost client. */
export function cancelReason(signal: AbortSignal): CancelReason {
  return signal.reason === 'UNSUBSCRIBED' || signal.reason === 'DRAINING' ? signal.reason : 'DISCONNECTED';
}
