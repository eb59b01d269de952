/** Hive Gateway and its Rust planner runtime, in a folder of their own: the product neither ships nor resolves them. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@fathom/platform/repository';

const packages = { '@graphql-hive/gateway': '^2', '@graphql-hive/router-runtime': '^1', graphql: '^16.9.0' };

export type HiveFolder =
  | { readonly kind: 'installed'; readonly folder: string; readonly version: string }
  | { readonly kind: 'absent'; readonly because: string };

/** Takes a minute the first time. */
export async function installHive(): Promise<HiveFolder> {
  const folder = join(repositoryRoot(), '.bench', 'hive-gateway');
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'hive-gateway-peer', private: true, dependencies: packages };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  try {
    const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
    await promisify(execFile)('npm', ['install', ...options], { cwd: folder, timeout: 300_000 });
    const { version } = createRequire(join(folder, 'package.json'))('@graphql-hive/gateway/package.json') as {
      version: string;
    };
    return { kind: 'installed', folder, version };
  } catch (error) {
    const because = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'absent', because };
  }
}
