import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from '@fathom/platform/repository';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildServices } from './build-services.ts';

const packages = join(repositoryRoot(), 'node_modules');
let folder: string;
let outputFolder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-build-'));
  outputFolder = join(folder, 'out');
  await symlink(packages, join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const entry = join(folder, 'main.ts');
  const built = await buildServices({ entries: [entry], outputFolder, packages });
  const { stdout } = await promisify(execFile)(process.execPath, [built.get(entry) as string]);
  return stdout.trim();
}

describe('a built service', () => {
  it('finds its files where its sources lie', async () => {
    const output = await run({ 'main.ts': `console.log(new URL('../sql/', import.meta.url).href);` });
    expect(output).toBe(new URL('../sql/', pathToFileURL(join(folder, 'main.ts'))).href);
  });

  it('imports this workspace and its packages', async () => {
    const output = await run({
      'main.ts': `import { hasScope } from '@fathom/platform/identity';
        import { parse } from 'graphql';
        const kind: string = parse('{ a }').kind;
        console.log(kind, hasScope({ subject: 'a', tenant: 't', roles: [], scopes: ['admin'] }, 'training:write'));`,
    });
    expect(output).toBe('Document true');
  });

  it.each(["'./worker.ts'", "'./worker.js'", '`./worker$'.concat('{extname(import.meta.url)}`')])(
    'starts a thread named %s from a bundle of that thread',
    async (name) => {
      const output = await run({
        'main.ts': `import { Worker } from 'node:worker_threads';
        import { extname } from 'node:path';
        console.assert(extname('a.b') === '.b');
        new Worker(new URL(${name}, import.meta.url)).once('message', (said) => console.log(said));`,
        'worker.ts': `import { parentPort } from 'node:worker_threads';
        import { greeting } from './greeting.ts';
        parentPort?.postMessage(greeting);`,
        'greeting.ts': `export const greeting: string = 'hello from the thread';`,
      });
      expect(output).toBe('hello from the thread');
    },
  );

  it('keeps its name while its content stays, and what is old is removed', async () => {
    const built = async () => (await readdir(outputFolder)).filter((name) => name.endsWith('.mjs'));
    await run({ 'main.ts': 'console.log(1);' });
    const [first] = await built();
    await run({ 'main.ts': 'console.log(1);' });
    expect(await built()).toEqual([first]);
    const longAgo = new Date(Date.now() - 8 * 86_400_000);
    await utimes(join(outputFolder, first as string), longAgo, longAgo);
    await run({ 'main.ts': 'console.log(2);' });
    expect(await built()).toEqual([expect.not.stringContaining(first as string)]);
  });

  it('refuses a source that is no TypeScript, naming the place', async () => {
    await expect(run({ 'main.ts': 'const = 1;' })).rejects.toThrow(/main\.ts:1:6/);
  });
});
