/** A real subgraph, asked in frames by a gateway that may be anything. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fetch } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { createDeferred } from '../deferred.ts';
import {
  AnswerBatch,
  cancelFrame,
  FrameReader,
  frameKinds,
  framesHeader,
  framesProtocol,
  framesVersion,
  readAnswerStart,
  requestFrame,
  requestHeadOf,
} from '../frames.ts';
import type { Identity } from '../identity.ts';
import { startTestSubgraph, type TestSubgraph } from '../testing/subgraph.ts';
import { cancelReason, type RequestContext } from './request-context.ts';

const typeDefs = `#graphql
  type Query { hello(name: String = "you"): String!  tenant: String!  trace: String!  broken: String  held: String  large(bytes: Int!): String! }
  type Mutation { count: Int! }
`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(drainTimeoutMs = 5_000) {
  const cancelled: string[] = [];
  const held: (() => void)[] = [];
  let count = 0;
  const subgraph = await startTestSubgraph({
    typeDefs,
    drainTimeoutMs,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
        tenant: (_: unknown, __: unknown, { identity }: RequestContext) => identity.tenant,
        trace: (_: unknown, __: unknown, { traceId }: RequestContext) => traceId,
        large: (_: unknown, { bytes }: { bytes: number }) => 'é'.repeat(bytes / 2),
        broken: () => {
          throw new Error('password is hunter2');
        },
        held: (_: unknown, __: unknown, { signal }: RequestContext) =>
          new Promise<string>((resolve) => {
            held.push(() => resolve('let go'));
            signal.addEventListener('abort', () => {
              cancelled.push(cancelReason(signal));
              resolve('aborted');
            });
          }),
      },
      Mutation: {
        count: () => {
          count += 1;
          return count;
        },
      },
    },
  });
  cleanups.push(() => subgraph.close());
  return { subgraph, cancelled, held };
}

interface Told {
  readonly status: number;
  readonly text: string;
  readonly pieces: number;
}

interface Frames {
  readonly socket: Socket;
  /** Kinds and ids of frames as they came. */
  readonly came: (readonly [kind: number, id: number])[];
  send(frame: string): void;
  /** Sends a query, by default as an admin of tenant `test`. */
  ask(query: string, identity?: Partial<Identity>, headers?: readonly string[]): Promise<Told>;
  answerTo(id: number): Promise<Told>;
}

async function openFrames({ port, identity }: TestSubgraph): Promise<Frames> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  cleanups.push(() => socket.destroy());
  socket.write(
    `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ${framesProtocol}\r\n\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);
  const reader = new FrameReader();
  const came: (readonly [number, number])[] = [];
  const told = new Map<number, ReturnType<typeof createDeferred<Told>>>();
  const answers = new Map<number, { status: number; leftBytes: number; pieces: Buffer[] }>();
  const toldOf = (id: number) => {
    const deferred = told.get(id) ?? createDeferred<Told>();
    told.set(id, deferred);
    return deferred;
  };
  socket.on('data', (bytes) =>
    reader.take(bytes, bytes.length, (frame) => {
      const { kind, id } = frame;
      came.push([kind, id]);
      if (kind === frameKinds.leave) return;
      const begun = kind === frameKinds.answer ? readAnswerStart(frame) : undefined;
      if (begun) answers.set(id, { status: begun.status, leftBytes: begun.bodyBytes, pieces: [] });
      const answer = answers.get(id);
      if (!answer) throw new Error(`a piece of ${id}, which has not begun`);
      const piece = Buffer.from(frame.bytes.subarray(begun?.start ?? frame.start, frame.end));
      answer.pieces.push(piece);
      answer.leftBytes -= piece.length;
      if (answer.leftBytes > 0) return;
      const { status, pieces } = answer;
      toldOf(id).resolve({ status, text: Buffer.concat(pieces).toString(), pieces: pieces.length });
    }),
  );
  let lastId = 0;
  const send: Frames['send'] = (frame) => void socket.write(frame, 'latin1');
  return {
    socket,
    came,
    send,
    answerTo: (id) => toldOf(id).promise,
    async ask(query, who = {}, headers = []) {
      lastId += 1;
      const id = lastId;
      const body = JSON.stringify({ query });
      const signed = Object.entries(await identity.headers({ audience: 'test', body }, who)).flat();
      send(requestFrame(id, requestHeadOf([...signed, ...headers]), body, Buffer.byteLength(body)));
      return toldOf(id).promise;
    },
  };
}

describe('a subgraph', () => {
  test('offers frames with each answer over HTTP, and answers in them what it answers there', async () => {
    const { subgraph } = await start();
    const { ask } = await openFrames(subgraph);
    for (const query of ['{ hello(name: "é") }', '{ broken }', '{ nothing }', '{ hello(']) {
      const body = JSON.stringify({ query });
      const signed = await subgraph.identity.headers({ audience: 'test', body });
      const headers = { 'content-type': 'application/json', ...signed };
      const response = await fetch(subgraph.url, { method: 'POST', headers, body });
      expect(response.headers.get(framesHeader)).toBe(framesVersion);
      const over = (text: string) => text.replace(/"traceId":"\w+"/, '');
      const { status, text } = await ask(query);
      expect([status, over(text)]).toEqual([response.status, over(await response.text())]);
    }
  });

  test('takes each request in a frame as what its own identity says, in its own trace', async () => {
    const { subgraph } = await start();
    const { ask } = await openFrames(subgraph);
    const traceId = 'a'.repeat(32);
    const told = await Promise.all([
      ask('{ tenant }', { tenant: 'one' }),
      ask('{ tenant }', { tenant: 'two' }),
      ask('{ trace }', {}, ['traceparent', `00-${traceId}-${'b'.repeat(16)}-01`]),
    ]);
    expect(told.map(({ text }) => (JSON.parse(text) as { data: unknown }).data)).toEqual([
      { tenant: 'one' },
      { tenant: 'two' },
      { trace: traceId },
    ]);
  });

  test('refuses a request in a frame that has no identity, another one’s, or one that it has seen', async () => {
    const { subgraph } = await start();
    const { send, answerTo } = await openFrames(subgraph);
    const body = '{"query":"mutation{count}"}';
    const signed = async (request: object = {}) =>
      requestHeadOf(
        Object.entries(await subgraph.identity.headers({ audience: 'test', body, ...request })).flat(),
      );
    const once = await signed();
    const heads = [
      '',
      requestHeadOf(['x-fathom-identity', 'nobody']),
      await signed({ audience: 'other' }),
      await signed({ place: 'WS /graphql' }),
      await signed({ body: '{"query":"{hello}"}' }),
      once,
      once,
    ];
    for (const [index, head] of heads.entries()) send(requestFrame(index + 1, head, body, body.length));
    const told = await Promise.all(heads.map((_, index) => answerTo(index + 1)));
    expect(told.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 200, 401]);
    const again = await fetch(subgraph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-fathom-identity': once.split('\n')[1] ?? '' },
      body,
    });
    expect(again.status).toBe(401);
    expect(told[5]?.text).toContain('{"count":1}');
  });

  test('refuses a body in a frame that is no JSON', async () => {
    const { subgraph } = await start();
    const { send, answerTo } = await openFrames(subgraph);
    const signed = await subgraph.identity.headers({ audience: 'test', body: '{' });
    send(requestFrame(1, requestHeadOf(Object.entries(signed).flat()), '{', 1));
    const { status, text } = await answerTo(1);
    expect([status, text]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
  });

  test('answers as answers become ready: what takes long holds up nothing', async () => {
    const { subgraph, held } = await start();
    const { ask, came } = await openFrames(subgraph);
    const first = ask('{ held }');
    await expect.poll(() => held.length).toBe(1);
    await ask('{ hello }');
    held[0]?.();
    expect((await first).text).toContain('let go');
    expect(came.map(([, id]) => id)).toEqual([2, 1]);
  });

  test('sends a large answer in pieces, between which a small one has its turn', async () => {
    const { subgraph } = await start();
    const { socket, ask, came } = await openFrames(subgraph);
    // Read nothing until both are ready: what the kernel does not hold, the service does.
    socket.pause();
    const large = ask('{ large(bytes: 20000000) }');
    await expect.poll(() => socket.bytesRead).toBeGreaterThan(0);
    const small = ask('{ hello }');
    socket.resume();
    expect((await small).text).toContain('hello you');
    const { text, pieces } = await large;
    expect(JSON.parse(text)).toEqual({ data: { large: 'é'.repeat(10_000_000) } });
    expect(pieces).toBeGreaterThan(300);
    const positions = came.map(([, id], index) => [id, index] as const).filter(([id]) => id === 2);
    expect(positions.at(-1)?.[1]).toBeLessThan(came.length - 1);
  });

  test('aborts what is cancelled, and that alone, and says no more of it', async () => {
    const { subgraph, held, cancelled } = await start();
    const { ask, send, came } = await openFrames(subgraph);
    void ask('{ held }');
    const other = ask('{ held }');
    await expect.poll(() => held.length).toBe(2);
    send(cancelFrame(1));
    await expect.poll(() => cancelled).toEqual(['DISCONNECTED']);
    for (const letGo of held) letGo();
    expect((await other).text).toContain('let go');
    await ask('{ hello }');
    expect(came.map(([, id]) => id)).toEqual([2, 3]);
    // Of nothing that is under way.
    send(cancelFrame(77));
    expect((await ask('{ hello }')).status).toBe(200);
  });

  test('aborts all that came on a socket that is lost', async () => {
    const { subgraph, held, cancelled } = await start();
    const { ask, socket } = await openFrames(subgraph);
    void ask('{ held }');
    void ask('{ held }');
    await expect.poll(() => held.length).toBe(2);
    socket.destroy();
    await expect.poll(() => cancelled).toEqual(['DISCONNECTED', 'DISCONNECTED']);
  });

  test.each([
    ['another protocol', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is too large', () => Buffer.from('00010000', 'hex')],
    ['a frame of no kind', () => Buffer.from(`00000005${'63'}00000009`, 'hex')],
    ['an answer', () => answerFrame()],
    ['a request with half a head', () => Buffer.from(`00000008${'01'}00000009${'00ff61'}`, 'hex')],
    ['an id that is under way', () => Buffer.from(requestFrame(1, '', '{}', 2), 'latin1')],
  ])('closes a socket on which there is garbage (%s), and no other', async (_what, garbage) => {
    const { subgraph, held, cancelled } = await start();
    const [bad, good] = await Promise.all([openFrames(subgraph), openFrames(subgraph)]);
    void bad.ask('{ held }');
    await expect.poll(() => held.length).toBe(1);
    bad.socket.write(garbage());
    if (!bad.socket.closed) await once(bad.socket, 'close');
    await expect.poll(() => cancelled).toEqual(['DISCONNECTED']);
    expect((await good.ask('{ hello }')).status).toBe(200);
  });

  test('tells gateways to leave when it drains, answers what is under way, and refuses the rest', async () => {
    const { subgraph, held } = await start();
    const { ask, came, socket } = await openFrames(subgraph);
    const first = ask('{ held }');
    await expect.poll(() => held.length).toBe(1);
    const closed = subgraph.close();
    await expect.poll(() => came).toEqual([[frameKinds.leave, 0]]);
    const refused = await ask('{ hello }');
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('SHUTTING_DOWN')]);
    held[0]?.();
    expect((await first).text).toContain('let go');
    await closed;
    if (!socket.closed) await once(socket, 'close');
  });

  test('tells gateways to leave where nothing is under way, too, and refuses what crosses it', async () => {
    const { subgraph } = await start();
    const { ask, came, socket } = await openFrames(subgraph);
    const closed = subgraph.close();
    const refused = await ask('{ hello }');
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('SHUTTING_DOWN')]);
    expect(came).toContainEqual([frameKinds.leave, 0]);
    socket.end();
    await closed;
  });

  test('aborts what outlives the drain, and answers that, too', async () => {
    const { subgraph, held, cancelled } = await start(10);
    const { ask } = await openFrames(subgraph);
    const first = ask('{ held }');
    await expect.poll(() => held.length).toBe(1);
    await subgraph.close();
    expect(cancelled).toEqual(['DRAINING']);
    expect((await first).text).toContain('aborted');
  });
});

function answerFrame(): Buffer {
  const batch = new AnswerBatch();
  batch.answer(9, 200, Buffer.from('{}'));
  return batch.take();
}
