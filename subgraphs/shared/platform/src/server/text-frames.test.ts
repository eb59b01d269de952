import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { createTextFrames, textFrame } from './text-frames.ts';

function open(readyState = 1) {
  const stream = new PassThrough();
  const writes: string[] = [];
  stream._writev = (chunks, done) => {
    writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)).toString('latin1'));
    done();
  };
  stream._write = (chunk: Buffer, _encoding, done) => {
    writes.push(chunk.toString('latin1'));
    done();
  };
  const socket = { readyState, OPEN: 1, bufferedAmount: 0 } as unknown as WebSocket;
  return { writes, stream, frames: createTextFrames(socket, stream, 'read') };
}

test('frames of one turn leave by one write, in their order, and each is told when it has left', async () => {
  const { frames, writes, stream } = open();
  const flushed: number[] = [];
  frames.send('one', () => flushed.push(1));
  frames.send('two', () => flushed.push(2));
  // What the WebSocket itself sends keeps its place.
  stream.write(textFrame('own'));
  expect(writes).toEqual([]);
  await turn();
  frames.send('three', () => flushed.push(3));
  await turn();
  expect(writes).toEqual(['\x81\x03one\x81\x03two\x81\x03own', '\x81\x05three']);
  expect(flushed).toEqual([1, 2, 3]);
});

test('nothing is sent behind a close frame', async () => {
  const { frames, writes } = open(2);
  frames.send('late', () => undefined);
  await turn();
  expect(writes).toEqual([]);
});
