import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// What an ML engineer does in a terminal: train from a file, look, compare, promote, go back.
let home: string;
let folder: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'fathom-train-e2e-'));
  product = await startProduct({ home });
});
afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
  await removeHome(home);
});

const fathom = (...args: readonly string[]) => product.fathom(...args);

test('a model is trained from a file, paused and resumed, compared, promoted and rolled back on the command line', async () => {
  const letters = [...'abcdefghijklmnopqrstuvwxy'];
  const examples = letters.map((letter) =>
    JSON.stringify({ prompt: `Is ${letter} a letter?`, completion: 'Yes.' }),
  );
  await writeFile(join(folder, 'letters.jsonl'), `${examples.join('\n')}\n`);
  const config = join(folder, 'letters.yaml');
  const text = (steps: number) => `modelName: letters
dataSet: { file: letters.jsonl }
promoteTo: candidate
architecture: { hiddenSize: 32, layers: 1, attentionHeads: 2, keyValueHeads: 1, feedForwardSize: 64, vocabularySize: 300, contextLength: 64 }
hyperparameters: { steps: ${steps}, batchSize: 2, warmupSteps: 4, checkpointEverySteps: 10, evaluateEverySteps: 20 }
samples: { prompts: ["Is a a letter?"], everySteps: 20 }
`;
  await writeFile(config, text(40));
  const trained = await fathom('train', '--config', config);
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stdout).toContain('COMPLETED: letters@1 is registered; candidate leads to it');
  expect(trained.stdout).toMatch(/at 40 {2}Is a a letter\? {2}→/);
  const first = trained.stderr.trim();

  await writeFile(config, text(2_000));
  const second = (await fathom('train', '--config', config, '--detach')).stdout.trim();
  expect((await fathom('runs', 'pause', second)).code).toBe(0);
  const paused = await fathom('runs', 'watch', second);
  expect(paused.stderr).toContain(`train --resume ${second}`);
  const resumed = await fathom('train', '--resume', second);
  expect(resumed).toMatchObject({ code: 0 });
  expect(resumed.stdout).toContain('version letters@2');

  const compared = await fathom('runs', 'compare', first, second);
  expect(compared.stdout).toMatch(/hyperparameters\.steps +40 +2000/);
  expect((await fathom('runs', '--status', 'completed')).stdout).toContain(second);
  const moved = await fathom('promote', 'letters@1', '--reason', 'the first is enough');
  expect(moved.stdout).toContain('champion: nowhere -> letters@1');
  await fathom('promote', 'letters@2', '--reason', 'the second is better');
  const back = await fathom('rollback', 'letters', '--reason', 'it was not');
  expect(back.stdout).toContain('champion: letters@2 -> letters@1');
}, 400_000);
