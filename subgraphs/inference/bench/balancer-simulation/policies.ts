import { Balancer } from '../../src/balancer/balancer.ts';
import type { ReplicaReport } from '../../src/balancer/replica.ts';
import type { Policy, World } from './simulate.ts';

/** The product's own. */
export function balancerPolicy({ now, random }: World): Policy {
  const balancer = new Balancer({ now, random });
  return {
    report: (report) => balancer.report(report),
    place(request) {
      const placement = balancer.place(request);
      return (
        placement && {
          replicaId: placement.replicaId,
          firstToken: (ttftMs) => balancer.firstToken(placement, ttftMs),
        }
      );
    },
  };
}

/** One after the other, each router from a place of its own. */
export function roundRobinPolicy({ replicaIds, random }: World): Policy {
  let at = Math.floor(random() * replicaIds.length);
  return {
    report: () => {},
    place() {
      at = (at + 1) % replicaIds.length;
      return { replicaId: replicaIds[at]!, firstToken: () => {} };
    },
  };
}

/** The fewest requests, by the last report and what this router has sent since; of equal ones a random one. */
export function leastQueuePolicy({ random }: World): Policy {
  const reports = new Map<string, ReplicaReport>();
  const since = new Map<string, number>();
  return {
    report(report) {
      reports.set(report.replicaId, report);
      since.set(report.replicaId, 0);
    },
    place() {
      let least = Number.POSITIVE_INFINITY;
      let best: string[] = [];
      for (const [id, { activeSequences, queuedRequests }] of reports) {
        const requests = activeSequences + queuedRequests + (since.get(id) ?? 0);
        if (requests > least) continue;
        if (requests < least) best = [];
        least = requests;
        best.push(id);
      }
      const replicaId = best[Math.floor(random() * best.length)];
      if (replicaId === undefined) return undefined;
      since.set(replicaId, (since.get(replicaId) ?? 0) + 1);
      return { replicaId, firstToken: () => {} };
    },
  };
}
