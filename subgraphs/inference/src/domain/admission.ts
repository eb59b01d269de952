/**
 * Whether one more request may wait for a device. The queue is bounded: beyond it a client is told when to come back
 * instead of waiting without an end.
 *
 * Invariant: no tenant has more requests waiting than there are places free, so there is a place left for who has none. A
 * tenant alone may fill half of the queue, of two who ask for more each gets a third: nothing is lost by it, as the slots are
 * full whenever anything waits. Source: the dynamic thresholds of Choudhury and Hahne, IEEE/ACM Transactions on Networking
 * 6(2), 1998, with a factor of one.
 */
export interface DeviceLoad {
  /** Requests that the device has, decoding or waiting. */
  readonly requests: number;
  readonly maxSequences: number;
  readonly maxQueued: number;
  /** How long a request took lately, milliseconds; 0 before the first. */
  readonly meanRequestMs: number;
}

/** What of the requests has no slot yet, as this process knows it. */
export interface WithoutSlot {
  /** Of the tenant that asks, what it asks for left out. */
  readonly ofTenant: number;
  readonly ofAll: number;
}

export type Admission =
  | { readonly kind: 'admitted' }
  | {
      readonly kind: 'overloaded';
      /** Nobody gets a place, or this tenant has its share of them. */
      readonly reason: 'QUEUE_FULL' | 'TENANT_SHARE';
      /** Requests that wait: everybody's, or the tenant's. */
      readonly queued: number;
      readonly retryAfterMs: number;
    };

const leastRetryMs = 100;

export function admit(load: DeviceLoad, withoutSlot: WithoutSlot = { ofTenant: 0, ofAll: 0 }): Admission {
  const { requests, maxSequences, maxQueued } = load;
  if (requests < maxSequences) return { kind: 'admitted' };
  const queued = requests - maxSequences;
  if (queued >= maxQueued)
    return {
      kind: 'overloaded',
      reason: 'QUEUE_FULL',
      queued,
      // A place is free once one more request than the excess has ended.
      retryAfterMs: untilEnded(queued - maxQueued + 1, load),
    };
  // What begins at once on a slot that is free has none yet, but does not wait either.
  const begins = Math.max(0, withoutSlot.ofAll - queued);
  const ofTenant = Math.max(0, withoutSlot.ofTenant - begins);
  const free = maxQueued - queued;
  if (ofTenant < free) return { kind: 'admitted' };
  return {
    kind: 'overloaded',
    reason: 'TENANT_SHARE',
    queued: ofTenant,
    // Whosever request ends, a place is free; one of the tenant's own gives two.
    retryAfterMs: untilEnded(ofTenant - free + 1, load),
  };
}

/** `maxSequences` of them end every `meanRequestMs`. */
function untilEnded(requests: number, { maxSequences, meanRequestMs }: DeviceLoad): number {
  return Math.max(leastRetryMs, Math.ceil((requests / maxSequences) * meanRequestMs));
}
