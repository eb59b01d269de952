/**
 * PyTorch for the benchmarks, in a folder of its own that the product does not ship: a virtual environment with the
 * newest release from PyPI, kept between runs. Where pip fails, Debian's python3-torch if it is there already.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type PyTorch =
  | { readonly kind: 'installed'; readonly python: string; readonly version: string; readonly from: string }
  | { readonly kind: 'missing'; readonly because: string };

const folder = join(homedir(), '.cache', 'fathom-bench', 'pytorch');
const packages = ['torch', 'numpy', 'safetensors'];
const installMs = 8 * 60_000;

export async function installPyTorch(): Promise<PyTorch> {
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) {
    const version = torchVersion(python);
    if (version !== undefined) return { kind: 'installed', python, version, from: folder };
    await rm(folder, { recursive: true });
  }
  const problem = await installFromPyPi();
  if (problem === undefined) {
    const version = torchVersion(python);
    if (version !== undefined) return { kind: 'installed', python, version, from: folder };
  }
  const debian = torchVersion('/usr/bin/python3');
  if (debian !== undefined)
    return { kind: 'installed', python: '/usr/bin/python3', version: debian, from: 'Debian' };
  return {
    kind: 'missing',
    because: `${problem ?? 'the installed torch cannot be imported'}; and /usr/bin/python3 has no torch and safetensors (apt-get install python3-torch python3-safetensors)`,
  };
}

/** Complete under its name or not there at all: an interrupted installation leaves nothing to trip over. */
async function installFromPyPi(): Promise<string | undefined> {
  process.stderr.write(`installing ${packages.join(', ')} into ${folder}, once; this takes some minutes\n`);
  await mkdir(join(folder, '..'), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const created = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (created.status !== 0) return `python3 -m venv failed: ${lastLine(created)}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
  const installed = spawnSync(join(folder, 'bin', 'python'), pip, { encoding: 'utf8', timeout: installMs });
  if (installed.status === 0) return undefined;
  await rename(folder, `${folder}.failed`).catch(() => undefined);
  await rm(`${folder}.failed`, { recursive: true, force: true });
  return installed.error ? `pip: ${installed.error.message}` : `pip failed: ${lastLine(installed)}`;
}

const lastLine = ({ stderr, error }: { stderr?: string; error?: Error | undefined }): string =>
  error?.message ?? (stderr ?? '').trim().split('\n').at(-1) ?? 'no word';

function torchVersion(python: string): string | undefined {
  const program = 'import torch, safetensors, numpy; print(torch.__version__)';
  const { status, stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
