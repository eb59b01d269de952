/**
 * Bounds retries to a share of the requests: every request earns a fraction of a retry, so a peer in trouble gets at
 * most that much more load, however many clients retry (as in Finagle and Envoy).
 */
export interface RetryBudget {
  /** Call once a request, before its first attempt. */
  earn(): void;
  /** Spends one retry; false if there is none left. */
  spend(): boolean;
}

export interface RetryBudgetOptions {
  /** Retries a request earns. Default 0.2. */
  readonly perRequest?: number;
  /** What may be saved up, and the balance at the start. Default 10. */
  readonly maxSaved?: number;
}

export function createRetryBudget({ perRequest = 0.2, maxSaved = 10 }: RetryBudgetOptions = {}): RetryBudget {
  let balance = maxSaved;
  return {
    earn() {
      balance = Math.min(maxSaved, balance + perRequest);
    },
    spend() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
