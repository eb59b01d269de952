import { request as httpRequest } from 'node:http';
import { fetch } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createDeferred } from '../deferred.ts';
import { raisePlatform } from '../errors.ts';
import { carries, placeOfCarried, streamSignal } from '../stream-carrier.ts';
import { startTestSubgraph, type TestSubgraph, type TestSubgraphOptions } from '../testing/subgraph.ts';
import { createEventQueue, mapEvents } from './async-events.ts';
import { cancelReason, type RequestContext } from './request-context.ts';

const typeDefs = `#graphql
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { hello(name: String = "you"): String!  tenant: String!  refused: String  broken: String  slow: String  trace: String! }
  type Subscription { count(to: Int!): Int  quiet: Int  failing: Int  perEvent: Int }
`;

/** A subgraph that records why each of its operations was cancelled. */
async function start(overrides: Partial<TestSubgraphOptions<object, object>> = {}) {
  const cancelled: string[] = [];
  const arrivals = createDeferred();
  const cancellation = createDeferred<string>();
  let loadersMade = 0;
  const watch = ({ signal }: RequestContext) => {
    signal.addEventListener('abort', () => {
      cancelled.push(cancelReason(signal));
      cancellation.resolve(cancelReason(signal));
    });
    arrivals.resolve();
  };
  const subgraph = await startTestSubgraph({
    typeDefs,
    loaders: () => {
      loadersMade += 1;
      return { serial: loadersMade };
    },
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
        tenant: (_: unknown, __: unknown, { identity }: RequestContext) => identity.tenant,
        refused: () => {
          throw raisePlatform('NOT_FOUND', { because: 'no such thing', details: { id: '7' } });
        },
        broken: () => {
          throw new Error('password is hunter2');
        },
        slow: (_: unknown, __: unknown, context: RequestContext) => {
          watch(context);
          return new Promise((resolve) => context.signal.addEventListener('abort', () => resolve('aborted')));
        },
        trace: (_: unknown, __: unknown, { traceId }: RequestContext) => traceId,
      },
      Subscription: {
        count: {
          subscribe: (_: unknown, { to }: { to: number }, context: RequestContext) => {
            watch(context);
            const queue = createEventQueue<number>({ maxEvents: 1_000 });
            for (let index = 1; index <= to; index += 1) queue.push(index);
            queue.end();
            return mapEvents(queue.events, (count) => ({ count }));
          },
        },
        quiet: {
          subscribe: (_: unknown, __: unknown, context: RequestContext) => {
            watch(context);
            return createEventQueue<object>({ maxEvents: 1 }).events;
          },
        },
        failing: {
          subscribe: () => {
            const queue = createEventQueue<object>({ maxEvents: 10 });
            queue.push({ failing: 1 });
            queue.fail(raisePlatform('DEPENDENCY_UNAVAILABLE'));
            return queue.events;
          },
        },
        perEvent: {
          subscribe: () => {
            const queue = createEventQueue<object>({ maxEvents: 10 });
            queue.push({});
            queue.push({});
            queue.end();
            return queue.events;
          },
          resolve: (_: unknown, __: unknown, { loaders }: { loaders: { serial: number } }) => loaders.serial,
        },
      },
    },
    ...overrides,
  });
  running.push(subgraph);
  return { subgraph, cancelled, arrived: arrivals.promise, cancellation: cancellation.promise };
}

const running: TestSubgraph[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((subgraph) => subgraph.close()));
});

async function collect(subgraph: TestSubgraph, query: string): Promise<unknown[]> {
  const client = await subgraph.webSocketClient();
  const results: unknown[] = [];
  for await (const result of client.iterate({ query })) results.push(result);
  return results;
}

/** A raw graphql-ws socket, to leave in ways that a well-behaved client would not. */
async function rawSocket(subgraph: TestSubgraph, query: string): Promise<WebSocket> {
  const identity = await subgraph.identity.connection('test');
  const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { identity } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  return socket;
}

/** One that carries the streams of many clients. */
async function carryingSocket(subgraph: TestSubgraph) {
  const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  const said: { readonly type: string; readonly id?: string; readonly payload?: unknown }[] = [];
  socket.on('message', (data) => said.push(JSON.parse(String(data))));
  const identity = await subgraph.identity.connection('test');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { identity, ...carries } }));
  await expect.poll(() => said).toEqual([{ type: 'connection_ack', payload: { carries: true } }]);
  const proofFor = (query: string) =>
    subgraph.identity.signer.sign(
      { subject: 'tester', tenant: 'test', roles: [], scopes: ['admin'] },
      { audience: 'test', place: placeOfCarried({ query }) },
    );
  return {
    socket,
    said,
    identity,
    proofFor,
    async subscribe(id: string, query: string) {
      const extensions = { identity: await proofFor(query) };
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, extensions } }));
    },
  };
}

describe('over HTTP', () => {
  it('answers a request that carries an identity, and knows its tenant', async () => {
    const { subgraph } = await start();
    const answer = await subgraph.request(
      'query Greet($n: String) { hello(name: $n) tenant }',
      { n: 'Ada' },
      { tenant: 'acme' },
    );
    expect(answer).toEqual({ data: { hello: 'hello Ada', tenant: 'acme' } });
  });

  it('refuses a request without an identity before reading what it asks', async () => {
    const { subgraph } = await start();
    const response = await fetch(subgraph.url, {
      method: 'POST',
      body: '{"query": "{ this is not',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
    });
  });

  it('refuses an identity signed by a stranger', async () => {
    const [{ subgraph }, { subgraph: other }] = await Promise.all([start(), start()]);
    const body = '{"query":"{ hello }"}';
    const signed = await other.identity.headers({ audience: 'test', body });
    const headers = { 'content-type': 'application/json', ...signed };
    const response = await fetch(subgraph.url, { method: 'POST', headers, body });
    expect(response.status).toBe(401);
  });

  it('refuses a request that was sent before, and one that was altered on its way', async () => {
    const { subgraph } = await start();
    const body = '{"query":"{ hello }"}';
    const send = (headers: Record<string, string>, text = body) =>
      fetch(subgraph.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: text,
      });
    const signed = await subgraph.identity.headers({ audience: 'test', body });
    expect((await send(signed)).status).toBe(200);
    const again = await send(signed);
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('sent before'),
          extensions: { code: 'UNAUTHENTICATED', retryable: false },
        },
      ],
    });
    const altered = await send(
      await subgraph.identity.headers({ audience: 'test', body }),
      '{"query":"{ tenant }"}',
    );
    expect(altered.status).toBe(401);
    expect(JSON.stringify(await altered.json())).toContain('another body');
  });

  it('gives an expected refusal its code and details', async () => {
    const { subgraph } = await start();
    const { errors } = await subgraph.request('{ refused }');
    expect(errors?.[0]).toMatchObject({
      path: ['refused'],
      extensions: { code: 'NOT_FOUND', id: '7', retryable: false },
    });
    expect(errors?.[0]?.message).toContain('no such thing');
  });

  it('hides the message of an unexpected error and names the trace instead', async () => {
    const { subgraph } = await start();
    const answer = await subgraph.request('{ broken }');
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      retryable: false,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it.each([
    ['{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ hello', {}, 'GRAPHQL_PARSE_FAILED'],
    ['query ($n: String!) { hello(name: $n) }', { n: 7 }, 'BAD_USER_INPUT'],
  ])('answers %s with a typed error', async (query, variables, code) => {
    const { subgraph } = await start();
    const { errors } = await subgraph.request(query, variables);
    expect(errors?.[0]?.extensions?.['code']).toBe(code);
  });

  it('refuses a body beyond its limit without reading it', async () => {
    const { subgraph } = await start({ limits: { maxBodyBytes: 1_000 } });
    const answer = await subgraph.request(`{ hello(name: "${'x'.repeat(2_000)}") }`);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', maxBytes: 1_000 });
  });

  it('aborts the signal when the client hangs up', async () => {
    const { subgraph, arrived, cancellation } = await start();
    const body = '{"query":"{ slow }"}';
    const signed = await subgraph.identity.headers({ audience: 'test', body });
    const headers = { 'content-type': 'application/json', ...signed };
    const request = httpRequest(subgraph.url, { method: 'POST', headers });
    request.on('error', () => undefined);
    request.end(body);
    await arrived;
    request.destroy();
    expect(await cancellation).toBe('DISCONNECTED');
  });

  it('continues the trace that the caller began', async () => {
    const { subgraph } = await start();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const body = '{"query":"{ trace }"}';
    const headers = {
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      ...(await subgraph.identity.headers({ audience: 'test', body })),
    };
    const response = await fetch(subgraph.url, { method: 'POST', headers, body });
    expect(await response.json()).toEqual({ data: { trace: traceId } });
  });

  it('counts operations by name, type and code', async () => {
    const { subgraph } = await start();
    await subgraph.request('query Greet { hello }');
    await subgraph.request('query Fail { refused }');
    const metrics = await (await fetch(subgraph.url.replace('/graphql', '/metrics'))).text();
    expect(metrics).toContain(
      'fathom_graphql_operations_total{operation="Greet",type="query",code="OK",service="test"} 1',
    );
    expect(metrics).toContain(
      'fathom_graphql_operations_total{operation="Fail",type="query",code="NOT_FOUND",service="test"} 1',
    );
  });
});

describe('over a WebSocket', () => {
  it('streams events and completes', async () => {
    const { subgraph } = await start();
    expect(await collect(subgraph, 'subscription { count(to: 3) }')).toEqual(
      [1, 2, 3].map((count) => ({ data: { count } })),
    );
  });

  it('makes fresh loaders for every event', async () => {
    const { subgraph } = await start();
    const serials = (await collect(subgraph, 'subscription { perEvent }')) as {
      data: { perEvent: number };
    }[];
    expect(new Set(serials.map(({ data }) => data.perEvent)).size).toBe(2);
  });

  it('opens one socket for an identity, and none for who shows it a second time', async () => {
    const { subgraph } = await start();
    const identity = await subgraph.identity.connection('test');
    const opened: WebSocket[] = [];
    const open = async (): Promise<string> => {
      const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
      opened.push(socket);
      await new Promise((resolve) => socket.once('open', resolve));
      const said = new Promise<string>((resolve) => {
        socket.once('message', (data) => resolve((JSON.parse(String(data)) as { type: string }).type));
        socket.once('close', (code) => resolve(String(code)));
      });
      socket.send(JSON.stringify({ type: 'connection_init', payload: { identity } }));
      return said;
    };
    expect([await open(), await open()]).toEqual(['connection_ack', '4403']);
    for (const socket of opened) socket.terminate();
  });

  it('closes the socket of a client without an identity with 4403', async () => {
    const { subgraph } = await start();
    const socket = new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: {} }));
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4403);
  });

  it('carries the streams of many clients on one socket, each under the identity that it shows for its operation', async () => {
    const { subgraph } = await start();
    const { socket, said, identity, proofFor } = await carryingSocket(subgraph);
    const operation = { query: 'subscription { count(to: 1) }' };
    const good = await proofFor(operation.query);
    const attempts: readonly (readonly [string, string | undefined])[] = [
      ['good', good],
      ['replayed', good],
      ['none', undefined],
      ['of the connection', identity],
      ['of another operation', await proofFor('subscription { quiet }')],
    ];
    const outcomeOf = (id: string) => said.filter((message) => message.id === id).map(({ type }) => type);
    // One after another: of two that show the same, whichever is verified first is the good one.
    for (const [id, shown] of attempts) {
      const extensions = shown === undefined ? {} : { identity: shown };
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { ...operation, extensions } }));
      await expect.poll(() => outcomeOf(id)).toEqual(id === 'good' ? ['next', 'complete'] : ['error']);
    }
    const refused = said.filter(({ type }) => type === 'error').map(({ payload }) => payload);
    for (const errors of refused) expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    socket.terminate();
  });

  it('holds one stream of such a socket back while another goes on', async () => {
    const { subgraph } = await start();
    const { socket, said, subscribe } = await carryingSocket(subgraph);
    await subscribe('held', 'subscription { count(to: 100) }');
    socket.send(streamSignal('hold', 'held'));
    await subscribe('free', 'subscription { count(to: 50) }');
    const of = (id: string, type: string) =>
      said.filter((message) => message.id === id && message.type === type);
    await expect.poll(() => of('free', 'complete').length).toBe(1);
    expect(of('free', 'next')).toHaveLength(50);
    expect(of('held', 'next').length).toBeLessThan(100);
    expect(of('held', 'complete')).toHaveLength(0);
    socket.send(streamSignal('release', 'held'));
    await expect.poll(() => of('held', 'complete').length).toBe(1);
    expect(of('held', 'next')).toHaveLength(100);
    socket.terminate();
  });

  it('tells of one stream of such a socket that its client was lost', async () => {
    const { subgraph, arrived, cancellation } = await start();
    const { socket, subscribe } = await carryingSocket(subgraph);
    await subscribe('lost', 'subscription { quiet }');
    await arrived;
    socket.send(streamSignal('lost', 'lost'));
    socket.send(JSON.stringify({ id: 'lost', type: 'complete' }));
    expect(await cancellation).toBe('DISCONNECTED');
    expect(socket.readyState).toBe(socket.OPEN);
    socket.terminate();
  });

  it('tells a client that unsubscribed from a quiet stream', async () => {
    const { subgraph, arrived, cancellation } = await start();
    const socket = await rawSocket(subgraph, 'subscription { quiet }');
    await arrived;
    socket.send(JSON.stringify({ type: 'complete', id: '1' }));
    expect(await cancellation).toBe('UNSUBSCRIBED');
    socket.terminate();
  });

  it('tells a client whose socket went away', async () => {
    const { subgraph, arrived, cancellation, cancelled } = await start();
    const socket = await rawSocket(subgraph, 'subscription { quiet }');
    await arrived;
    socket.terminate();
    expect(await cancellation).toBe('DISCONNECTED');
    expect(cancelled).toEqual(['DISCONNECTED']);
  });

  it('closes sockets with 1001 and no complete when it drains', async () => {
    const { subgraph, arrived, cancellation } = await start();
    const socket = await rawSocket(subgraph, 'subscription { quiet }');
    await arrived;
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await subgraph.close();
    expect(await closed).toBe(1001);
    expect(await cancellation).toBe('DRAINING');
    expect(messages).toEqual([]);
  });

  it('sends what came before a failure, then the typed error', async () => {
    const { subgraph } = await start();
    const client = await subgraph.webSocketClient();
    const events: unknown[] = [];
    const failure = await new Promise((resolve) => {
      client.subscribe(
        { query: 'subscription { failing }' },
        { next: (event) => events.push(event), error: resolve, complete: () => resolve('completed') },
      );
    });
    expect(events).toEqual([{ data: { failing: 1 } }]);
    expect(failure).toMatchObject([{ extensions: { code: 'DEPENDENCY_UNAVAILABLE', retryable: true } }]);
  });

  it('refuses an invalid subscription with a typed error', async () => {
    const { subgraph } = await start();
    await expect(collect(subgraph, 'subscription { nothing }')).rejects.toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('counts a subscription by how it ended', async () => {
    const { subgraph } = await start();
    await collect(subgraph, 'subscription Count { count(to: 2) }');
    const metrics = await subgraph.platform.metrics.registry.metrics();
    expect(metrics).toContain(
      'fathom_graphql_operations_total{operation="Count",type="subscription",code="OK",service="test"} 1',
    );
    expect(metrics).toContain('fathom_graphql_subscription_events_total{service="test"} 2');
  });
});

describe('health', () => {
  it('says which part is not ready and why', async () => {
    const { subgraph } = await start({
      readiness: {
        engine: async () => ({ ok: false, detail: 'the model is loading' }),
        disk: async () => ({ ok: true, detail: '3 GB free' }),
      },
      banner: () => ({ devices: 'cpu' }),
    });
    const response = await fetch(subgraph.url.replace('/graphql', '/readyz'));
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      service: 'test',
      checks: {
        engine: { ok: false, detail: 'the model is loading' },
        disk: { ok: true, detail: '3 GB free' },
      },
      facts: { devices: 'cpu' },
    });
    expect((await fetch(subgraph.url.replace('/graphql', '/livez'))).status).toBe(200);
  });

  it('names the port that is taken', async () => {
    const { subgraph } = await start();
    const platform = { ...subgraph.platform, env: { ...subgraph.platform.env, PORT: subgraph.port } };
    await expect(start({ platform })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(subgraph.port)),
    });
  });

  it('lets a request under way end before it closes', async () => {
    const { subgraph, arrived, cancellation } = await start();
    const answer = subgraph.request('{ slow }');
    await arrived;
    const closed = subgraph.close();
    // The drain's limit, not the client, is what ends a request that never would.
    expect(await cancellation).toBe('DRAINING');
    expect(await answer).toEqual({ data: { slow: 'aborted' } });
    await closed;
  });
});
