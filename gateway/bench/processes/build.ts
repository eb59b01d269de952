import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@fathom/platform/repository';
import { bundleModule } from '@fathom/platform/testing/bundle';

const built = new Map<string, Promise<string>>();

/**
 * A process of a benchmark as the product starts its services: one bundled file. Translated module by module, as development
 * does it, each function that a request makes would be given its name anew (`keepNames`), which costs a fifth of the request.
 * `file` lies beside this one; the path of its bundle.
 */
export function buildProcess(file: string): Promise<string> {
  const known = built.get(file) ?? bundle(fileURLToPath(new URL(file, import.meta.url)));
  built.set(file, known);
  return known;
}

function bundle(entry: string): Promise<string> {
  const name = basename(entry).replace(/\.ts$/, '.mjs');
  return bundleModule(entry, join(repositoryRoot(), '.bench', 'processes', name));
}
