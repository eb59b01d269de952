/** The real worker in one file: it starts in a third of the time, which a test that starts it a hundred times needs. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@fathom/platform/repository';
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

/** The path of the built module; the caller removes it. */
export async function bundleWorker(): Promise<string> {
  const outfile = join(repositoryRoot(), 'node_modules', '.cache', `training-worker-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL('../worker/main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['development'],
    plugins: [ownSources],
    logLevel: 'silent',
  });
  return outfile;
}
