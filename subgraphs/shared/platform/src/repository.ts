/** Where the repository lies, however the process was started: the folder that holds `schema/subgraphs`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DocumentNode, parse } from 'graphql';

/** The root of the clone (or of the image). Throws when this file was taken out of it. */
export function repositoryRoot(from: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'schema', 'subgraphs'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No folder above ${from} holds schema/subgraphs.`);
  }
}

/** The SDL of one service, from `schema/subgraphs/<service>.graphql`: the only place where SDL is written. */
export function loadTypeDefs(service: string): DocumentNode {
  const file = join(repositoryRoot(), 'schema', 'subgraphs', `${service}.graphql`);
  return parse(readFileSync(file, 'utf8'));
}
