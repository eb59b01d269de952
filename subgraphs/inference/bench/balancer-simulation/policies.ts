import { Balancer } from '../../src/balancer/balancer.ts';
import type { ReplicaReport } from '../../src/balancer/replica.ts';
import type { World } from './simulate.ts';
import type { Policy } from './simulated-router.ts';

/** The product's own. */
export function balancerPolicy({ now, random }: World): Policy {
  const balancer = new Balancer({ now, random });
  return {
    report: (report) => balancer.report(report),
    leave: (replicaId) => balancer.leave(replicaId),
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

/** One after the other, each router from a place of its own; those that are away are passed over. */
export function roundRobinPolicy({ replicaIds, random }: World): Policy {
  let at = Math.floor(random() * replicaIds.length);
  const away = new Set<string>();
  return {
    report({ replicaId, status }) {
      if (status === 'READY') away.delete(replicaId);
      else away.add(replicaId);
    },
    leave: (replicaId) => void away.add(replicaId),
    place() {
      if (away.size === replicaIds.length) return undefined;
      do at = (at + 1) % replicaIds.length;
      while (away.has(replicaIds[at]!));
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
    leave: (replicaId) => void reports.delete(replicaId),
    place() {
      let least = Number.POSITIVE_INFINITY;
      let best: string[] = [];
      for (const [id, { status, activeSequences, queuedRequests }] of reports) {
        if (status !== 'READY') continue;
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
