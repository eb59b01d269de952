import type { ExecutionProvider } from '@fathom/neural/runtime/execution-provider';
import { startProcess } from '@fathom/platform/worker-process';
import type { ProbeReply } from './probe-process.ts';

/** Drivers compile and check for some seconds when they are used for the first time. */
const probeTimeoutMs = 60_000;

/** Whether the provider computes on this machine. Never rejects: a crash or a hang of its driver is an answer too. */
export function probeProvider(provider: ExecutionProvider): Promise<ProbeReply> {
  const child = startProcess(new URL('./probe-process.ts', import.meta.url), {
    args: [JSON.stringify(provider)],
  });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-1_000);
  });
  return new Promise((resolve) => {
    const fail = (message: string): void => resolve({ kind: 'fails', message });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`It gave no answer for ${probeTimeoutMs / 1_000} s.`);
    }, probeTimeoutMs);
    child.once('message', (reply: ProbeReply) => resolve(reply));
    child.once('error', (error) => fail(`The process that tries it could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`The process that tried it ended by ${signal ?? `exit code ${code}`}. ${output.trim()}`);
    });
  });
}
