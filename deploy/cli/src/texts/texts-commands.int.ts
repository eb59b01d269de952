/** `fathom classify` and `fathom embed` as processes, against a graph that answers what it is asked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { loadTypeDefs } from '@fathom/platform/repository';
import { buildASTSchema, graphql } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const schema = buildASTSchema(loadTypeDefs('inference'), { assumeValid: true, assumeValidSDL: true });

interface Input {
  readonly texts: readonly string[];
  readonly model?: string;
  readonly topLabels?: number;
}

const scores = [
  { label: 'good', score: 0.75 },
  { label: 'bad', score: 0.25 },
];
const root = {
  classify({ input }: { input: Input }) {
    asked.push(input);
    if (input.model !== 'reviews')
      return {
        __typename: 'UnknownModel',
        message: `No model ${input.model}.`,
        available: ['reviews', 'reviews@1'],
      };
    return {
      __typename: 'Classifications',
      modelVersion: { id: 'reviews@1' },
      totalTokens: 1,
      deviceMs: 1,
      classifications: input.texts.map((_, index) => ({
        ...scores[0],
        index,
        scores: scores.slice(0, input.topLabels),
        truncated: false,
      })),
    };
  },
  embed({ input }: { input: Input }) {
    asked.push(input);
    if (input.model === 'reviews')
      return { __typename: 'InvalidInput', field: 'input.model', message: 'reviews@1 makes no vectors.' };
    return {
      __typename: 'Embeddings',
      encoder: { id: input.model ?? 'own@1', dimensions: 2 },
      totalTokens: 1,
      embeddings: input.texts.map((text, index) => ({ index, vector: [text.length, 0.5] })),
    };
  },
};

let server: Server;
let url: string;
let asked: Input[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    if (request.method !== 'POST') {
      response.end('{}');
      return;
    }
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(await graphql({ schema, source: query, variableValues: variables, rootValue: root })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

async function fathom(args: readonly string[], input = '') {
  const entry = fileURLToPath(new URL('../index.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=development', entry, ...args], {
    env: { ...process.env, FATHOM_URL: url, FATHOM_API_KEY: 'test' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

test('labels of arguments come a line a text, those of standard input too, in batches, and as JSON', async () => {
  expect(await fathom(['classify', '--model', 'reviews', 'Lovely.', 'Nice.'])).toEqual({
    code: 0,
    stdout: 'good  0.750  Lovely.\ngood  0.750  Nice.\n',
    stderr: '— reviews@1\n',
  });
  expect(asked).toEqual([{ texts: ['Lovely.', 'Nice.'], model: 'reviews', topLabels: 1 }]);
  const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`).join('\n');
  const { stdout } = await fathom(['classify', '--model', 'reviews', '--top', '2', '--json'], `${lines}\n\n`);
  expect(asked.slice(1).map(({ texts }) => texts.length)).toEqual([256, 44]);
  const answer = JSON.parse(stdout) as { modelVersion: string; classifications: readonly unknown[] };
  expect(answer.modelVersion).toBe('reviews@1');
  expect(answer.classifications).toHaveLength(300);
  expect(answer.classifications[299]).toEqual({ text: 'line 299', ...scores[0], scores });
});

test('vectors come a line a text, of the named encoder or the platform’s own', async () => {
  expect(await fathom(['embed', 'ab', 'c'])).toEqual({
    code: 0,
    stdout: '[2,0.5]\n[1,0.5]\n',
    stderr: '— own@1, 2 dimensions\n',
  });
  const { stdout } = await fathom(['embed', '--model', 'people@champion', '--json'], 'ab\n');
  expect(JSON.parse(stdout)).toEqual({
    encoder: { id: 'people@champion', dimensions: 2 },
    embeddings: [{ text: 'ab', vector: [2, 0.5] }],
  });
  expect(asked.map(({ model }) => model)).toEqual([undefined, 'people@champion']);
});

test('what is refused exits with 1 and says why, wrong usage with 2 and says how', async () => {
  expect(await fathom(['classify', '--model', 'nobody', 'x'])).toMatchObject({
    code: 1,
    stderr: 'No model nobody. There are reviews, reviews@1.\n',
  });
  expect(await fathom(['embed', '--model', 'reviews', 'x'])).toMatchObject({
    code: 1,
    stderr: 'input.model: reviews@1 makes no vectors.\n',
  });
  expect(await fathom(['classify', 'x'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: fathom classify'),
  });
  expect(await fathom(['embed'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no text.'),
  });
});
