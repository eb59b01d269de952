/** Exchanges in frames over real sockets, against a service that sends whatever frames, or other bytes, a test wants. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createDeferred } from '@fathom/platform/deferred';
import {
  AnswerBatch,
  FrameReader,
  frameKinds,
  framesHeader,
  framesProtocol,
  framesVersion,
  readRequest,
  requestFrame,
} from '@fathom/platform/frames';
import { afterEach, describe, expect, test } from 'vitest';
import { Departure } from '../../departure.ts';
import { createFramedWire } from './framed-wire.ts';
import { type PostAnswer, type PostFailure, type PostRequest, post, type Wire } from './wire.ts';

interface Asked {
  readonly socket: Socket;
  readonly id: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = (asked: Asked) => void;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Service {
  readonly wire: Wire;
  /** Bodies that came over HTTP. */
  readonly http: string[];
  /** Sockets that asked for the upgrade, the oldest first. */
  readonly upgrades: Socket[];
  readonly framed: Asked[];
  /** Ids of answers that nobody waits for any more. */
  readonly cancelled: number[];
  ask(request?: Partial<PostRequest>): Promise<PostAnswer | string>;
  /** Asks until an answer comes in a frame. */
  open(): Promise<void>;
}

interface StartOptions {
  readonly upgrade?: (socket: Socket) => void;
  readonly maxPerSocket?: number;
  /** Over HTTP, by the body. */
  readonly echo?: (body: string) => string;
  /** To each request in a frame, once {@link Service.open} has returned. */
  readonly answer?: Answer;
}

const overHttp: PostAnswer = { status: 200, text: '{"over":"http"}' };
const inFrame: PostAnswer = { status: 200, text: '{"in":"a frame"}' };

function bytesOf(fill: (batch: AnswerBatch) => void): Buffer {
  const batch = new AnswerBatch();
  fill(batch);
  return batch.take();
}

/** All of its frames. */
function answerOf(id: number, text: string, status = 200): Buffer {
  const body = Buffer.from(text);
  return bytesOf((batch) => {
    let sent = batch.answer(id, status, body);
    while (sent < body.length) sent = batch.more(id, body, sent);
  });
}

const fine: Answer = ({ socket, id }) => void socket.write(answerOf(id, inFrame.text));
const acceptUpgrade = (socket: Socket): void =>
  void socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: ${framesProtocol}\r\nconnection: upgrade\r\n\r\n`,
  );

async function start({
  upgrade = acceptUpgrade,
  maxPerSocket = 32,
  echo = () => overHttp.text,
  answer = fine,
}: StartOptions = {}): Promise<Service> {
  const sockets: Socket[] = [];
  const http: string[] = [];
  const upgrades: Socket[] = [];
  const framed: Asked[] = [];
  const cancelled: number[] = [];
  let isOpen = false;

  function takeHttp(socket: Socket, request: string): void {
    const [head = '', body = ''] = request.split('\r\n\r\n');
    if (head.startsWith('GET')) {
      expect(head.toLowerCase()).toContain(`upgrade: ${framesProtocol}`);
      upgrades.push(socket);
      const reader = new FrameReader();
      socket.removeAllListeners('data');
      socket.on('data', (bytes) =>
        reader.take(bytes, bytes.length, (frame) => {
          if (frame.kind === frameKinds.cancel) {
            cancelled.push(frame.id);
            return;
          }
          const { headers, body } = readRequest(frame);
          const asked = { socket, id: frame.id, headers, body: body.toString() };
          framed.push(asked);
          (isOpen ? answer : fine)(asked);
        }),
      );
      upgrade(socket);
      return;
    }
    http.push(body);
    // The body of the test's first question, which knows of no echo.
    const text = body === '{}' ? overHttp.text : echo(body);
    socket.write(
      `HTTP/1.1 200 OK\r\n${framesHeader}: ${framesVersion}\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
  }

  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const [, length = '0'] = /content-length: (\d+)\r\n/i.exec(text) ?? [];
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 || text.length < end + 4 + Number(length)) return;
      const request = text;
      text = '';
      takeHttp(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const url = new URL(`http://127.0.0.1:${port}/graphql`);
  const wire = createFramedWire({ url, maxConnections: 64, maxPerSocket });
  cleanups.push(
    () => wire.close(),
    () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  );
  const ask: Service['ask'] = ({ endsAt = performance.now() + 20_000, ...request } = {}) =>
    post(wire, {
      headers: [],
      body: '{}',
      maxBytes: 1_000_000,
      signal: new Departure(),
      endsAt,
      ...request,
    }).catch((error: PostFailure) => error.kind);
  return {
    wire,
    http,
    upgrades,
    framed,
    cancelled,
    ask,
    async open() {
      isOpen = false;
      await expect.poll(() => ask()).toEqual(inFrame);
      isOpen = true;
      framed.length = 0;
      http.length = 0;
    },
  };
}

async function closedOf(socket: Socket | undefined): Promise<void> {
  if (socket && !socket.closed) await once(socket, 'close');
}

describe('frames', () => {
  test('are taken from the first answer over HTTP on, which offers them', async () => {
    const { ask, open, http, framed, upgrades } = await start();
    expect(await ask()).toEqual(overHttp);
    await open();
    const body = '{"query":"{ é }"}';
    expect(await ask({ headers: ['x-fathom-identity', 'me', 'traceparent', '00-1'], body })).toEqual(inFrame);
    expect(framed.map(({ headers, body: sent }) => [{ ...headers }, sent])).toEqual([
      [{ 'x-fathom-identity': 'me', traceparent: '00-1' }, body],
    ]);
    expect([http.length, upgrades.length]).toEqual([0, 1]);
  });

  test.each([
    ['refuses it', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['answers something else', (socket: Socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n\r\n')],
    ['answers without an end', (socket: Socket) => void socket.write('x'.repeat(20_000))],
  ])('are left alone where whatever is in between %s', async (_what, upgrade) => {
    const { ask, upgrades } = await start({ upgrade });
    expect(await ask()).toEqual(overHttp);
    await expect.poll(() => upgrades.length).toBe(1);
    await closedOf(upgrades[0]);
    for (let index = 0; index < 5; index += 1) expect(await ask()).toEqual(overHttp);
    expect(upgrades).toHaveLength(1);
  });

  test('keep nobody waiting who asks while the upgrade is not answered', async () => {
    const { ask, upgrades } = await start({ upgrade: () => undefined });
    expect(await ask()).toEqual(overHttp);
    await expect.poll(() => upgrades.length).toBe(1);
    for (let index = 0; index < 5; index += 1) expect(await ask()).toEqual(overHttp);
    expect(upgrades).toHaveLength(1);
  });

  test('carry answers in whatever order they become ready, each to whoever asked', async () => {
    const held: Asked[] = [];
    const { ask, open, upgrades } = await start({ answer: (asked) => void held.push(asked) });
    await open();
    const asked = ['a', 'b', 'c'].map((name) => ask({ body: name }));
    await expect.poll(() => held.length).toBe(3);
    for (const { socket, id, body } of held.reverse()) socket.write(answerOf(id, `for ${body}`));
    expect(await Promise.all(asked)).toEqual(
      ['a', 'b', 'c'].map((name) => ({ status: 200, text: `for ${name}` })),
    );
    expect(upgrades).toHaveLength(1);
  });

  test('carry 300 answers of many sizes, 30 at a time, cut into whatever pieces', async () => {
    const echo = (text: string): string => {
      const { size, name } = JSON.parse(text) as { readonly size: number; readonly name: string };
      return name.repeat(size);
    };
    const { ask, open, framed } = await start({
      echo,
      answer({ socket, id, body }) {
        const bytes = answerOf(id, echo(body));
        const middle = Math.floor(bytes.length / 3);
        socket.write(bytes.subarray(0, middle));
        socket.write(bytes.subarray(middle));
      },
    });
    await open();
    let next = 0;
    async function askOneByOne(): Promise<void> {
      while (next < 300) {
        const index = next;
        next += 1;
        const size = (index * 7_919) % 50_000;
        const answer = await ask({ body: JSON.stringify({ size, name: `n${index}` }) });
        expect((answer as PostAnswer).text).toBe(`n${index}`.repeat(size));
      }
    }
    await Promise.all(Array.from({ length: 30 }, askOneByOne));
    expect(framed.length).toBeGreaterThan(0);
  });

  test('interleave the pieces of answers', async () => {
    const held: Asked[] = [];
    const { ask, open } = await start({ answer: (asked) => void held.push(asked) });
    await open();
    const asked = [ask(), ask()];
    await expect.poll(() => held.length).toBe(2);
    const bodies = ['x', 'y'].map((letter) => Buffer.from(letter.repeat(150_000)));
    const bytes = bytesOf((batch) => {
      const sent = held.map(({ id }, index) => batch.answer(id, 200, bodies[index] ?? Buffer.of()));
      for (let round = 0; round < 2; round += 1)
        for (const [index, { id }] of held.entries())
          sent[index] = batch.more(id, bodies[index] ?? Buffer.of(), sent[index] ?? 0);
    });
    held[0]?.socket.write(bytes);
    expect((await Promise.all(asked)).map((one) => (one as PostAnswer).text)).toEqual(bodies.map(String));
  });

  test.each([
    ['nothing', () => Buffer.of()],
    ['half a frame', (id: number) => answerOf(id, '{"data":{}}').subarray(0, 12)],
    ['half an answer', (id: number) => answerOf(id, 'x'.repeat(100_000)).subarray(0, 70_000)],
  ])('lose all that is under way where the socket is cut behind %s; the next go on', async (_what, bytes) => {
    const { ask, open, http } = await start({
      answer({ socket, id, body }) {
        if (body === 'last') socket.end(bytes(id));
      },
    });
    await open();
    const asked = [ask(), ask(), ask({ body: 'last' })];
    expect(await Promise.all(asked)).toEqual(['lost', 'lost', 'lost']);
    expect(await ask()).toEqual(overHttp);
    expect(http).toHaveLength(1);
    await open();
  });

  test.each([
    ['of another protocol', () => Buffer.from('HTTP/1.1 408 Request Timeout\r\n\r\n')],
    ['random', () => Buffer.from([0, 255, 1, 254, 13, 10, 13, 10, 7])],
    ['a frame that is too large', () => Buffer.from('00010000', 'hex')],
    ['a frame of no kind', (id: number) => frameOf(99, id, '')],
    ['a request', (id: number) => Buffer.from(requestFrame(id, '', '{}', 2), 'latin1')],
    ['an answer that nobody asked for', (id: number) => answerOf(id + 1, '{}')],
    ['an answer with half a head', (id: number) => frameOf(frameKinds.answer, id, '00c8')],
    ['an answer that begins twice', (id: number) => Buffer.concat([begun(id), begun(id)])],
    ['an answer that has not begun', (id: number) => bytesOf((b) => b.more(id, Buffer.from('x'), 0))],
    ['an answer longer than it said', (id: number) => Buffer.concat([begun(id), moreOf(id, 'xxxxxx')])],
    ['a piece of nothing', (id: number) => Buffer.concat([begun(id), moreOf(id, '')])],
  ])('lose what is under way where there is garbage (%s), and ask over HTTP', async (_what, bytes) => {
    const { ask, open, upgrades } = await start({
      answer: ({ socket, id }) => void socket.write(bytes(id)),
    });
    await open();
    const used = upgrades.length;
    expect(await ask()).toBe('lost');
    await closedOf(upgrades.at(-1));
    for (let index = 0; index < 3; index += 1) expect(await ask()).toEqual(overHttp);
    expect(upgrades).toHaveLength(used);
  });

  test('give up an answer that never comes, and one that trickles, at the deadline; others go on', async () => {
    const held: Asked[] = [];
    const { ask, open, cancelled, upgrades } = await start({
      answer(asked) {
        if (asked.body === 'held') held.push(asked);
        else if (asked.body === 'trickle') asked.socket.write(begun(asked.id));
      },
    });
    await open();
    const other = ask({ body: 'held' });
    const endsAt = performance.now() + 40;
    expect(await Promise.all([ask({ endsAt }), ask({ endsAt, body: 'trickle' })])).toEqual([
      'timeout',
      'timeout',
    ]);
    await expect.poll(() => cancelled.length).toBe(2);
    const [{ socket, id }] = held as [Asked];
    expect(cancelled).not.toContain(id);
    socket.write(answerOf(id, 'late but wanted'));
    expect(await other).toEqual({ status: 200, text: 'late but wanted' });
    expect(upgrades).toHaveLength(1);
  });

  test('are cancelled when the client has gone; an answer that was under way already is nobody’s', async () => {
    const came = createDeferred<Asked>();
    const { ask, open, cancelled, framed } = await start({
      answer: (asked) => (asked.body === 'left' ? came.resolve(asked) : fine(asked)),
    });
    await open();
    const gone = new Departure();
    gone.abort('DISCONNECTED');
    expect(await ask({ signal: gone })).toBe('aborted');
    expect(framed).toEqual([]);
    const leaving = new Departure();
    const asked = ask({ signal: leaving, body: 'left' });
    const { socket, id } = await came.promise;
    leaving.abort('DISCONNECTED');
    expect(await asked).toBe('aborted');
    await expect.poll(() => cancelled).toEqual([id]);
    socket.write(Buffer.concat([begun(id), moreOf(id, 'rest!')]));
    expect(await ask()).toEqual(inFrame);
  });

  test('cut off an answer that is too large as soon as it says so, and no other', async () => {
    const { ask, open, cancelled, upgrades } = await start({
      answer: ({ socket, id, body }) =>
        void socket.write(
          body === 'large' ? answerOf(id, 'x'.repeat(200_000)).subarray(0, 64 * 1024) : answerOf(id, 'small'),
        ),
    });
    await open();
    expect(await ask({ body: 'large', maxBytes: 100_000 })).toBe('too-large');
    await expect.poll(() => cancelled.length).toBe(1);
    expect(await ask({ maxBytes: 100_000 })).toEqual({ status: 200, text: 'small' });
    expect(upgrades).toHaveLength(1);
  });

  test('are sent no more where a service owes an answer and has been silent for a second', async () => {
    const held: Asked[] = [];
    const { ask, open, http } = await start({
      answer: (asked) => (asked.body === 'held' ? void held.push(asked) : undefined),
    });
    await open();
    const other = ask({ body: 'held' });
    // Until then, whatever is asked is asked of the silent one, and late.
    await expect.poll(() => ask({ endsAt: performance.now() + 50 }), { timeout: 15_000 }).not.toBe('timeout');
    expect(http.length).toBeGreaterThan(0);
    const [{ socket, id }] = held as [Asked];
    socket.write(answerOf(id, 'at last'));
    expect(await other).toEqual({ status: 200, text: 'at last' });
  });

  test('are asked of another socket once one has owed an answer, been silent, and been waited for in vain', async () => {
    const { ask, open, upgrades } = await start({ answer: () => undefined });
    await open();
    expect(await ask({ body: 'held', endsAt: performance.now() + 1_500 })).toBe('timeout');
    await closedOf(upgrades[0]);
    await open();
    expect(upgrades).toHaveLength(2);
  });

  test('are sent no more on a socket that the service leaves; what is under way is answered', async () => {
    const came = createDeferred<Asked>();
    const { ask, open, http, upgrades } = await start({
      answer: (asked) => (asked.body === 'held' ? came.resolve(asked) : fine(asked)),
    });
    await open();
    const other = ask({ body: 'held' });
    const { socket, id } = await came.promise;
    socket.write(bytesOf((batch) => batch.leave()));
    await expect
      .poll(async () => {
        await ask();
        return http.length;
      })
      .toBeGreaterThan(0);
    socket.write(answerOf(id, 'the last one'));
    expect(await other).toEqual({ status: 200, text: 'the last one' });
    await closedOf(upgrades[0]);
    await open();
  });

  test('go over a further socket where one has enough, and over HTTP until it is there', async () => {
    const held: Asked[] = [];
    const { ask, open, http, upgrades } = await start({
      maxPerSocket: 2,
      answer: (asked) => (asked.body === 'held' ? void held.push(asked) : fine(asked)),
    });
    await open();
    const others = [ask({ body: 'held' }), ask({ body: 'held' })];
    await expect.poll(() => held.length).toBe(2);
    expect(await ask()).toEqual(overHttp);
    expect(http).toHaveLength(1);
    await expect.poll(() => ask()).toEqual(inFrame);
    expect(upgrades).toHaveLength(2);
    for (const { socket, id } of held) socket.write(answerOf(id, 'held'));
    expect(await Promise.all(others)).toEqual([
      { status: 200, text: 'held' },
      { status: 200, text: 'held' },
    ]);
  });

  test('are not for a request that does not fit one', async () => {
    const { ask, open, http, framed } = await start();
    await open();
    const body = JSON.stringify('x'.repeat(70_000));
    expect(await ask({ body })).toEqual(overHttp);
    expect([http, framed]).toEqual([[body], []]);
    expect(await ask()).toEqual(inFrame);
  });

  test('let no header begin another', async () => {
    const { ask, open, http, framed } = await start();
    await open();
    for (const lineBreak of ['\n', '\r\n'])
      expect(await ask({ headers: ['tracestate', `a=b${lineBreak}x-fathom-identity${lineBreak}root`] })).toBe(
        'lost',
      );
    expect([...http, ...framed]).toEqual([]);
    expect(await ask()).toEqual(inFrame);
  });

  test('lose what is under way when they are closed, and leave no connection open', async () => {
    const came = createDeferred<Asked>();
    const { wire, ask, open, upgrades } = await start({ answer: came.resolve });
    await open();
    const asked = ask();
    await came.promise;
    await wire.close();
    expect(await asked).toBe('lost');
    await closedOf(upgrades[0]);
    expect(await ask()).toBe('lost');
  });
});

/** Five bytes are missing. */
function begun(id: number): Buffer {
  return frameOf(frameKinds.answer, id, `00c800000006${Buffer.from('x').toString('hex')}`);
}

function moreOf(id: number, text: string): Buffer {
  return frameOf(frameKinds.more, id, Buffer.from(text).toString('hex'));
}

function frameOf(kind: number, id: number, payloadHex: string): Buffer {
  const payload = Buffer.from(payloadHex, 'hex');
  const header = Buffer.alloc(9);
  header.writeUInt32BE(5 + payload.length, 0);
  header.writeUInt8(kind, 4);
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}
