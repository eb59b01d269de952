/** A module as the product would start it, in one file, for tests and benchmarks that start it as a process. */
import { build, type Plugin } from 'esbuild';

/** Packages of this workspace are sources like any other; all others stay where they are. */
const ownSources: Plugin = {
  name: 'own-sources',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@fathom/') ? undefined : { path, external: true },
    );
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
