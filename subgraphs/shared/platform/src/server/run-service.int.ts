import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReadyMessage } from './run-service.ts';

const fixture = fileURLToPath(new URL('../testing/service-fixture.ts', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(behaviour: string, env: Readonly<Record<string, string>> = {}) {
  const child = fork(fixture, [behaviour], {
    execArgv: ['--conditions=development', '--import', 'tsx'],
    env: { ...process.env, ...env },
    silent: true,
  });
  children.push(child);
  const output = Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
  ]);
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ready = once(child, 'message').then(([message]) => message as ReadyMessage);
  return { child, output, exit, ready };
}

describe('a service', () => {
  it('tells its parent when it is ready and on which port', async () => {
    const { ready } = start('serve');
    const { port, ...message } = await ready;
    expect(message).toEqual({ type: 'ready', service: 'fixture', ms: expect.any(Number) });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('closes and leaves with 0 on %s', async (signal) => {
    const { child, ready, exit, output } = start('serve');
    await ready;
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect((await output)[0]).toBe('closed\n');
  });

  it('closes when its parent is gone', async () => {
    const { child, ready, exit } = start('serve');
    await ready;
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  it('says in one line why it cannot start, and leaves with 1', async () => {
    const { exit, output } = start('fail');
    expect(await exit).toEqual([1, null]);
    expect((await output)[1].split('\n')[0]).toBe('fathom fixture cannot start: the model file is corrupt');
  });

  it('leaves with 2 when its environment is not valid', async () => {
    const { exit, output } = start('serve', { PORT: 'http' });
    expect(await exit).toEqual([2, null]);
    expect((await output)[1]).toContain('PORT: ');
  });

  it('names the port that is taken and leaves with 3', async () => {
    const first = start('serve');
    const { port } = await first.ready;
    const second = start('serve', { PORT: String(port) });
    expect(await second.exit).toEqual([3, null]);
    expect((await second.output)[1]).toContain(`127.0.0.1:${port}`);
  });
});
