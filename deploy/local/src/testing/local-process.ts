/** The supervisor as a user starts it: a process of its own, with its output collected. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LocalProcess {
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once the output holds the text; rejects with all of it if the process ends before. */
  says(text: string | RegExp): Promise<void>;
  readonly exit: Promise<number | null>;
}

export interface StartLocalOptions {
  readonly entry?: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly behaviours?: readonly string[];
}

const fixture = new URL('./fixture-local.ts', import.meta.url);

export function startLocalProcess({
  entry = fixture,
  env,
  behaviours = [],
}: StartLocalOptions): LocalProcess {
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--import', 'tsx', fileURLToPath(entry), ...behaviours],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const collect = (stream: NodeJS.ReadableStream | null, add: (text: string) => void) =>
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      add(chunk);
      for (const listener of listeners) listener();
    });
  collect(child.stdout, (text) => (stdout += text));
  collect(child.stderr, (text) => (stderr += text));
  const exit = once(child, 'close').then(([code]) => code as number | null);

  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    says(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const all = stdout + stderr;
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void exit.then((code) =>
          reject(new Error(`It ended (${code}) without saying ${text}:\n${stdout}${stderr}`)),
        );
      });
    },
    exit,
  };
}
