import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { raisePlatform } from '../errors.ts';
import { createLogger } from '../logging.ts';
import type { RequestContext } from '../server/request-context.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { withSpan } from '../telemetry/tracing.ts';
import { testIdentity } from '../testing/identity.ts';
import { startTestSubgraph } from '../testing/subgraph.ts';
import { createGraphQLClient, type GraphQLClientOptions } from './graphql-client.ts';

const hello = parse('query Hello { hello }') as TypedDocumentNode<{ hello: string }, Record<string, never>>;
const ada = { subject: 'ada', tenant: 'test', roles: [], scopes: ['admin'] };
const { signer } = await testIdentity();
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function createClient(url: string, options: Partial<GraphQLClientOptions> = {}) {
  const client = createGraphQLClient({
    url,
    name: 'peer',
    signer,
    timeoutMs: 2_000,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    random: () => 0,
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
}

/** A server that answers each request by the next of its handlers, the last one for ever. */
async function startScripted(
  ...script: ((respond: (status: number, body: string) => void, socket: { destroy(): void }) => void)[]
) {
  let requests = 0;
  const server: Server = createServer((request, response) => {
    const handler = script[Math.min(requests, script.length - 1)];
    requests += 1;
    request.resume();
    handler?.((status, body) => response.writeHead(status).end(body), request.socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests: () => requests,
  };
}

const hangUp = (_respond: unknown, socket: { destroy(): void }) => socket.destroy();
const greet = (respond: (status: number, body: string) => void) => respond(200, '{"data":{"hello":"hi"}}');

async function startPeer(resolve: (context: RequestContext) => unknown) {
  const peer = await startTestSubgraph({
    service: 'peer',
    typeDefs: 'type Query { hello: String! }',
    resolvers: { Query: { hello: (_: unknown, __: unknown, context: RequestContext) => resolve(context) } },
  });
  cleanups.push(() => peer.close());
  return peer;
}

describe('a request', () => {
  it('carries the identity and the trace of its caller', async () => {
    const peer = await startPeer(({ identity, traceId }) => `${identity.tenant} ${traceId}`);
    const client = createClient(peer.url, { signer: peer.identity.signer });
    await withSpan('caller', {}, async (span) => {
      const answer = await client.request(hello, {}, { identity: { ...ada, tenant: 'acme' } });
      expect(answer.hello).toBe(`acme ${span.spanContext().traceId}`);
    });
  });

  it('throws the peer’s own refusal, which neither retries nor opens the circuit', async () => {
    let calls = 0;
    const peer = await startPeer(() => {
      calls += 1;
      throw raisePlatform('NOT_FOUND', { details: { id: '7' } });
    });
    const client = createClient(peer.url, { signer: peer.identity.signer, circuit: { failures: 1 } });
    const asked = client.request(hello, {}, { identity: ada, idempotent: true });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_FOUND', details: { id: '7' } });
    expect(calls).toBe(1);
    expect(client.circuit).toBe('closed');
  });

  it('is sent again after a lost connection if it is idempotent', async () => {
    const peer = await startScripted(hangUp, hangUp, greet);
    const answer = await createClient(peer.url).request(hello, {}, { identity: ada, idempotent: true });
    expect(answer).toEqual({ hello: 'hi' });
    expect(peer.requests()).toBe(3);
  });

  it('is sent once if it is not idempotent', async () => {
    const peer = await startScripted(hangUp, greet);
    const asked = createClient(peer.url).request(hello, {}, { identity: ada });
    await expect(asked).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      message: expect.stringContaining('cannot be reached'),
    });
    expect(peer.requests()).toBe(1);
  });

  it('gives up at its deadline, whatever the peer does', async () => {
    const peer = await startScripted(() => undefined);
    const asked = createClient(peer.url, { timeoutMs: 50 }).request(
      hello,
      {},
      { identity: ada, idempotent: true },
    );
    await expect(asked).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      message: expect.stringContaining('within 50 ms'),
    });
  });

  it('ends with its caller, without blaming the peer', async () => {
    const controller = new AbortController();
    const peer = await startScripted(() => controller.abort('UNSUBSCRIBED'));
    const client = createClient(peer.url, { circuit: { failures: 1 } });
    const asked = client.request(hello, {}, { identity: ada, signal: controller.signal });
    await expect(asked).rejects.toBe('UNSUBSCRIBED');
    expect(client.circuit).toBe('closed');
  });

  it('finds the circuit open after repeated failures and fails without asking', async () => {
    const peer = await startScripted((respond) => respond(502, '<html>'));
    const client = createClient(peer.url, { circuit: { failures: 2, openMs: 60_000 } });
    const ask = () => client.request(hello, {}, { identity: ada }).catch((error: Error) => error.message);
    expect(await ask()).toContain('502');
    await ask();
    expect(await ask()).toContain('is not asked for now');
    expect(peer.requests()).toBe(2);
  });
});
