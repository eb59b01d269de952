/** Which code a run is started with, for its lineage: `0.1.0`, or `0.1.0+<commit>` in a checkout; `-dirty` if it differs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';

let known: string | undefined;

export function codeVersion(): string {
  known ??= determine(repositoryRoot());
  return known;
}

function determine(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const described = git(root, ['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty']);
  return described ? `${version}+${described}` : version;
}

/** Undefined without git or outside a checkout, as in an image. */
function git(cwd: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? stdout.trim() : undefined;
}
