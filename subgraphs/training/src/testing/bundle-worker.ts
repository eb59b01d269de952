import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@fathom/platform/repository';
import { bundleModule } from '@fathom/platform/testing/bundle';

/**
 * The real worker in one file: it starts in a third of the time, which a test that starts it a hundred times needs. The path of
 * the built module; the caller removes it.
 */
export function bundleWorker(): Promise<string> {
  return bundleModule(
    fileURLToPath(new URL('../worker/main.ts', import.meta.url)),
    join(repositoryRoot(), 'node_modules', '.cache', `training-worker-${process.pid}.mjs`),
  );
}
