import { describe, expect, test } from 'vitest';
import { type Progress, ResponseReader } from './response-reader.ts';

const head = (...lines: readonly string[]) => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
const text = 'é€😀 {"data":{"a":1}}';
const bytes = Buffer.byteLength(text);

/** The bytes in pieces of a size, each in a buffer that is overwritten afterwards, as a connection's is. */
function read(response: string | Buffer, pieceBytes: number, maxBytes = 1_000_000): Progress {
  const reader = new ResponseReader(maxBytes);
  const all = Buffer.from(response);
  let progress: Progress = { kind: 'more' };
  for (let at = 0; at < all.length && progress.kind === 'more'; at += pieceBytes) {
    const piece = Buffer.from(all.subarray(at, at + pieceBytes));
    progress = reader.take(piece);
    piece.fill(0);
  }
  return progress;
}

const chunksOf = (size: number) => {
  const body = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)};why="x"\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat(chunks);
};

describe.each([1, 2, 3, 7, 64, 100_000])('an answer that comes %i bytes at a time', (pieceBytes) => {
  test('of known length is its text', () => {
    const response = head(`Content-Length: ${bytes}`, 'Keep-Alive: timeout=5', 'X-Else: 1') + text;
    expect(read(response, pieceBytes)).toEqual({
      kind: 'complete',
      answer: { status: 200, text },
      reusableMs: 5_000,
      offersFrames: false,
    });
  });

  test.each([1, 4, 1_000])('in chunks of %i bytes, with extensions and trailers, is its text', (size) => {
    const response = Buffer.concat([
      Buffer.from(head('transfer-encoding: chunked')),
      chunksOf(size),
      Buffer.from('0\r\nexpires: never\r\nx: y\r\n\r\n'),
    ]);
    expect(read(response, pieceBytes)).toEqual({
      kind: 'complete',
      answer: { status: 200, text },
      reusableMs: undefined,
      offersFrames: false,
    });
  });

  test('behind words in between is the answer, not they', () => {
    const response = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${head('content-length: 2')}{}`;
    expect(read(response, pieceBytes)).toMatchObject({
      kind: 'complete',
      answer: { status: 200, text: '{}' },
    });
  });

  test('without length or chunks goes on to the end of the connection', () => {
    const reader = new ResponseReader(1_000_000);
    const all = Buffer.from(head('content-type: text/plain') + text);
    for (let at = 0; at < all.length; at += pieceBytes)
      expect(reader.take(all.subarray(at, at + pieceBytes))).toEqual({ kind: 'more' });
    expect(reader.end()).toEqual({ status: 200, text });
  });

  test.each([
    ['of a length', head('content-length: 101')],
    ['in chunks', `${head('transfer-encoding: chunked')}65\r\n`],
    ['to the end', head()],
  ])('is too large where it is (%s), before it was read to its end', (_how, start) => {
    expect(read(`${start}${'x'.repeat(101)}`, pieceBytes, 100)).toEqual({ kind: 'too-large' });
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['another version', 'HTTP/2 200\r\n\r\n'],
    ['no status', 'HTTP/1.1 20x\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['two lengths', head('content-length: 2', 'content-length: 3')],
    ['a length and chunks', head('content-length: 2', 'transfer-encoding: chunked')],
    ['two codings', head('transfer-encoding: gzip, chunked')],
    ['a negative length', head('content-length: -1')],
    ['a length in words', head('content-length: 0x10')],
    ['a folded header', head('x: a', ' b')],
    ['a header without a name', head(': a')],
    ['a line that is no header', head('nothing')],
    ['a chunk without a size', `${head('transfer-encoding: chunked')}\r\n`],
    ['a chunk of letters', `${head('transfer-encoding: chunked')}zz\r\n`],
    ['a chunk beyond all bounds', `${head('transfer-encoding: chunked')}fffffffff\r\n`],
    ['a chunk longer than it says', `${head('transfer-encoding: chunked')}1\r\nab\r\n`],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
    ['a chunk whose extension has no end', `${head('transfer-encoding: chunked')}1;${'y'.repeat(20_000)}`],
    ['trailers without end', `${head('transfer-encoding: chunked')}0\r\n${'x: y\r\n'.repeat(3_000)}`],
  ])('is malformed where it has %s', (_what, response) => {
    expect(read(response, pieceBytes)).toMatchObject({ kind: 'malformed' });
  });
});

describe('a connection', () => {
  test.each([
    ['close', 'connection: close', 0],
    ['Close among others', 'Connection: x, Close', 0],
    ['a time', 'keep-alive: max=3, timeout=12', 12_000],
    ['nothing', 'x-else: y', undefined],
  ])('is kept as the service says: %s', (_what, line, reusableMs) => {
    expect(read(head(line, 'content-length: 0'), 1_000)).toMatchObject({ kind: 'complete', reusableMs });
  });

  test('of HTTP/1.0 is not used again, nor is one that said more than its answer', () => {
    expect(read('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', 1_000)).toMatchObject({ reusableMs: 0 });
    expect(read(`${head('content-length: 2')}{}HTTP/1.1 200 OK`, 1_000)).toMatchObject({ reusableMs: 0 });
    expect(read(`${head('transfer-encoding: chunked')}0\r\n\r\nx`, 1_000)).toMatchObject({ reusableMs: 0 });
  });

  test('that ends within an answer has none', () => {
    const reader = new ResponseReader(100);
    expect(reader.end()).toBeUndefined();
    reader.take(Buffer.from(`${head('content-length: 10')}{"a"`));
    expect(reader.end()).toBeUndefined();
  });
});

test('bytes that are no UTF-8 become U+FFFD', () => {
  const response = Buffer.concat([Buffer.from(head('content-length: 3')), Buffer.of(0x61, 0xff, 0x62)]);
  expect(read(response, 1_000)).toMatchObject({ answer: { text: 'a\ufffdb' } });
});

test.each([204, 304])('an answer of status %i has no body, whatever it says of one', (status) => {
  expect(read(`HTTP/1.1 ${status} X\r\ncontent-length: 5\r\n\r\n`, 1_000)).toMatchObject({
    kind: 'complete',
    answer: { status, text: '' },
  });
});

test.each([
  ['of this version', 'X-Fathom-Frames: 1', true],
  ['of another version', 'x-fathom-frames: 2', false],
  ['by another header of that length', 'x-fathom-framed: 1', false],
])('says whether the service offers frames: %s', (_what, line, offersFrames) => {
  expect(read(head(line, 'content-length: 0'), 1_000)).toMatchObject({ kind: 'complete', offersFrames });
});
