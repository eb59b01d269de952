/**
 * Two gateways as processes of their own on one PostgreSQL: what is revoked at the first is refused at the second, whose way
 * to the database can be cut.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type GatewayProcess, startGatewayProcess } from '../../test/gateway-process.ts';
import { serviceSdl } from '../../test/service-sdl.ts';
import { readEvents } from '../../test/sse-client.ts';
import {
  chatSdl,
  collect,
  composeTestSupergraph,
  type GraphQLAnswer,
  peopleSdl,
  startTestGraph,
  type TestGraph,
} from '../../test/test-graph.ts';

const database = useTestDatabase();
let graph: TestGraph;
let folder: string;
let first: GatewayProcess;
let second: GatewayProcess;
/** Of the second gateway to the database. */
let wire: TcpProxy;
let adminKey: string;
const clients: Client[] = [];

beforeAll(async () => {
  graph = await startTestGraph();
  folder = await mkdtemp(join(tmpdir(), 'fathom-two-gateways-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const subgraphs = { chat: chatSdl, people: peopleSdl, access: serviceSdl('access') };
  await writeFile(supergraphFile, composeTestSupergraph(subgraphs));
  const env = {
    ...graph.identity.env,
    // One name for both, as behind one address: a token of the one is a token of the other.
    OAUTH_ISSUER_URL: 'http://fathom.test',
    SUPERGRAPH_FILE: supergraphFile,
    SUBGRAPH_URLS: JSON.stringify({ chat: graph.chatServer.url, people: graph.peopleServer.url }),
  };
  const url = new URL(database.url);
  wire = await startTcpProxy(Number(url.port));
  first = await startGatewayProcess({ databaseUrl: database.url, env });
  url.hostname = '127.0.0.1';
  url.port = String(wire.port);
  second = await startGatewayProcess({ databaseUrl: url.href, env });
  adminKey = (await readFile(first.keyFile, 'utf8')).trim();
});
afterEach(async () => {
  wire.mend();
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
  await wire?.close();
  await graph?.close();
  if (folder) await rm(folder, { recursive: true });
});

interface Created {
  readonly secret: string;
  readonly apiKey: { readonly id: string };
}

interface Key {
  readonly id: string;
  readonly secret: string;
}

async function post(at: GatewayProcess, key: string, body: object, accept = '*/*'): Promise<Response> {
  return fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, accept },
    body: JSON.stringify(body),
  });
}

async function ask(at: GatewayProcess, key: string, query: string, variables = {}): Promise<GraphQLAnswer> {
  return (await (await post(at, key, { query, variables })).json()) as GraphQLAnswer;
}

const codeOf = ({ errors }: GraphQLAnswer): unknown => errors?.[0]?.extensions['code'];
const whoAmI = async (key: string): Promise<unknown> => codeOf(await ask(second, key, '{ whoami }'));

async function createKey(): Promise<Key> {
  const { data } = await ask(
    first,
    adminKey,
    'mutation { createApiKey(input: { name: "leaver", roles: ["admin"] }) { ... on ApiKeyCreated { secret apiKey { id } } } }',
  );
  const { secret, apiKey } = Object(data)['createApiKey'] as Created;
  return { id: apiKey.id, secret };
}

/** At the first gateway; returns when it has said so. */
async function revoke({ id }: Key): Promise<void> {
  const { data } = await ask(
    first,
    adminKey,
    'mutation ($id: ID!) { revokeApiKey(id: $id) { ... on ApiKey { status } } }',
    { id },
  );
  expect(data).toEqual({ revokeApiKey: { status: 'REVOKED' } });
}

async function tokenFor({ id, secret }: Key): Promise<string> {
  const response = await fetch(`${first.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

/** Asks the second gateway until it refuses: what it says first, and when the last question began that it answered. */
async function untilRefused(key: string): Promise<{ codes: ReadonlySet<unknown>; lastAdmittedAt: number }> {
  const codes = new Set<unknown>();
  let lastAdmittedAt = Number.NEGATIVE_INFINITY;
  while (!codes.has('KEY_REVOKED')) {
    const beganAt = performance.now();
    const code = await whoAmI(key);
    if (code === undefined) lastAdmittedAt = beganAt;
    else codes.add(code);
  }
  return { codes, lastAdmittedAt };
}

const said = 'subscription { said(topic: "a") { text } }';

/** By a WebSocket of the key and by server-sent events of its token; both have had an event. */
async function openStreams(key: Key, token: string) {
  const client = createClient({
    url: `${second.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { apiKey: key.secret },
    retryAttempts: 0,
  });
  clients.push(client);
  const socket = collect(client, said);
  const overSocket = socket.next();
  const topics = [await graph.chat.nextTopic()];
  const events = readEvents(await post(second, token, { query: said }, 'text/event-stream'));
  topics.push(await graph.chat.nextTopic());
  for (const { queue } of topics) queue.push({ text: 'before' });
  expect(await overSocket).toEqual({ data: { said: { text: 'before' } } });
  const nextOfEvents = async () => JSON.parse((await events.next()).value?.data ?? '') as GraphQLAnswer;
  expect(await nextOfEvents()).toEqual({ data: { said: { text: 'before' } } });
  return { client, topics, next: [socket.next, nextOfEvents] };
}

describe('what is revoked at one gateway is refused at another', () => {
  test('within a second, as a key and as a token that the first has signed', async () => {
    const key = await createKey();
    const token = await tokenFor(key);
    expect(await Promise.all([key.secret, token].map(whoAmI))).toEqual([undefined, undefined]);
    await revoke(key);
    const revokedAt = performance.now();
    for (const credential of [key.secret, token]) {
      const { codes, lastAdmittedAt } = await untilRefused(credential);
      expect([...codes]).toEqual(['KEY_REVOKED']);
      expect(lastAdmittedAt - revokedAt).toBeLessThan(1_000);
    }
  });

  test('and what streams by it there ends, its work with it', async () => {
    const key = await createKey();
    const { topics, next } = await openStreams(key, await tokenFor(key));
    await revoke(key);
    for (const one of next) expect(codeOf(await one())).toBe('KEY_REVOKED');
    for (const { left } of topics) expect(await left.promise).toBe('UNSUBSCRIBED');
  });

  test('though the body of an operation began before', async () => {
    const key = await createKey();
    expect(await whoAmI(key.secret)).toBeUndefined();
    const body = JSON.stringify({ query: '{ whoami }' });
    const sending = request(`${second.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key.secret}`,
        'content-type': 'application/json',
        'content-length': body.length,
        // Answered as the credentials are looked at.
        expect: '100-continue',
      },
    });
    const answered = new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
    await new Promise((resolve) => sending.once('continue', resolve).flushHeaders());
    sending.write(body.slice(0, 5));
    await revoke(key);
    await untilRefused(key.secret);
    sending.end(body.slice(5));
    const response = await answered;
    response.resume();
    expect(response.statusCode).toBe(401);
  });
});

describe('while the other gateway has lost the database, and hears of no revocation', () => {
  test('nothing begins there but what it knew within a second, and all that was open ends when the database is back', async () => {
    const key = await createKey();
    const other = await createKey();
    const { client, topics, next } = await openStreams(key, await tokenFor(key));
    expect(await whoAmI(other.secret)).toBeUndefined();
    wire.cut();
    await revoke(key);
    await revoke(other);
    const revokedAt = performance.now();
    // Known from before, it may be let in once more; then it cannot be said whether it is revoked.
    let lastAdmittedAt = Number.NEGATIVE_INFINITY;
    for (let code: unknown; code === undefined; ) {
      const beganAt = performance.now();
      code = await whoAmI(other.secret);
      if (code === undefined) lastAdmittedAt = beganAt;
      else expect(code).toBe('DEPENDENCY_UNAVAILABLE');
    }
    expect(lastAdmittedAt - revokedAt).toBeLessThan(1_000);
    // The connection that was open before lets nothing more begin, either.
    const refusal: unknown = await collect(client, '{ whoami }')
      .next()
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject([{ extensions: { code: 'DEPENDENCY_UNAVAILABLE' } }]);
    // What streams goes on: a database that is away for a moment costs no stream.
    for (const { queue } of topics) queue.push({ text: 'meanwhile' });
    for (const one of next) expect(await one()).toEqual({ data: { said: { text: 'meanwhile' } } });

    wire.mend();
    for (const one of next) expect(codeOf(await one())).toBe('KEY_REVOKED');
    for (const { left } of topics) expect(await left.promise).toBe('UNSUBSCRIBED');
    expect((await untilRefused(other.secret)).lastAdmittedAt).toBe(Number.NEGATIVE_INFINITY);
    expect(await whoAmI(adminKey)).toBeUndefined();
  });

  test('and announcements are heard again when it is back', async () => {
    wire.cut();
    wire.mend();
    const key = await createKey();
    await expect.poll(() => whoAmI(key.secret)).toBeUndefined();
    const { topics, next } = await openStreams(key, await tokenFor(key));
    await revoke(key);
    for (const one of next) expect(codeOf(await one())).toBe('KEY_REVOKED');
    for (const { left } of topics) expect(await left.promise).toBe('UNSUBSCRIBED');
  });
});
