/**
 * HAProxy or nginx in front of a gateway, started by the configuration that the README gives. Both reload alike: new processes
 * take new connections, those before them keep theirs until they are done, or until somebody has had enough.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type ProxyKind = 'haproxy' | 'nginx';

export interface RealProxy {
  readonly url: string;
  /** Resolves when new connections meet a new process; those that are open stay with the old one. */
  reload(): Promise<void>;
  /** Kills what a reload has left, with its connections. */
  endOld(): void;
  close(): Promise<void>;
}

export interface RealProxyOptions {
  readonly kind: ProxyKind;
  readonly binary: string;
  readonly gatewayPort: number;
}

const readme = new URL('../README.md', import.meta.url);
const documentedPort = /:?\b8080\b/;
const documentedGateway = '127.0.0.1:4000';

export async function startRealProxy({ kind, binary, gatewayPort }: RealProxyOptions): Promise<RealProxy> {
  const folder = await mkdtemp(join(tmpdir(), `fathom-${kind}-`));
  const port = await freePort();
  const documented = (await documentedConfiguration(kind))
    .replaceAll(documentedGateway, `127.0.0.1:${gatewayPort}`)
    .replace(documentedPort, `127.0.0.1:${port}`);
  const file = join(folder, 'proxy.conf');
  await writeFile(file, kind === 'nginx' ? withinNginx(folder, documented) : `${documented}\n`);
  const args = kind === 'nginx' ? ['-p', folder, '-c', file] : ['-W', '-f', file];
  const master = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [master.stdout, master.stderr])
    output.on('data', (text) => {
      said += String(text);
    });
  const explained = () => new Error(`${kind} does not do what it should:\n${documented}\n${said}`);
  await until(() => accepts(port), explained);
  let old: readonly number[] = [];

  return {
    url: `http://127.0.0.1:${port}`,
    async reload() {
      const before = await workersOf(master);
      master.kill(kind === 'nginx' ? 'SIGHUP' : 'SIGUSR2');
      // The new one is there, and the one before listens no more.
      await until(async () => (await workersOf(master)).some((pid) => !before.includes(pid)), explained);
      await until(() => accepts(port), explained);
      old = before;
    },
    endOld() {
      for (const pid of old) kill(pid);
    },
    async close() {
      const exited = once(master, 'exit');
      master.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The block of the README that is marked as this proxy's. */
async function documentedConfiguration(kind: ProxyKind): Promise<string> {
  const text = await readFile(readme, 'utf8');
  const block = new RegExp(`\`\`\`${kind}\\n(.*?)\n\`\`\``, 's').exec(text)?.[1];
  if (block === undefined) throw new Error(`the README has no configuration for ${kind}`);
  return block;
}

/** What the README's block stands in, on a machine where nginx is installed; here with files of its own. */
function withinNginx(folder: string, block: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      ${block}
    }`;
}

/** One that was done has left by itself. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function workersOf({ pid }: ChildProcess): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

async function until(isSo: () => Promise<boolean>, explained: () => Error): Promise<void> {
  for (let left = 600; !(await isSo()); left -= 1) {
    if (left === 0) throw explained();
    await pause(25);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).then((answer) => {
    socket.destroy();
    return answer === true;
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
