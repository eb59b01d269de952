/** A data set that is larger than what the process may hold. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { examplesFileName } from '../examples-file.ts';

const heapMegabytes = 24;
const texts = 5_000;
const random = createRandom(1);
const words = () => Array.from({ length: 600 }, () => `word${random.below(500).toString(36)}`).join(' ');
let passages: string;
let labelled: string;

beforeAll(async () => {
  passages = await dataSet(() => ({ text: words() }));
  labelled = await dataSet((at) => ({ prompt: words(), completion: at % 2 === 0 ? 'even' : 'odd' }));
});
afterAll(async () => {
  for (const folder of [passages, labelled]) await rm(folder, { recursive: true, force: true });
});

async function dataSet(example: (at: number) => object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-bounded-'));
  for (let written = 0; written < texts; written += 100) {
    const lines = Array.from({ length: 100 }, (_, at) => `${JSON.stringify(example(at))}\n`);
    await appendFile(join(folder, examplesFileName), lines.join(''));
  }
  return folder;
}

async function inSmallHeap(
  module: string,
  folder: string,
  more: object = {},
): Promise<{ readonly told: object[]; readonly exitCode: unknown }> {
  const child = fork(
    new URL(module, import.meta.url),
    [JSON.stringify({ folder, scratchFolder: join(folder, 'scratch'), ...more })],
    {
      execArgv: ['--conditions=development', '--import', 'tsx', `--max-old-space-size=${heapMegabytes}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  );
  const told: object[] = [];
  child.on('message', (message: object) => told.push(message));
  const [exitCode] = await once(child, 'exit');
  return { told, exitCode };
}

test('a data set whose tokens are several times the heap is packed and read in it, and leaves nothing behind', {
  timeout: 300_000,
}, async () => {
  const { told, exitCode } = await inSmallHeap('./testing/pack-much.ts', passages);
  expect(exitCode).toBe(0);
  const [first] = told as { tokens: number; steps: number; heldOutBatches: number }[];
  const { size } = await stat(join(passages, examplesFileName));
  // A number of an array has eight bytes, or four where all are small; a token is in three arrays.
  expect(size + 3 * 4 * first!.tokens).toBeGreaterThan(3 * heapMegabytes * 2 ** 20);
  expect(first!.steps).toBeGreaterThan(1_000);
  expect(first!.heldOutBatches).toBeGreaterThan(200);
  expect(await readdir(join(passages, 'scratch', 'packed'))).toEqual([]);
});

test.each([
  ['texts with labels', {}],
  ['pairs of texts', { pairs: true }],
])(
  '%s whose tokens are several times the heap are packed and dealt out in it',
  {
    timeout: 300_000,
  },
  async (_, kind) => {
    const { told, exitCode } = await inSmallHeap('./testing/pack-texts.ts', labelled, kind);
    expect(exitCode).toBe(0);
    const [first] = told as { tokens: number; steps: number }[];
    const { size } = await stat(join(labelled, examplesFileName));
    expect(size + 4 * first!.tokens).toBeGreaterThan(3 * heapMegabytes * 2 ** 20);
    expect(first!.steps).toBeGreaterThan(900);
    expect(await readdir(join(labelled, 'scratch', 'packed'))).toEqual([]);
  },
);

test('held whole, the same data set does not fit', async () => {
  const { told, exitCode } = await inSmallHeap('./testing/hold-all.ts', passages);
  expect(told).toEqual([]);
  expect(exitCode).not.toBe(0);
});
