/**
 * A process of a benchmark as the product starts its services: one bundled file. Translated module by module, as development
 * does it, each function that a request makes would be given its name anew (`keepNames`), which costs a fifth of the request.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { repositoryRoot } from '@fathom/platform/repository';
import { build } from 'esbuild';

const built = new Map<string, Promise<string>>();

/** `file` beside this one; the path of its bundle. */
export function buildProcess(file: string): Promise<string> {
  const known = built.get(file) ?? bundle(fileURLToPath(new URL(file, import.meta.url)));
  built.set(file, known);
  return known;
}

async function bundle(entry: string): Promise<string> {
  const outfile = join(repositoryRoot(), '.bench', 'processes', basename(entry).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    conditions: ['development'],
    legalComments: 'none',
    logLevel: 'error',
    plugins: [
      {
        name: 'workspace',
        setup({ onLoad, onResolve }) {
          // Sources like any other; all other packages stay where they are.
          onResolve({ filter: /^@fathom\// }, ({ path }) => ({
            path: fileURLToPath(import.meta.resolve(path)),
          }));
          // Modules find their files from where their source lies.
          onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replaceAll(
              'import.meta.url',
              JSON.stringify(pathToFileURL(path).href),
            ),
            loader: 'ts',
          }));
        },
      },
    ],
  });
  return outfile;
}
