/**
 * The frame of every `src/index.ts`: starts the service, tells its parent, and stops it once on SIGTERM, SIGINT or the
 * death of the parent that it shares an IPC channel with, so that no child outlives a killed supervisor.
 *
 * Exit codes: 0 stopped as asked, 1 could not start or stop, 2 the environment is not valid, 3 the port is taken.
 */
import { within } from '../deferred.ts';
import { AppError } from '../errors.ts';

export interface RunningService {
  /** The port it listens on, for the parent. */
  readonly port?: number;
  close(): Promise<void>;
}

/** Sent to the parent process once the service can be used. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly service: string;
  readonly port: number | undefined;
  /** From the start of the process. */
  readonly ms: number;
}

/** Longer than any drain: what has not stopped by then is stuck. */
const stopTimeoutMs = 15_000;

export async function runService(name: string, start: () => Promise<RunningService>): Promise<void> {
  let stopping = false;
  const started = start();

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    try {
      const stopped = within(
        started.then((service) => service.close()),
        stopTimeoutMs,
      );
      if ((await stopped) === 'timeout') throw new Error(`it did not stop within ${stopTimeoutMs} ms`);
      process.exit(0);
    } catch (error) {
      report(name, 'did not stop cleanly', error);
      process.exit(1);
    }
  }

  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  if (process.send) process.once('disconnect', () => void stop());
  process.on('uncaughtException', (error) => {
    report(name, 'failed', error);
    process.exit(1);
  });

  try {
    const service = await started;
    const ready: ReadyMessage = {
      type: 'ready',
      service: name,
      port: service.port,
      ms: Math.round(performance.now()),
    };
    if (!stopping) process.send?.(ready);
  } catch (error) {
    if (stopping) return;
    report(name, 'cannot start', error);
    process.exit(error instanceof AppError && error.code === 'PORT_IN_USE' ? 3 : 1);
  }
}

/** One readable line for a human, then the stack for whoever has to mend it. */
function report(name: string, what: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`fathom ${name} ${what}: ${message}\n`);
  if (error instanceof Error && !(error instanceof AppError) && error.stack)
    process.stderr.write(`${error.stack}\n`);
}
