import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// A classifier and an encoder, from a file of examples to answers, by the commands of deploy/cli/README.md.
let home: string;
let folder: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'fathom-text-models-'));
  product = await startProduct({ home });
});
afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
  await removeHome(home);
});

const fathom = (...args: readonly string[]) => product.fathom(...args);

const names = ['Anna', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana', 'Ida', 'Jon', 'Kim', 'Leo'];
const small = `architecture: { hiddenSize: 32, layers: 1, attentionHeads: 2, keyValueHeads: 1, feedForwardSize: 64, vocabularySize: 300, contextLength: 64 }
hyperparameters: { steps: 60, batchSize: 8, learningRate: 0.01, warmupSteps: 4, checkpointEverySteps: 30, evaluateEverySteps: 30, heldOutShare: 0.2 }
promoteTo: champion
`;

async function train(name: string, task: string, file: string, content: string): Promise<void> {
  await writeFile(join(folder, file), content);
  const config = join(folder, `${name}.yaml`);
  await writeFile(config, `modelName: ${name}\ntask: ${task}\ndataSet: { file: ${file} }\n${small}`);
  const trained = await fathom('train', '--config', config);
  expect(trained, trained.stderr).toMatchObject({ code: 0 });
  expect(trained.stdout).toContain(`${name}@1 is registered; champion leads to it`);
}

test('a classifier is trained from a table, asked by its alias, exported, and added again as another model', async () => {
  const rows = names.flatMap((name) => [`good,${name} found it lovely`, `bad,${name} found it awful`]);
  await train('reviews', 'CLASSIFICATION', 'reviews.csv', ['label,text', ...rows].join('\n'));
  const classify = (model: string) =>
    fathom('classify', '--model', model, 'Zoe found it awful', 'Zoe found it lovely');
  const expected = /^bad {2}[01]\.\d{3} {2}Zoe found it awful\ngood {2}[01]\.\d{3} {2}Zoe found it lovely\n$/;
  await expect.poll(async () => (await classify('reviews')).stdout, { timeout: 60_000 }).toMatch(expected);

  const exported = join(folder, 'exported');
  const inAll = ['--precision', 'fp32,int8,int4'];
  expect(await fathom('models', 'export', 'reviews@1', '--to', exported, ...inAll)).toMatchObject({
    code: 0,
  });
  expect((await readdir(join(exported, 'onnx'))).sort()).toEqual([
    'model.onnx',
    'model_int8.onnx',
    'model_q4.onnx',
    'model_quantized.onnx',
  ]);
  expect(await readdir(exported)).toEqual(
    expect.arrayContaining(['config.json', 'model.safetensors', 'onnx']),
  );
  expect(
    await fathom('models', 'add', exported, '--name', 'reviews-again', '--alias', 'champion'),
  ).toMatchObject({
    code: 0,
  });
  const before = (await classify('reviews')).stdout;
  await expect.poll(async () => (await classify('reviews-again')).stdout, { timeout: 60_000 }).toBe(before);

  const refused = await fathom('embed', '--model', 'reviews', 'a');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain(
    'reviews@1 puts texts into classes; it makes no vectors. It is there for `classify`.',
  );
});

test('an encoder is trained from pairs, measured on graded ones, and answers by the OpenAI API under its alias', async () => {
  const pairs = names.map((name) =>
    JSON.stringify({ anchor: `Who is ${name}?`, positive: `${name} is here.` }),
  );
  await train('people', 'EMBEDDING', 'people.jsonl', pairs.join('\n'));
  const graded = names.flatMap((name, at) => [
    { text: `Who is ${name}?`, other: `${name} is here.`, score: 5 },
    { text: `Who is ${name}?`, other: `${names[(at + 5) % names.length]} is here.`, score: 1 },
  ]);
  const file = join(folder, 'graded.jsonl');
  await writeFile(file, graded.map((pair) => JSON.stringify(pair)).join('\n'));
  const stored = await fathom('data', 'add', file, '--name', 'graded', '--task', 'embedding', '--json');
  const { id } = JSON.parse(stored.stdout) as { id: string };
  const measured = await fathom('models', 'evaluate', 'people@1', '--data-set', id);
  expect(measured.stdout).toMatch(/^data set graded@1: Spearman -?[01]\.\d{3} on 24 examples/);

  const ask = () =>
    fetch(new URL('/v1/embeddings', product.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${product.adminKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model: 'people@champion', input: ['Who is Anna?'], encoding_format: 'float' }),
    }).then((response) => response.json() as Promise<{ model?: string; data?: { embedding: number[] }[] }>);
  await expect.poll(async () => (await ask()).model, { timeout: 60_000 }).toBe('people@1');
  const [first] = (await ask()).data!;
  expect(first?.embedding).toHaveLength(32);
  const printed = await fathom('embed', '--model', 'people', 'Who is Anna?');
  const vector = JSON.parse(printed.stdout) as number[];
  for (const [at, value] of vector.entries()) expect(value).toBeCloseTo(first!.embedding[at]!, 5);
});
