import { lstat, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { raiseArtifact } from './artifact-errors.ts';

/** Paths of all files below a folder, relative, with `/`. Throws BAD_USER_INPUT for linked folders, sockets, devices and the like. */
export async function listFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) paths.push(relative(folder, path).split(sep).join('/'));
    else if (!(await lstat(path)).isDirectory()) {
      throw raiseArtifact('BAD_USER_INPUT', { because: `${path} is neither a file nor a folder` });
    }
  }
  return paths;
}
