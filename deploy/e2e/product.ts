/** The product as a user starts it: `npm start` in a process of its own, with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFathomClient, type FathomClient } from '@fathom/gateway/client';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Product {
  /** The gateway, `http://127.0.0.1:port`. */
  readonly url: string;
  readonly adminKey: string;
  readonly home: string;
  /** All that `npm start` printed so far. */
  readonly output: () => string;
  readonly client: FathomClient;
  /** The process of a service, as it is now; undefined while it is down. */
  pidOf(service: string): Promise<number | undefined>;
  /** Environment for commands that talk to this product. */
  readonly env: NodeJS.ProcessEnv;
  /** `npm run fathom -- ARGS`, as its administrator. */
  fathom(...args: readonly string[]): Promise<CommandResult>;
  /** Ctrl-C. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly home?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function newHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'fathom-e2e-'));
}

/** Resolves when the banner is there. Throws with all output if the command ends before. */
export async function startProduct({ home, env: extra = {} }: StartOptions = {}): Promise<Product> {
  const folder = home ?? (await newHome());
  const env = { ...process.env, PORT: '0', FATHOM_HOME: folder, ...extra };
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await bannerOf(child, () => output);
  const running = JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')) as {
    url: string;
    pid: number;
  };
  const adminKey = (await readFile(join(folder, 'keys', 'admin'), 'utf8')).trim();
  const url = new URL(running.url).origin;
  const client = createFathomClient({ url, apiKey: adminKey });
  const clientEnv = { ...env, FATHOM_URL: url, FATHOM_API_KEY: adminKey };
  return {
    url,
    adminKey,
    home: folder,
    output: () => output,
    client,
    env: clientEnv,
    fathom: (...args) => command(['npm', 'run', '--silent', 'fathom', '--', ...args], { env: clientEnv }),
    pidOf: (service) => childOf(running.pid, service),
    async stop() {
      await client.close();
      const exited = once(child, 'exit');
      process.kill(running.pid, 'SIGINT');
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

async function bannerOf(child: ChildProcess, output: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (/Fathom is ready .*[\s\S]*Ask something/.test(output())) resolve();
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) =>
      reject(new Error(`npm start ended with ${code} before the banner:\n${output()}`)),
    );
  });
}

/** Services are children of the supervisor whose command line names them. */
async function childOf(supervisor: number, service: string): Promise<number | undefined> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = await readFile(join('/proc', entry, 'stat'), 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent !== supervisor) continue;
      const command = await readFile(join('/proc', entry, 'cmdline'), 'utf8');
      if (new RegExp(`[-/]${service}[-/]src[-/]index`).test(command)) return Number(entry);
    } catch {
      // The process ended while it was looked at.
    }
  }
  return undefined;
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the README, run to its end. `input` goes to its standard input; `onOutput` may interrupt it. */
export async function command(
  args: readonly string[],
  {
    env,
    input,
    onOutput,
    onError,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly input?: string;
    readonly onOutput?: (stdout: string, child: ChildProcess) => void;
    readonly onError?: (stderr: string) => void;
  },
): Promise<CommandResult> {
  const [file = 'npm', ...rest] = args;
  const child = spawn(file, rest, {
    cwd: root,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    onOutput?.(stdout, child);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    onError?.(stderr);
  });
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
