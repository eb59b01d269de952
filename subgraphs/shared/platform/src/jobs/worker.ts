/** The worker's side of the protocol that {@link ./job-executor.ts} draws. */
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { createDeferred } from '../deferred.ts';
import { AppError } from '../errors.ts';

export interface WorkerChannel<Message> {
  /** One line to the service. Durable state must be durable before it is announced. */
  send(message: Message): void;
  /** True once the service asked for an end: save the state and return `stopped`. */
  stopRequested(): boolean;
}

export interface WorkerOptions<Specification, Message> {
  readonly specification: z.ZodType<Specification>;
  readonly run: (
    specification: Specification,
    channel: WorkerChannel<Message>,
  ) => Promise<'done' | 'stopped'>;
  /** The stable code of an error of the job's own libraries, or undefined for one that nobody foresaw. */
  readonly codeOf: (error: unknown) => string | undefined;
}

/** Top level of a worker's module. Never returns: the process ends with its job. */
export async function runWorker<Specification, Message>(
  options: WorkerOptions<Specification, Message>,
): Promise<never> {
  let stopRequested = false;
  const first = createDeferred<string>();
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => {
    first.resolve(line);
    if (line === '{"type":"stop"}') stopRequested = true;
  });
  // Without its service nobody would store what it finds; the next worker goes on from the last checkpoint.
  input.on('close', () => process.exit(70));
  try {
    const specification = options.specification.parse(JSON.parse(await first.promise));
    const ended = await options.run(specification, { send, stopRequested: () => stopRequested });
    send({ type: ended });
  } catch (error) {
    const code = options.codeOf(error) ?? platformCodeOf(error);
    if (code === undefined) {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    }
    send({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  }
  process.exit(0);
}

/** What trying again may mend has no code: the worker then ends as if it had been killed, and is started again. */
function platformCodeOf(error: unknown): string | undefined {
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'STORAGE_FULL';
  if (!(error instanceof AppError)) return undefined;
  return error.retryable && error.code !== 'STORAGE_FULL' ? undefined : error.code;
}

/** Writes to a pipe are synchronous on POSIX, so that an exit cuts nothing off. */
function send(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
