/** What computes requests: a device of this process, or another process. */
import type { ReplicaReport } from '../balancer/replica.ts';
import type { LoadedModel } from '../engine/protocol.ts';
import type { RequestInFlight } from '../engine/request-in-flight.ts';

export interface Replica {
  readonly id: string;
  readonly isPeer: boolean;
  /** As it stands, or as it was heard of last. */
  report(): ReplicaReport;
  /** The version that it has loaded. */
  loaded(versionId: string): LoadedModel | undefined;
  /** Begins a request, or goes on with one that another replica lost. It has it from now on. */
  take(inFlight: RequestInFlight): void;
  /** Ends a request with reason CANCELLED. Unknown ids are ignored. */
  cancel(id: string): void;
}
