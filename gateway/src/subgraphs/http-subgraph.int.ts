/** A service that answers late, too much, garbage, in pieces, or never, over real sockets. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CircuitBreaker } from '@fathom/platform/client/circuit-breaker';
import { createDeferred } from '@fathom/platform/deferred';
import { createLogger } from '@fathom/platform/logging';
import { afterEach, describe, expect, test } from 'vitest';
import type { GatewayContext } from '../context.ts';
import { defaultSettings } from '../settings.ts';
import type { FetchSettings } from './fetch-settings.ts';
import { createHttpSubgraph, type HttpSubgraph } from './http-subgraph.ts';
import { subgraphOperation } from './subgraph.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Of circuits: time passes there as a test says. */
let nowMs = 0;

interface Service {
  readonly subgraph: HttpSubgraph;
  /** Requests that came, oldest first. */
  readonly requests: { readonly request: IncomingMessage; readonly body: string }[];
  readonly events: string[];
  ask(options?: { mutation?: boolean; signal?: AbortSignal }): Promise<unknown>;
}

/** Answers each request by the next of its handlers, the last one for ever. */
async function start(settings: Partial<FetchSettings>, ...handlers: readonly Handler[]): Promise<Service> {
  const requests: { request: IncomingMessage; body: string }[] = [];
  const server: Server = createServer(async (request, response) => {
    const index = requests.length;
    const record = { request, body: '' };
    requests.push(record);
    for await (const chunk of request) record.body += String(chunk);
    handlers[Math.min(index, handlers.length - 1)]?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const all = { ...defaultSettings.fetches, queryTimeoutMs: 5_000, ...settings };
  const events: string[] = [];
  const subgraph = createHttpSubgraph({
    service: 'shop',
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
    settings: all,
    breaker: new CircuitBreaker({
      name: 'shop',
      failures: all.circuitFailures,
      openMs: all.circuitOpenMs,
      now: () => nowMs,
      onChange: (state) => events.push(state),
    }),
    pause: async () => undefined,
    observer: { ended: (outcome) => events.push(outcome), happened: (event) => events.push(event) },
  });
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  cleanups.push(() => subgraph.close());
  return {
    subgraph,
    requests,
    events,
    ask: ({ mutation = false, signal = new AbortController().signal } = {}) =>
      subgraph
        .ask(subgraphOperation(mutation ? 'mutation{a}' : '{a}', undefined), '{"x":1}', contextOf(signal))
        .catch(
          (error: { code?: string; extensions?: { code?: string } }) => error.code ?? error.extensions?.code,
        ),
  };
}

let signed = 0;
function contextOf(signal: AbortSignal): GatewayContext {
  return {
    principal: undefined,
    identityFor: async ({ audience, place, body }) => {
      signed += 1;
      return `signed ${signed} for ${audience}, ${place}, ${body}`;
    },
    signal,
    traceHeaders: () => ({ traceparent: '00-1' }),
    traceId: 't',
    logger: createLogger({ service: 'gateway', level: 'silent' }),
  };
}

/** How many different ones came: each attempt must have its own. */
const identitiesOf = (requests: readonly { readonly request: IncomingMessage }[]) =>
  new Set(requests.map(({ request }) => request.headers['x-fathom-identity'])).size;

const sending =
  (status: number, body: string): Handler =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
const fine = sending(200, '{"data":{"a":1}}');
const silent: Handler = () => undefined;
const cut: Handler = (request) => void request.socket.destroy();
/** What `fine` sends, and how many bytes of it there are. */
const ok = { data: { a: 1 }, bytes: 16 };

describe('a service', () => {
  test('gets the operation, the identity and the trace', async () => {
    const { ask, requests } = await start({}, fine);
    expect(await ask()).toEqual(ok);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ query: '{a}', variables: { x: 1 } });
    expect(requests[0]?.request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-fathom-identity': expect.stringMatching(
        /^signed \d+ for \w+, POST \/graphql, \{"query":"\{a\}","variables":\{"x":1\}\}$/,
      ),
      traceparent: '00-1',
    });
  });

  test('that cuts the connection is asked again for a query, never for a mutation', async () => {
    const query = await start({}, cut, cut, fine);
    expect(await query.ask()).toEqual(ok);
    expect(query.events).toEqual(['retried', 'retried', 'ok']);
    expect(identitiesOf(query.requests)).toBe(3);
    const mutation = await start({}, cut, fine);
    expect(await mutation.ask({ mutation: true })).toBe('SUBGRAPH_UNAVAILABLE');
    expect(mutation.requests).toHaveLength(1);
  });

  test('that a proxy calls gone is asked again, one that sends garbage is not', async () => {
    const gone = await start({}, sending(502, '<html>Bad gateway</html>'), fine);
    expect(await gone.ask()).toEqual(ok);
    const garbage = await start({}, sending(200, '{"data":'), fine);
    expect(await garbage.ask()).toBe('SUBGRAPH_BAD_ANSWER');
    expect(garbage.requests).toHaveLength(1);
  });

  test('that never answers is given up at the deadline', async () => {
    const { ask, requests, events } = await start({ queryTimeoutMs: 30 }, silent);
    expect(await ask()).toBe('SUBGRAPH_TIMEOUT');
    expect(requests.length).toBeLessThanOrEqual(1);
    expect(events).toEqual(['error']);
  });

  test('that sends a byte now and then is given up at the same deadline', async () => {
    const { ask } = await start({ queryTimeoutMs: 60 }, (_request, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      response.once('close', () => clearInterval(timer));
    });
    expect(await ask()).toBe('SUBGRAPH_TIMEOUT');
  });

  test('that answers too much is cut off before all of it has come', async () => {
    const closed = createDeferred<number>();
    const { ask, events } = await start(
      { maxResponseBytes: 100_000, circuitFailures: 1 },
      (_request, response) => {
        let sent = 0;
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(10_000))) sent += 10_000;
        };
        response.on('drain', more);
        response.once('close', () => closed.resolve(sent));
        more();
      },
    );
    expect(await ask()).toBe('SUBGRAPH_ANSWER_TOO_LARGE');
    expect(await closed.promise).toBeLessThan(100_000_000);
    // One client asked for too much: no reason to refuse the others.
    expect(events).toEqual(['error']);
  });

  test('that sends its answer in pieces, within a letter even, is understood', async () => {
    const bytes = Buffer.from('{"data":{"a":"é€😀"}}');
    const { ask } = await start({}, (_request, response) => {
      const rest = [...bytes];
      const next = (): void => {
        const byte = rest.shift();
        if (byte === undefined) response.end();
        else response.write(Buffer.of(byte), next);
      };
      next();
    });
    expect(await ask()).toEqual({ data: { a: 'é€😀' }, bytes: 26 });
  });

  test('that breaks off within its answer is asked again', async () => {
    const half: Handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"data":', () => response.destroy());
    };
    const { ask } = await start({}, half, fine);
    expect(await ask()).toEqual(ok);
  });

  test('hears that nobody waits any more', async () => {
    const hung = createDeferred<string>();
    const came = createDeferred<void>();
    const { ask, events } = await start({ circuitFailures: 1 }, (_request, response) => {
      response.once('close', () => hung.resolve('closed'));
      came.resolve();
    });
    const leaving = new AbortController();
    const asked = ask({ signal: leaving.signal });
    await came.promise;
    leaving.abort();
    expect(await asked).toBe('CLIENT_GONE');
    expect(await hung.promise).toBe('closed');
    expect(events).not.toContain('open');
  });

  test('that fails again and again is left alone, and noticed when it is back', async () => {
    let down = true;
    const { ask, requests, events } = await start(
      { circuitFailures: 3, circuitOpenMs: 50, maxRetries: 0 },
      (request, response) => (down ? cut(request, response) : fine(request, response)),
    );
    for (let index = 0; index < 3; index += 1) expect(await ask()).toBe('SUBGRAPH_UNAVAILABLE');
    const before = requests.length;
    expect(await ask()).toBe('SUBGRAPH_UNAVAILABLE');
    expect(requests.length).toBe(before);
    down = false;
    nowMs += 50;
    expect(await ask()).toEqual(ok);
    expect(events.filter((event) => ['open', 'half-open', 'closed'].includes(event))).toEqual([
      'open',
      'half-open',
      'closed',
    ]);
  });

  test('is asked by so many at a time; the next wait, and beyond them is SUBGRAPH_OVERLOADED', async () => {
    const held: ServerResponse[] = [];
    const { ask, requests, subgraph, events } = await start(
      { maxConcurrent: 2, maxWaiting: 1 },
      (_request, response) => void held.push(response),
    );
    const asked = [ask(), ask(), ask()];
    expect(await ask()).toBe('SUBGRAPH_OVERLOADED');
    expect(events).toEqual(['overloaded', 'error']);
    await expect.poll(() => held.length).toBe(2);
    expect(subgraph.bulkhead).toMatchObject({ running: 2, waiting: 1 });
    const answerAll = (): void => {
      for (const response of held.splice(0)) response.end('{"data":{"a":1}}');
    };
    answerAll();
    await expect.poll(() => held.length).toBe(1);
    expect(requests.length).toBe(3);
    answerAll();
    expect(await Promise.all(asked)).toEqual([ok, ok, ok]);
    expect(subgraph.bulkhead).toMatchObject({ running: 0, waiting: 0 });
  });

  test('that is late is asked a second time where it is hedged, and never for a mutation', async () => {
    const ended = createDeferred<void>();
    const late: Handler = (_request, response) => response.once('close', () => ended.resolve());
    const hedged = await start({ hedgeAfterMs: 20 }, late, fine);
    expect(await hedged.ask()).toEqual(ok);
    expect(hedged.events).toEqual(['hedged', 'ok']);
    expect(identitiesOf(hedged.requests)).toBe(2);
    await ended.promise;
    const mutation = await start({ hedgeAfterMs: 1, mutationTimeoutMs: 1_000 }, silent, fine);
    expect(await mutation.ask({ mutation: true })).toBe('SUBGRAPH_TIMEOUT');
    expect(mutation.requests).toHaveLength(1);
  });

  test('in trouble gets no more retries than its budget', async () => {
    const { ask, requests } = await start({ circuitFailures: 10_000, maxRetries: 2 }, cut);
    for (let index = 0; index < 50; index += 1) await ask();
    // Ten saved, and a fifth of fifty.
    expect(requests.length).toBeLessThanOrEqual(50 + 20);
  });
});
