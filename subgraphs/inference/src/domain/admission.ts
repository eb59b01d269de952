/**
 * Whether one more request may wait for a device. The queue is bounded: beyond it a client is told when to come back
 * instead of waiting without an end.
 */
export interface DeviceLoad {
  /** Requests that the device has, decoding or waiting. */
  readonly requests: number;
  readonly maxSequences: number;
  readonly maxQueued: number;
  /** How long a request took lately, milliseconds; 0 before the first. */
  readonly meanRequestMs: number;
}

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'overloaded'; readonly queued: number; readonly retryAfterMs: number };

const leastRetryMs = 100;

export function admit({ requests, maxSequences, maxQueued, meanRequestMs }: DeviceLoad): Admission {
  if (requests < maxSequences + maxQueued) return { kind: 'admitted' };
  // A place is free once one more request than the excess has ended; `maxSequences` of them end every meanRequestMs.
  const toEnd = requests - (maxSequences + maxQueued) + 1;
  const retryAfterMs = Math.max(leastRetryMs, Math.ceil((toEnd / maxSequences) * meanRequestMs));
  return { kind: 'overloaded', queued: requests - maxSequences, retryAfterMs };
}
