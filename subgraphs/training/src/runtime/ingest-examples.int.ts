/** Data sets larger than the memory of whoever reads them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const heapMegabytes = 64;
const contentMegabytes = 300;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-ingest-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function ingest(scenario: 'valid' | 'wrong' | 'one-line'): Promise<Readonly<Record<string, unknown>>> {
  const fixture = fileURLToPath(new URL('./testing/ingest-process.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      '--conditions=development',
      '--import',
      'tsx',
      fixture,
      scenario,
      String(contentMegabytes),
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const told: Readonly<Record<string, unknown>> = JSON.parse(output || '{}');
  return { ...told, code };
}

/** The heap, the code of the process itself, and buffers under way: a fraction of the content. */
const boundBytes = 0.8 * contentMegabytes * 1e6;

test(`${contentMegabytes} MB of examples are read within a heap of ${heapMegabytes} MB`, async () => {
  const told = await ingest('valid');
  expect(told).toMatchObject({ code: 0, kind: 'valid' });
  expect(told['exampleCount']).toBeGreaterThan(150_000);
  expect(told['sizeBytes']).toBeGreaterThan(contentMegabytes * 1e6);
  expect(told['maxRssBytes']).toBeLessThan(boundBytes);
});

test('so many wrong lines are counted, and no more than the first are kept', async () => {
  const told = await ingest('wrong');
  expect(told).toMatchObject({ code: 0, kind: 'invalid', problems: [{ line: 1, code: 'MALFORMED' }] });
  expect(told['problemCount']).toBeGreaterThan(150_000);
  expect(told['maxRssBytes']).toBeLessThan(boundBytes);
});

test('a single line of all of it is told by its length', async () => {
  const told = await ingest('one-line');
  const problem = { line: 1, code: 'LINE_TOO_LONG', message: expect.stringContaining('300,000,000 bytes') };
  expect(told).toMatchObject({ code: 0, problemCount: 1, problems: [problem] });
  expect(told['maxRssBytes']).toBeLessThan(boundBytes);
});
