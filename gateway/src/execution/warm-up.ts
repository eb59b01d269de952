/**
 * A new supergraph comes into service with the plans of what is asked most lately: otherwise every reload would make each
 * client wait for 3 to 5 ms of planning, all at once and in one thread.
 *
 * It gives way after every plan, so that what runs on the present supergraph goes on, and stops when its time is over.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { wholeOperation } from '../operations/defer.ts';
import type { OperationPreparer } from '../operations/prepare.ts';
import { isRefusal } from '../operations/refusal.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { OperationPlanner } from './operation-plan.ts';

export interface WarmUpOptions {
  readonly preparer: Pick<OperationPreparer, 'recent' | 'prepare'>;
  readonly planner: OperationPlanner;
  readonly maxOperations: number;
  readonly maxMs: number;
}

/** Resolves with how many operations are ready. One that the new supergraph no longer knows is left out. */
export function createWarmUp({ preparer, planner, maxOperations, maxMs }: WarmUpOptions) {
  return async (present: Snapshot, next: Snapshot): Promise<number> => {
    const endsAt = performance.now() + maxMs;
    let ready = 0;
    for (const { query, operationName, kind } of preparer.recent(present).slice(-maxOperations).reverse()) {
      if (performance.now() > endsAt) break;
      await turn();
      const prepared = preparer.prepare(next, {
        query,
        operationName,
        variables: undefined,
        extensions: undefined,
      });
      if (isRefusal(prepared)) continue;
      // Subscriptions are planned by whoever streams them.
      try {
        if (kind !== 'subscription') planner.planFor(next, wholeOperation(prepared), '');
        ready += 1;
      } catch {
        // Whoever sends it is told why it cannot be planned; the others do not wait for that.
      }
    }
    return ready;
  };
}
