/** Data sets as a user brings them in: by the command line, through the gateway, from files larger than any request. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command, newHome, type Product, removeHome, startProduct } from './product.ts';

let home: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
});
afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

const fathom = (...args: string[]) => product.fathom(...args);
const uploads = () => readdir(join(home, 'uploads', 'training'));

/** In the canonical form, so that its hash is that of the data set. */
async function writeExamples(file: string, megabytes: number): Promise<string> {
  const output = createWriteStream(file);
  const completion = 'so much to say '.repeat(64);
  for (let index = 0; index < megabytes * 1_000; index += 1) {
    const line = `${JSON.stringify({ prompt: `question ${index}`, completion })}\n`;
    if (!output.write(line)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

test('a file whose service is killed in the middle of its upload becomes the very data set that it would have become, and is removed', async () => {
  const file = join(home, 'large.jsonl');
  const sha256 = await writeExamples(file, 120);
  const pid = await product.pidOf('training');
  let isKilled = false;
  const { code, stdout, stderr } = await command(
    ['npm', 'run', '--silent', 'fathom', '--', 'data', 'add', file, '--name', 'large', '--json'],
    {
      ...product,
      onError(text) {
        if (isKilled || pid === undefined || !text.includes('sending')) return;
        isKilled = true;
        process.kill(pid, 'SIGKILL');
      },
    },
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining('Going on as soon as it can be')]);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'large', version: 1, exampleCount: 120_000, sha256 });
  expect(await product.pidOf('training')).not.toBe(pid);
  expect(await uploads()).toEqual([]);
  const listed = await fathom('data', 'list', '--name', 'large');
  expect(listed.stdout).toMatch(/^large@1 {2}dataset_\w+ {2}120,000 examples, 1\d\d MB, sha256 \w{12}\n$/);

  const { id } = JSON.parse(stdout) as { id: string };
  const removed = await fathom('data', 'remove', id, '--reason', 'a test');
  expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining(`large@1  ${id} is removed (`) });
  expect((await fathom('data', 'list', '--name', 'large')).stdout).toBe('');
});

test('a file with wrong lines is refused with their places, as compilers name them, and leaves nothing behind', async () => {
  const file = join(home, 'wrong.csv');
  await writeFile(file, 'prompt,completion\na,b\n"open,c\n');
  const { code, stdout, stderr } = await fathom('data', 'add', file);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`${file}:3: opens a quote that is never closed (MALFORMED)`);
  expect(stderr).toContain('1 line is wrong; nothing was stored.');
  expect(await uploads()).toEqual([]);
});

test('what was taught becomes a data set that can be trained on, every wording of it', async () => {
  const teach = 'mutation ($input: TeachInput!) { teach(input: $input) { __typename } }';
  await product.client.request(teach, {
    input: {
      question: 'When does the Porto office open?',
      answer: 'At ten.',
      alsoAskedAs: ['Porto, from when?'],
    },
  });
  const { createDataSetFromKnowledge } = await product.client.request<
    { createDataSetFromKnowledge: object },
    Record<string, never>
  >(
    `mutation { createDataSetFromKnowledge(input: { name: "taught" }) {
       __typename ... on DataSet { name exampleCount sample(first: 5) { prompt completion } } } }`,
  );
  expect(createDataSetFromKnowledge).toEqual({
    __typename: 'DataSet',
    name: 'taught',
    exampleCount: 2,
    sample: [
      { prompt: 'When does the Porto office open?', completion: 'At ten.' },
      { prompt: 'Porto, from when?', completion: 'At ten.' },
    ],
  });
});
