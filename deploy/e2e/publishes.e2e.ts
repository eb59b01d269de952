import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOperation } from '@fathom/schema/operations';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { newHome, type Product, removeHome, root, startProduct } from './product.ts';

// Publishes of the supergraph, and promotions between two versions of the model, while 200 streams run. A hundred publishes in a row
// under streams without an end: gateway/src/supergraph/publishes.int.ts.
const streams = 200;
const publishes = 20;
const promotions = 10;
const patient = { timeout: 60_000 };

let home: string;
let folder: string;
let supergraphFile: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'fathom-publishes-'));
  supergraphFile = join(folder, 'supergraph.graphql');
  await copyFile(join(root, 'schema', 'supergraph.graphql'), supergraphFile);
  product = await startProduct({
    home,
    env: { SUPERGRAPH_FILE: supergraphFile, MAX_QUEUED: `${streams}` },
  });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
  await rm(folder, { recursive: true, force: true });
});

interface GenerationEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly generation: { readonly id: string; readonly modelVersion?: { readonly id: string } };
  readonly text?: string;
}

interface Stream {
  readonly events: GenerationEvent[];
  readonly ended: Promise<void>;
}

function openStreams(): readonly Stream[] {
  const clients = Array.from({ length: 10 }, () =>
    createClient({
      url: `${product.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { apiKey: product.adminKey },
      retryAttempts: 0,
    }),
  );
  const query = readOperation('generate');
  return Array.from({ length: streams }, (_, seed) => {
    const input = { prompt: 'What is the capital of', raw: true, temperature: 1.5, seed, maxTokens: 100 };
    const results = clients[seed % clients.length]!.iterate<{ generate: GenerationEvent }>({
      query,
      variables: { input },
    });
    const events: GenerationEvent[] = [];
    async function read(): Promise<void> {
      for await (const { data, errors } of results) {
        expect(errors).toBeUndefined();
        if (data) events.push(data.generate);
      }
    }
    return { events, ended: read() };
  });
}

async function promote(version: number): Promise<void> {
  const { moved } = await product.client.request<{ moved: { __typename: string } }, Record<string, unknown>>(
    readOperation('promote'),
    {
      input: {
        modelName: 'fathom-facts',
        alias: 'champion',
        versionId: `fathom-facts@${version}`,
        reason: 'a test',
      },
    },
  );
  expect(moved.__typename).toBe('AliasMove');
}

const readiness = async (): Promise<string> => (await fetch(`${product.url}/readyz`)).text();
const generationOf = (text: string): string | undefined => /generation ([0-9a-f]{12})/.exec(text)?.[1];

test('streams of a real model lose, repeat and reorder nothing over publishes and promotions', async () => {
  const exported = join(folder, 'facts');
  const fathom = (...args: readonly string[]) => product.fathom('models', ...args);
  expect(await fathom('export', 'fathom-facts@1', '--to', exported)).toMatchObject({ code: 0 });
  expect(await fathom('add', exported, '--name', 'fathom-facts')).toMatchObject({ code: 0 });

  const running = openStreams();
  const supergraph = await readFile(supergraphFile, 'utf8');
  const seen = new Set<string | undefined>([generationOf(await readiness())]);
  for (let publish = 1; publish <= publishes; publish += 1) {
    await writeFile(supergraphFile, `${supergraph}\n# ${publish}\n`);
    if (publish % (publishes / promotions) === 0)
      await promote(1 + ((publish / (publishes / promotions)) % 2));
    await expect
      .poll(async () => {
        const now = generationOf(await readiness());
        return now !== undefined && !seen.has(now) && seen.add(now) !== undefined;
      }, patient)
      .toBe(true);
  }
  await Promise.all(running.map(({ ended }) => ended));

  for (const { events } of running) {
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
  }
  // What the clients saw is what the platform has on record.
  const texts = await Promise.all(
    running.map(async ({ events }) => {
      const { generation } = await product.client.request<
        { generation: { text: string } },
        Record<string, unknown>
      >('query ($id: ID!) { generation(id: $id) { text } }', { id: events[0]?.generation.id });
      return generation.text;
    }),
  );
  expect(running.map(({ events }) => events.map(({ text = '' }) => text).join(''))).toEqual(texts);
}, 300_000);
