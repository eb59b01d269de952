import { createDeferred } from '@fathom/platform/deferred';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  generateSubscription,
  type Harness,
  resumeSubscription,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

/* Two instances on one database, as in a cluster: a client may come back to another one than it left. */
const database = useTestDatabase();
const graceMs = 1_500;
let first: Harness;
let second: Harness;

beforeAll(async () => {
  first = await startHarness({ databaseUrl: database.url, settings: { instance: 'first', graceMs } });
  await first.register('tiny@1', await writeTinyModel({ layers: 64, isEndless: true }));
  await first.moveAlias('champion', 'tiny@1');
  await first.deploymentIs('tiny@1', 'READY');
  const { dataDirectory } = await first.keepData();
  second = await startHarness({
    databaseUrl: database.url,
    settings: { instance: 'second', graceMs },
    dataDirectory,
  });
  await second.aliasServes('champion', 'tiny@1');
});

afterAll(async () => {
  await second.close();
  await first.close();
});

const input = { prompt: 'What is the capital of France?', maxTokens: 512 };

/** Starts a generation and cuts the connection after some events, and after what is to be done before that. */
async function begin(
  harness: Harness,
  until: number,
  beforeCut: (last: Streamed | undefined) => Promise<void> = async () => undefined,
): Promise<Streamed[]> {
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const client = createClient({
    url: harness.subgraph.url.replace('http', 'ws'),
    webSocketImpl: Recorded,
    connectionParams: { identity: await harness.platform.identity.connection('inference') },
    retryAttempts: 0,
  });
  const seen: Streamed[] = [];
  for await (const { data } of client.iterate<{ generate: Streamed }>({
    query: generateSubscription,
    variables: { input },
  })) {
    if (data) seen.push(data.generate);
    if (seen.length < until) continue;
    await beforeCut(seen.at(-1));
    sockets[0]?.terminate();
    break;
  }
  return seen;
}

async function resume(
  harness: Harness,
  last: Streamed | undefined,
  onEvent: () => void = () => undefined,
): Promise<Streamed[]> {
  const client = await harness.subgraph.webSocketClient();
  const variables = { id: last?.generation.id, after: last?.cursor };
  const seen: Streamed[] = [];
  for await (const { data } of client.iterate<{ generationEvents: Streamed }>({
    query: resumeSubscription,
    variables,
  })) {
    if (data) seen.push(data.generationEvents);
    onEvent();
  }
  return seen;
}

/**
 * A generation that is begun at the first instance and followed at the second before its connection is cut: on a loaded machine
 * a client that comes back later would come after its time of grace.
 */
async function moveOver(): Promise<{ readonly before: Streamed[]; readonly after: Promise<Streamed[]> }> {
  let after: Promise<Streamed[]> = Promise.resolve([]);
  const before = await begin(first, 5, async (last) => {
    const followed = createDeferred();
    after = resume(second, last, () => followed.resolve());
    await followed.promise;
  });
  return { before, after };
}

test('a client that resumes at another instance keeps its generation alive there', async () => {
  const { before, after: following } = await moveOver();
  const after = await following;
  expect([...before, ...after].map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 515 }, (_, index) => index + 1),
  );
  expect(after.at(-1)).toMatchObject({ finishReason: 'LENGTH' });
});

test('a cancellation reaches the instance that computes', async () => {
  const [started] = await begin(first, 1);
  const cancel =
    'mutation ($id: ID!) { cancelGeneration(id: $id) { __typename ... on Generation { status } } }';
  const cancelled = await second.subgraph.request(cancel, { id: started?.generation.id });
  expect(cancelled).toMatchObject({
    data: { cancelGeneration: { __typename: 'Generation', status: 'CANCELLED' } },
  });
  expect(first.inference.pool.snapshots()[0]).toMatchObject({ activeSequences: 0 });
});

test('what an instance leaves that does not come back another one ends', async () => {
  const { before, after: following } = await moveOver();
  await first.inference.close();
  const after = await following;
  expect([...before, ...after].map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 515 }, (_, index) => index + 1),
  );
  expect(after.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', finishReason: 'LENGTH' });
});
