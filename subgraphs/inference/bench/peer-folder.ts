/** A peer from npm, installed into a folder that the product does not ship. The folder is kept between runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PeerFolder =
  | { readonly kind: 'installed'; readonly folder: string }
  | { readonly kind: 'unavailable'; readonly because: string };

export function installPeer(name: string, version: string): PeerFolder {
  const folder = join(tmpdir(), `fathom-bench-${name.replace(/^.*\//, '')}-${version}`);
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return { kind: 'installed', folder };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  // Install scripts would download what the bench does not use, CUDA libraries among it.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', ['install', `${name}@${version}`, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return { kind: 'installed', folder };
  return { kind: 'unavailable', because: `npm install failed: ${stderr.slice(-500)}` };
}

/** Runs a script of the peer's in its folder; what it writes to stdout, or undefined where it failed. */
export function runPeer(
  folder: string,
  { script, input }: { readonly script: string; readonly input: unknown },
): { readonly stdout?: string; readonly stderr: string } {
  writeFileSync(join(folder, 'task.mjs'), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['task.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    input: JSON.stringify(input),
    maxBuffer: 2 ** 30,
  });
  return status === 0 ? { stdout, stderr } : { stderr: stderr.slice(-1_000) };
}
