/**
 * The life of the supervisor's process.
 * Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 it could not start, 2 the environment is not valid, 130 a second Ctrl-C.
 */
import { readLocalEnv } from './env.ts';
import type { ServiceDefinition } from './service-table.ts';
import { StartError } from './start-error.ts';
import { startSupervisor } from './supervisor.ts';
import { createTerminal } from './terminal.ts';

export async function runLocal(
  services: readonly ServiceDefinition[],
  prepare?: () => Promise<void>,
): Promise<never> {
  const terminal = createTerminal();
  const read = readLocalEnv(process.env);
  if (!read.ok) {
    process.stderr.write(`The environment is not valid:\n${indented(read.problems)}`);
    process.exit(2);
  }

  const interruption = watchSignals();
  try {
    const supervisor = await startSupervisor({
      env: read.env,
      services,
      terminal,
      signal: interruption.signal,
      prepare,
    });
    interruption.onImpatience(supervisor.kill);
    await interruption.happened;
    terminal.write('\nStopping …');
    await supervisor.stop();
    terminal.write('Stopped. Your data is kept.');
    process.exit(0);
  } catch (error) {
    if (interruption.signal.aborted) {
      terminal.write('Stopped.');
      process.exit(0);
    }
    const { message, stack = '' } = error as Error;
    process.stderr.write(
      `Fathom cannot start: ${message}\n${indented(error instanceof StartError ? error.details : [stack])}`,
    );
    process.exit(1);
  }
}

function watchSignals() {
  const controller = new AbortController();
  let impatient: () => void = () => undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted && signal === 'SIGINT') {
        // What has no time to stop is ended; the database's own guard stops it once we are gone.
        impatient();
        process.exit(130);
      }
      controller.abort();
    });
  }
  return {
    signal: controller.signal,
    happened: new Promise<void>((resolve) =>
      controller.signal.addEventListener('abort', () => resolve(), { once: true }),
    ),
    onImpatience(act: () => void): void {
      impatient = act;
    },
  };
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
