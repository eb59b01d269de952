import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { bundleModule } from './bundle.ts';

let folder = '';

beforeAll(async () => {
  const cache = join(repositoryRoot(), 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'bundle-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a bundled module runs without a loader, has the packages of the workspace in it, and reads what lies beside its source', async () => {
  await writeFile(
    join(folder, 'entry.ts'),
    `import { readFileSync } from 'node:fs';
    import { repositoryRoot } from '@fathom/platform/repository';
    const beside: string = readFileSync(new URL('./beside.txt', import.meta.url), 'utf8');
    console.log(JSON.stringify([beside, repositoryRoot()]));`,
  );
  await writeFile(join(folder, 'beside.txt'), 'found');

  const built = await bundleModule(join(folder, 'entry.ts'), join(folder, 'elsewhere', 'built.mjs'));

  const { stdout } = await promisify(execFile)(process.execPath, [built]);
  expect(JSON.parse(stdout)).toEqual(['found', repositoryRoot()]);
});
