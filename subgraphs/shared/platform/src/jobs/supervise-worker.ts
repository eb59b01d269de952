import { z } from 'zod';
import { within } from '../deferred.ts';
import type { JobExecutor } from './job-executor.ts';

/** Why a job is to leave its worker. */
export type StopReason = 'STOP_REQUESTED' | 'LEASE_LOST' | 'SHUTTING_DOWN';

export type WorkerOutcome =
  | { readonly kind: 'done' }
  /** It ended because it was asked to, with its state saved. */
  | { readonly kind: 'stopped' }
  /** It found out why it cannot go on. Trying again would end the same. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** It ended without a word: killed, out of memory, or a crash. Trying again may help. */
  | { readonly kind: 'died'; readonly detail: string; readonly cause?: 'OUT_OF_MEMORY' };

const ending = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('stopped') }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);

export interface SuperviseOptions<Message> {
  readonly executor: JobExecutor;
  readonly specification: unknown;
  /** The job's own protocol; a line that does not fit is a fault of the program. */
  readonly messages: z.ZodType<Message>;
  /** Messages are handed over one by one; the worker's pipe holds back what is not yet taken. */
  readonly onMessage: (message: Message) => Promise<void>;
  /** Aborted with a {@link StopReason}. A lost lease kills: another instance runs the job already. */
  readonly signal: AbortSignal;
  /** How long a worker may take to save its state once asked to stop. */
  readonly stopTimeoutMs?: number;
}

/** Runs one worker to its end. An error of `onMessage` kills the worker and is thrown. */
export async function superviseWorker<Message>(options: SuperviseOptions<Message>): Promise<WorkerOutcome> {
  const { executor, specification, signal, stopTimeoutMs = 30_000 } = options;
  if (signal.aborted) return { kind: 'stopped' };
  const worker = executor.start(specification);
  const onAbort = () => {
    if (signal.reason === 'LEASE_LOST') return worker.kill();
    worker.stop();
    void within(worker.exited, stopTimeoutMs).then((result) => result === 'timeout' && worker.kill());
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    let outcome: WorkerOutcome | undefined;
    for await (const line of worker.messages) {
      const end = ending.safeParse(line);
      if (end.success) outcome = toOutcome(end.data);
      else await options.onMessage(options.messages.parse(line));
    }
    const exit = await worker.exited;
    return outcome ?? { kind: 'died', ...exit };
  } finally {
    signal.removeEventListener('abort', onAbort);
    worker.kill();
    await worker.exited;
  }
}

function toOutcome(end: z.infer<typeof ending>): WorkerOutcome {
  return end.type === 'failed'
    ? { kind: 'failed', code: end.code, message: end.message }
    : { kind: end.type };
}
