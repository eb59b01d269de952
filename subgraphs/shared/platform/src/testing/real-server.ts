import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/**
 * Registers a contract suite for a server of the real kind if the environment names one. With FATHOM_REQUIRE_REAL=1,
 * which CI sets, a missing name is a failure: a suite that did not run must not look like one that passed.
 */
export function withRealServer(variable: string, register: (address: string) => void): void {
  const address = process.env[variable];
  if (address) register(address);
  else if (process.env.FATHOM_REQUIRE_REAL === '1') {
    it(`reaches the real server that ${variable} names`, () => {
      expect.fail(`${variable} is not set, and FATHOM_REQUIRE_REAL=1 demands it`);
    });
  }
}

/** Runs the shell command that kills a real server with SIGKILL and starts it again. */
export async function runRestartCommand(variable: string): Promise<void> {
  const command = process.env[variable];
  if (!command)
    throw new Error(`${variable} must name the command that kills the server and starts it again`);
  await promisify(exec)(command);
}
