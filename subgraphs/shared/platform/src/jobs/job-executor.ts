/**
 * Where a job's worker runs. The contract assumes nothing local: a worker is given one JSON specification and answers
 * in JSON lines, so a child process and a Kubernetes Job are the same to the service.
 *
 *   service -> worker (stdin)   line 1: the specification; later, at most once: {"type":"stop"}
 *   worker -> service (stdout)  any lines of the job's own protocol, then exactly one ending:
 *                               {"type":"done"} | {"type":"stopped"} | {"type":"failed","code":...,"message":...}
 *   stderr                      for people; kept in the service's log
 *
 * A worker whose stdin closes has lost its service and ends itself. A worker that ends without an ending has died.
 */
export interface WorkerExit {
  /** For people: `ended by SIGKILL`, `exit code 1: <last line of stderr>`. */
  readonly detail: string;
  /** What is known of the cause beyond that; a kernel or a cluster that killed it for want of memory says so. */
  readonly cause?: 'OUT_OF_MEMORY';
}

export interface WorkerHandle {
  /** Identifies the worker to an operator, for instance `pid 4711`. */
  readonly name: string;
  /** The lines of the worker, parsed; ends when no more can come. */
  readonly messages: AsyncIterable<unknown>;
  /** Asks it to end after the step under way. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
  readonly exited: Promise<WorkerExit>;
}

export interface JobExecutor {
  /** As /readyz and the banner say it. */
  readonly implementation: string;
  start(specification: unknown): WorkerHandle;
  /** Whether a worker could start now. */
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>;
}
