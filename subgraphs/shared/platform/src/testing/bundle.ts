/** A module as the product would start it, in one file, for tests and benchmarks that start it as a process. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** In parts, so that it stays what it says where this file is bundled itself. */
const place = ['import', 'meta', 'url'].join('.');

/** Packages of this workspace are sources like any other; all others stay where they are. */
const ownSources: Plugin = {
  name: 'own-sources',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@fathom/') ? undefined : { path, external: true },
    );
    // Modules find their files from where their source lies.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const there = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll(place, there), loader: 'ts' };
    });
  },
};

/** `outfile` lies where the packages of `entry` can be found from. The caller removes it. */
export async function bundleModule(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['development'],
    plugins: [ownSources],
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outfile;
}
