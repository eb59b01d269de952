import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from './data-folder.ts';
import { type LocalProcess, startLocalProcess } from './testing/local-process.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fathom-local-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const processes: LocalProcess[] = [];
afterEach(async () => {
  for (const { child, exit } of processes.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});

function start(behaviours: readonly string[] = [], env: Readonly<Record<string, string>> = {}): LocalProcess {
  const started = startLocalProcess({ behaviours, env: { PORT: '0', FATHOM_HOME: home, ...env } });
  processes.push(started);
  return started;
}

const running = async (): Promise<Running> =>
  JSON.parse(await readFile(join(home, 'running.json'), 'utf8')) as Running;

/** A process's children, as Linux knows them; tests kill them as an accident would. */
function pidsOf(parent: number): number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** The evidence comes from the kernel, which sends no events: it has to be asked until it says so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const untilGone = (pids: readonly number[]): Promise<void> => until(() => !pids.some(isAlive));

const servicesOf = ({ child }: LocalProcess): number[] =>
  pidsOf(child.pid as number).filter((pid) => commandOf(pid).includes('fixture-service'));

describe('starting', () => {
  it('ends in a banner with services, addresses, parts and, the first time, the admin key', async () => {
    const first = start();
    await first.says('Ask something');
    const banner = first.stdout();
    expect(banner).toMatch(/✓ inference +[\d,]+ ms/);
    expect(banner).toMatch(/✓ gateway +[\d,]+ ms/);
    expect(banner).toMatch(/Database +PostgreSQL 18 \(embedded, port \d+\)/);
    expect(banner).toMatch(/Devices +cpu/);
    expect(banner).toContain('fth_first_secret');
    const { url } = await running();
    expect(banner).toContain(url);
    first.child.kill('SIGINT');
    expect(await first.exit).toBe(0);

    const second = start();
    await second.says('Ask something');
    expect(second.stdout()).not.toContain('fth_first_secret');
    expect(second.stdout()).toContain(join(home, 'keys', 'admin'));
  });

  it('keeps keys from other users', async () => {
    const local = start();
    await local.says('Ask something');
    for (const [path, mode] of [
      ['keys', 0o700],
      ['keys/gateway.jwk', 0o600],
      ['keys/inference.jwk', 0o600],
      ['keys/training.jwk', 0o600],
      ['keys/proof.key', 0o600],
    ] as const) {
      expect((await stat(join(home, path))).mode & 0o777).toBe(mode);
    }
  });

  it('says which service failed and why, shows no banner, and leaves nothing running', async () => {
    const local = start(['inference=crash']);
    expect(await local.exit).toBe(1);
    expect(local.stdout()).not.toContain('✓');
    expect(local.stderr()).toContain('inference left with exit code 1 before it was ready');
    expect(local.stderr()).toContain('the model file is corrupt');
    await expect(stat(join(home, 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says which service never became ready and which of its checks failed', async () => {
    // Where the time is over before the services answer at all, it was too short for this machine.
    let local: LocalProcess;
    let timeoutMs = 3_000;
    do {
      local = start(['gateway=unready'], { START_TIMEOUT_MS: String(timeoutMs) });
      expect(await local.exit).toBe(1);
      expect(local.stdout()).not.toContain('✓');
      timeoutMs *= 2;
    } while (local.stderr().includes('does not answer'));
    expect(local.stderr()).toContain('gateway is not ready: engine: the model is loading');
  });

  it('names every port in use and the variable that changes it', async () => {
    const taken = await Promise.all([occupy(), occupy()]);
    const ports = taken.map((server) => (server.address() as { port: number }).port);
    const local = start([], { PORT: String(ports[0]), INFERENCE_PORT: String(ports[1]), POSTGRES_PORT: '0' });
    expect(await local.exit).toBe(1);
    expect(local.stderr()).toContain(
      `port ${ports[0]} for gateway is in use; stop what uses it, or set PORT to another`,
    );
    expect(local.stderr()).toContain(
      `port ${ports[1]} for inference is in use; stop what uses it, or set INFERENCE_PORT`,
    );
    for (const server of taken) server.close();
  });

  it('refuses a data folder in use, and takes over one whose holder died', async () => {
    await writeFile(join(home, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));
    const first = start();
    await first.says('Ask something');
    const second = start();
    expect(await second.exit).toBe(1);
    expect(second.stderr()).toContain(`process ${first.child.pid} holds`);
  });

  it('lists all that is wrong with the environment and leaves with 2', async () => {
    const local = start([], { PORT: 'web', POSTGRES_PORT: '-1' });
    expect(await local.exit).toBe(2);
    expect(local.stderr()).toMatch(/PORT: [\s\S]*POSTGRES_PORT: /);
  });
});

describe('running', () => {
  it('brings back a service that was killed, and says so', async () => {
    const local = start();
    await local.says('Ask something');
    const { services } = await running();
    const [victim] = pidsOf(local.child.pid as number).filter((pid) =>
      commandOf(pid).includes('fixture-service'),
    );
    process.kill(victim as number, 'SIGKILL');
    await local.says(/was killed by SIGKILL; it is started again[\s\S]*is back after \d+ ms/);
    for (const baseUrl of Object.values(services))
      expect((await fetch(`${baseUrl}/readyz`)).status).toBe(200);
  });

  it('brings back a database that was killed', async () => {
    const local = start();
    await local.says('Ask something');
    const [postmaster] = pidsOf(local.child.pid as number).filter((pid) =>
      /\/postgres /.test(commandOf(pid)),
    );
    process.kill(postmaster as number, 'SIGKILL');
    await local.says(/PostgreSQL ended \(SIGKILL\)[\s\S]*PostgreSQL is back/);
  });
});

describe('stopping', () => {
  it('ends every process on Ctrl-C, with manners, and leaves with 0', async () => {
    const local = start();
    await local.says('Ask something');
    const pids = pidsOf(local.child.pid as number);
    local.child.kill('SIGINT');
    expect(await local.exit).toBe(0);
    expect(local.stdout()).toContain('Your data is kept.');
    expect(await readFile(join(home, 'logs', 'gateway.log'), 'utf8')).toContain('closed');
    await untilGone(pids);
  });

  it('leaves no orphan behind when it is killed itself', async () => {
    const local = start();
    await local.says('Ask something');
    const pids = pidsOf(local.child.pid as number);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    local.child.kill('SIGKILL');
    await local.exit;
    await untilGone(pids);
  });

  it('can be interrupted while it starts', async () => {
    const local = start(['gateway=unready']);
    await until(() => servicesOf(local).length === 2);
    local.child.kill('SIGINT');
    expect(await local.exit).toBe(0);
    expect(local.stdout()).not.toContain('✓');
  });
});

function occupy(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
