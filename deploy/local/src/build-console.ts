/**
 * The gateway's console, built by Vite when its sources changed: the first start builds it (about 10 s, while the
 * database is made), later ones find it fresh by the hash of what it is made from.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@fathom/platform/repository';
import { StartError } from './start-error.ts';

const sources = ['gateway/console/src', 'gateway/console/public', 'schema/operations'];
const sourceFiles = [
  'gateway/console/index.html',
  'gateway/console/vite.config.ts',
  'gateway/console/package.json',
];

/** Throws StartError with Vite's complaint. */
export async function buildConsole(root: string = repositoryRoot()): Promise<void> {
  const folder = join(root, 'gateway', 'console');
  const stamp = join(folder, 'dist', '.sources');
  const hash = await hashOfSources(root);
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  try {
    await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: folder });
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    throw new StartError('The console cannot be built.', stderr.trim().split('\n'));
  }
  await writeFile(stamp, hash);
}

async function hashOfSources(root: string): Promise<string> {
  const folders = await Promise.all(
    sources.map(async (source) => (await readdir(join(root, source))).map((name) => join(source, name))),
  );
  const hash = createHash('sha256');
  for (const file of [...sourceFiles, ...folders.flat()].sort()) {
    hash.update(`${file}\n`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}
