import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of the files of a fetched artifact, relative, with `/`. */
export async function listArtifactFiles(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const path of await readdir(folder, { recursive: true })) {
    if ((await stat(join(folder, path))).isFile()) paths.push(path.replaceAll('\\', '/'));
  }
  return paths.sort();
}
