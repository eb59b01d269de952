import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket as ProtocolSocket, Server } from 'graphql-ws';
import { expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { createLogger } from '../logging.ts';
import { textFrame } from './text-frames.ts';
import { attachSocket } from './websocket-socket.ts';

type Write = (data: string, done: (error?: Error | null) => void) => unknown;

function fakeSocket(send: Write) {
  const states = { OPEN: 1, CLOSED: 3, readyState: 1, protocol: 'graphql-transport-ws' };
  return Object.assign(new EventEmitter(), { ...states, send, terminate: vi.fn() });
}

function attach(
  socket: EventEmitter,
  { transport, onClosed = () => undefined }: { transport?: Duplex; onClosed?: () => void } = {},
): ProtocolSocket['send'] {
  let opened: ProtocolSocket | undefined;
  const protocol = {
    opened: (own: ProtocolSocket) => {
      opened = own;
      return async () => undefined;
    },
  } as unknown as Server<object>;
  attachSocket({
    protocol,
    socket: socket as unknown as WebSocket,
    ...(transport ? { transport } : {}),
    extra: {},
    logger: createLogger({ service: 'test', level: 'silent' }),
    onClientComplete: () => undefined,
    onClosed,
  });
  return (data) => opened!.send(data);
}

/** A WebSocket over a transport that records each write, and finishes it when it is told to. */
function openSocket(): {
  readonly send: ProtocolSocket['send'];
  readonly writes: string[][];
  readonly drain: () => void;
} {
  const writes: string[][] = [];
  const unfinished: (() => void)[] = [];
  const record = (chunks: readonly Buffer[], done: () => void): void => {
    writes.push(chunks.map(String));
    unfinished.push(done);
  };
  const transport = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => record([chunk], done),
    writev: (chunks, done) =>
      record(
        chunks.map(({ chunk }) => chunk),
        done,
      ),
  });
  const socket = fakeSocket((data, done) => transport.write(data, done));
  Object.defineProperty(socket, 'bufferedAmount', { get: () => transport.writableLength });
  const send = attach(socket, { transport });
  socket.emit('close', 1000, '');
  return {
    send,
    writes,
    drain: () => {
      for (const done of unfinished.splice(0)) done();
    },
  };
}

const frames = (...texts: readonly string[]) => texts.map((text) => String(textFrame(text)));

test('what is sent in one turn of the event loop leaves in one write, in order', async () => {
  const { send, writes, drain } = openSocket();
  for (const data of ['a1', 'b1', 'a2']) await send(data);
  expect(writes).toEqual([]);
  await turn();
  expect(writes).toEqual([frames('a1', 'b1', 'a2')]);
  drain();
  await send('b2');
  await turn();
  expect(writes).toEqual([frames('a1', 'b1', 'a2'), frames('b2')]);
});

test('a client that does not read holds up sends once little enough waits for it', async () => {
  const { send, writes, drain } = openSocket();
  const event = 'x'.repeat(1_000);
  let sent = 0;
  const stream = (async () => {
    for (; sent < 100; sent += 1) await send(event);
  })();
  while (writes.length === 0) await turn();
  for (let turns = 0; turns < 10; turns += 1) await turn();
  expect(sent).toBe(16);
  while (sent < 100) {
    drain();
    await turn();
  }
  await stream;
  await turn();
  expect(writes.flat()).toHaveLength(100);
});

test('whoever sends on a socket that breaks hears of it as its close, and only once that was told', async () => {
  const told: string[] = [];
  const socket = fakeSocket((_, done) => done(new Error('write ECONNRESET')));
  const send = attach(socket, { onClosed: () => told.push('closed') });
  const sent = Promise.resolve(send('event')).then(() => told.push('sent'));
  for (let turns = 0; turns < 10; turns += 1) await turn();
  expect(told).toEqual([]);
  expect(socket.terminate).toHaveBeenCalledOnce();
  socket.emit('close', 1006, '');
  await sent;
  expect(told).toEqual(['closed', 'sent']);
});
