/** Every wire over real sockets, against a server that sends whatever bytes a test wants. Frames: `framed-wire.int.ts`. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createDeferred } from '@fathom/platform/deferred';
import { afterEach, describe, expect, test } from 'vitest';
import { Departure } from '../../departure.ts';
import { createPooledWire } from './create-wire.ts';
import { createFramedWire } from './framed-wire.ts';
import { createSocketWire } from './socket-wire.ts';
import {
  type PostAnswer,
  type PostFailure,
  type PostRequest,
  post,
  type Wire,
  type WireOptions,
} from './wire.ts';

type Answer = (socket: Socket, request: string) => void;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Service {
  readonly wire: Wire;
  /** Whole requests as they came. */
  readonly requests: string[];
  /** Connections in the order in which they were opened. */
  readonly sockets: Socket[];
  ask(request?: Partial<PostRequest>): Promise<PostAnswer | string>;
}

/** Answers each request by the next of its answers, the last one for ever. */
async function start(create: typeof createSocketWire, ...answers: readonly Answer[]): Promise<Service> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const [, length] = /content-length: (\d+)\r\n/i.exec(text) ?? [];
      if (length === undefined || text.length < text.indexOf('\r\n\r\n') + 4 + Number(length)) return;
      const request = text;
      text = '';
      requests.push(request);
      answers[Math.min(requests.length, answers.length) - 1]?.(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { readonly port: number };
  const wire = create({ url: new URL(`http://127.0.0.1:${address.port}/graphql`), maxConnections: 2 });
  cleanups.push(
    () => wire.close(),
    () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  );
  return {
    wire,
    requests,
    sockets,
    ask: ({ endsAt = performance.now() + 20_000, ...request } = {}) =>
      post(wire, {
        headers: [],
        body: '{}',
        maxBytes: 1_000_000,
        signal: new Departure(),
        endsAt,
        ...request,
      }).catch((error: PostFailure) => error.kind),
  };
}

const whole = (body: string, ...lines: readonly string[]) =>
  ['HTTP/1.1 200 OK', `content-length: ${Buffer.byteLength(body)}`, ...lines, '', body].join('\r\n');
const sending =
  (bytes: string): Answer =>
  (socket) =>
    void socket.write(bytes);
const ending =
  (bytes: string): Answer =>
  (socket) =>
    void socket.end(bytes);
const fine = sending(whole('{"data":{}}'));
const answer = { status: 200, text: '{"data":{}}' };

const createUnofferedWire = (options: WireOptions): Wire =>
  createFramedWire({ ...options, maxPerSocket: 32 });

describe.each([
  ['sockets', createSocketWire],
  ['undici', createPooledWire],
  ['frames, where none are offered', createUnofferedWire],
] as const)('%s', (_name, create) => {
  test('send what a service needs to know, once', async () => {
    const { ask, requests, sockets } = await start(create, fine);
    const body = '{"query":"{ é }"}';
    expect(await ask({ headers: ['x-fathom-identity', 'me', 'traceparent', '00-1'], body })).toEqual(answer);
    const [first = ''] = requests;
    const [head = '', sent] = first.split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toBe('POST /graphql HTTP/1.1');
    expect(head.toLowerCase().split('\r\n')).toEqual(
      expect.arrayContaining([
        `host: 127.0.0.1:${sockets[0]?.localPort}`,
        'content-type: application/json',
        'accept: application/json',
        'x-fathom-identity: me',
        'traceparent: 00-1',
        `content-length: ${Buffer.byteLength(body)}`,
      ]),
    );
    expect(Buffer.from(sent ?? '', 'latin1').toString()).toBe(body);
  });

  test.each([
    [
      'of another status',
      'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\nno',
      { status: 502, text: 'no' },
    ],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n{"data\r\n5\r\n":{}}\r\n0\r\n\r\n',
      answer,
    ],
    ['behind an early hint', `HTTP/1.1 103 Early Hints\r\n\r\n${whole('{"data":{}}')}`, answer],
  ])('understand an answer %s', async (_what, bytes, expected) => {
    const { ask } = await start(create, sending(bytes));
    expect(await ask()).toEqual(expected);
  });

  test('take an answer without a length to the end of its connection, and open another', async () => {
    const { ask, sockets } = await start(create, ending('HTTP/1.1 200 OK\r\n\r\n{"data":{}}'), fine);
    expect(await ask()).toEqual(answer);
    expect(await ask()).toEqual(answer);
    expect(sockets).toHaveLength(2);
  });

  test.each([
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{"data":'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n'],
  ])('lose an answer that is cut off behind %s, and open another connection', async (_what, bytes) => {
    const { ask, sockets } = await start(create, ending(bytes), fine);
    expect(await ask()).toBe('lost');
    expect(await ask()).toEqual(answer);
    expect(sockets).toHaveLength(2);
  });

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\r\n'],
    ['random bytes', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10, 7]).toString('latin1')],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a chunk that is no chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['a head of 200 kB', `HTTP/1.1 200 OK\r\n${'x: yyyyyyyyyyyyyyyyyy\r\n'.repeat(10_000)}\r\n`],
  ])('lose an answer that is garbage (%s), close its connection, and open another', async (_what, bytes) => {
    const closed = createDeferred<void>();
    const garbage: Answer = (socket) => {
      socket.once('close', () => closed.resolve());
      socket.write(bytes, 'latin1');
    };
    const { ask, sockets } = await start(create, garbage, fine);
    expect(await ask()).toBe('lost');
    await closed.promise;
    expect(await ask()).toEqual(answer);
    expect(sockets).toHaveLength(2);
  });

  test('give up an answer that never comes, and one that trickles, at the deadline', async () => {
    const trickle: Answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 5);
      socket.once('close', () => clearInterval(timer));
    };
    const { ask } = await start(create, () => undefined, trickle);
    expect(await ask({ endsAt: performance.now() + 40 })).toBe('timeout');
    expect(await ask({ endsAt: performance.now() + 80 })).toBe('timeout');
  });

  test('keep each deadline, whichever comes first', async () => {
    const { ask, wire } = await start(create, () => undefined);
    const now = performance.now();
    let latest: unknown = 'under way';
    const late = ask({ endsAt: now + 600_000 }).then((outcome) => {
      latest = outcome;
    });
    const [early, later] = [ask({ endsAt: now + 30 }), ask({ endsAt: now + 60 })];
    expect([await early, await later, latest]).toEqual(['timeout', 'timeout', 'under way']);
    await wire.close();
    await late;
  });

  test('end the exchange and its connection when the client has gone, before and while it is under way', async () => {
    const came = createDeferred<Socket>();
    const { ask, requests } = await start(create, (socket) => came.resolve(socket));
    const gone = new Departure();
    gone.abort('DISCONNECTED');
    expect(await ask({ signal: gone })).toBe('aborted');
    const leaving = new Departure();
    const asked = ask({ signal: leaving });
    const socket = await came.promise;
    leaving.abort('DISCONNECTED');
    expect(await asked).toBe('aborted');
    if (!socket.destroyed) await once(socket, 'close');
    expect(requests).toHaveLength(1);
  });

  test('cut off an answer that is too large, whether it says so or not', async () => {
    const endless: Answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`));
      };
      socket.on('drain', more);
      more();
    };
    const { ask } = await start(create, endless, sending(whole('x'.repeat(200_000))), fine);
    expect(await ask({ maxBytes: 100_000 })).toBe('too-large');
    expect(await ask({ maxBytes: 100_000 })).toBe('too-large');
    expect(await ask({ maxBytes: 100_000 })).toEqual(answer);
  });

  test('open no more connections than they may; who comes then waits its turn, or leaves the queue', async () => {
    const held: Socket[] = [];
    const { ask, sockets } = await start(create, (socket) => void held.push(socket));
    const asked = [ask(), ask(), ask()];
    const leaving = new Departure();
    const left = ask({ signal: leaving });
    await expect.poll(() => held.length).toBe(2);
    leaving.abort('DISCONNECTED');
    expect(await left).toBe('aborted');
    held.shift()?.write(whole('{"data":{}}'));
    await expect.poll(() => held.length).toBe(2);
    for (const socket of held) socket.write(whole('{"data":{}}'));
    expect(await Promise.all(asked)).toEqual([answer, answer, answer]);
    expect(sockets).toHaveLength(2);
  });

  test('a connection that breaks gives its place to whoever waits', async () => {
    const held: Socket[] = [];
    const hold: Answer = (socket) => void held.push(socket);
    const { ask, sockets } = await start(create, hold, hold, fine);
    const asked = [ask(), ask(), ask()];
    await expect.poll(() => held.length).toBe(2);
    held[0]?.destroy();
    expect(await Promise.race(asked)).toBe('lost');
    held[1]?.write(whole('{"data":{}}'));
    expect((await Promise.all(asked)).filter((one) => one === 'lost')).toHaveLength(1);
    expect(sockets.length).toBeGreaterThanOrEqual(2);
  });

  test('do not use a connection again that the service closes with its answer, or is about to close', async () => {
    const closing = sending(whole('{"data":{}}', 'connection: close'));
    const soon = sending(whole('{"data":{}}', 'keep-alive: timeout=1'));
    const { ask, sockets } = await start(create, closing, soon, fine);
    for (let index = 0; index < 3; index += 1) expect(await ask()).toEqual(answer);
    expect(sockets).toHaveLength(3);
  });

  test('notice that a connection was closed while it was idle, and ask on another', async () => {
    const { ask, sockets } = await start(create, fine);
    expect(await ask()).toEqual(answer);
    const [first] = sockets;
    first?.end();
    if (first && !first.closed) await once(first, 'close');
    expect(await ask()).toEqual(answer);
    expect(sockets).toHaveLength(2);
  });

  test('lose what was asked as the service closed the connection, told once and never sent twice', async () => {
    const closeAtOnce: Answer = (socket) => void socket.destroy();
    const { ask, requests } = await start(create, fine, closeAtOnce, fine);
    expect(await ask()).toEqual(answer);
    expect(await ask()).toBe('lost');
    expect(requests).toHaveLength(2);
    expect(await ask()).toEqual(answer);
  });

  test('lose what is asked where nobody listens', async () => {
    const wire = create({ url: new URL('http://127.0.0.1:1/graphql'), maxConnections: 1 });
    cleanups.push(() => wire.close());
    const request = { headers: [], body: '', maxBytes: 1, signal: new Departure() };
    await expect(post(wire, { ...request, endsAt: performance.now() + 20_000 })).rejects.toMatchObject({
      kind: 'lost',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test('let no header begin another', async () => {
    const { ask, requests } = await start(create, fine);
    expect(await ask({ headers: ['tracestate', 'a=b\r\nx-fathom-identity: root'] })).toBe('lost');
    expect(await ask()).toEqual(answer);
    expect(requests.join()).not.toContain('root');
  });

  test('lose what is under way when they are closed, and leave no connection open', async () => {
    const came = createDeferred<Socket>();
    const { wire, ask } = await start(create, (socket) => came.resolve(socket));
    const asked = ask();
    const socket = await came.promise;
    await wire.close();
    expect(await asked).toBe('lost');
    if (!socket.destroyed) await once(socket, 'close');
    expect(await ask()).toBe('lost');
  });

  test('carry 300 answers of many sizes, 2 at a time, each to whoever asked', async () => {
    const { ask, sockets } = await start(create, (socket, request) => {
      const [, size = '0', name = ''] = /\{"size":(\d+),"name":"(\w+)"\}/.exec(request) ?? [];
      socket.write(whole(name.repeat(Number(size))));
    });
    const sizes = Array.from({ length: 300 }, (_, index) => (index * 7_919) % 50_000);
    const answers = await Promise.all(
      sizes.map((size, index) => ask({ body: JSON.stringify({ size, name: `n${index}` }) })),
    );
    expect(answers.map((one) => (one as PostAnswer).text === '')).toEqual(sizes.map((size) => size === 0));
    for (const [index, size] of sizes.entries())
      expect((answers[index] as PostAnswer).text).toBe(`n${index}`.repeat(size));
    expect(sockets).toHaveLength(2);
  });
});

test('over sockets, whoever gets an answer asks on the same connection, at once', async () => {
  const { ask, sockets, requests } = await start(createSocketWire, fine);
  for (let index = 0; index < 10; index += 1) expect(await ask()).toEqual(answer);
  expect(requests).toHaveLength(10);
  expect(sockets).toHaveLength(1);
});

test('over sockets, garbage that nobody asked for ends an idle connection', async () => {
  const { ask, sockets } = await start(createSocketWire, fine);
  expect(await ask()).toEqual(answer);
  const [first] = sockets;
  first?.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
  if (first && !first.closed) await once(first, 'close');
  expect(await ask()).toEqual(answer);
  expect(sockets).toHaveLength(2);
});
