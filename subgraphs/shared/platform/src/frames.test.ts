import { describe, expect, test } from 'vitest';
import {
  AnswerBatch,
  cancelFrame,
  type Frame,
  FrameReader,
  fitsFrame,
  frameKinds,
  maxFrameBytes,
  readAnswerStart,
  readRequest,
  requestFrame,
  requestHeadOf,
} from './frames.ts';

interface Told {
  readonly kind: number;
  readonly id: number;
  readonly payload: string;
}

const told = ({ kind, id, bytes, start, end }: Frame): Told => ({
  kind,
  id,
  payload: bytes.toString('latin1', start, end),
});

const take = (reader: FrameReader, bytes: Buffer, receive: (frame: Frame) => void): void =>
  reader.take(bytes, bytes.length, receive);

/** The bytes in pieces of that size. */
function readIn(bytes: Buffer, pieceBytes: number): Told[] {
  const reader = new FrameReader();
  const frames: Told[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    take(reader, Buffer.from(bytes.subarray(at, at + pieceBytes)), (frame) => frames.push(told(frame)));
  expect(reader.isInside).toBe(false);
  return frames;
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

const requestOf = (headers: readonly string[], body: string): Buffer =>
  latin1(requestFrame(1, requestHeadOf(headers), body, Buffer.byteLength(body)));

function batchOfAll(): Buffer {
  const batch = new AnswerBatch();
  batch.answer(0xffff_ffff, 200, Buffer.from('{"data":{}}'));
  batch.more(2, Buffer.from('0123456789'), 4);
  batch.leave();
  return Buffer.concat([
    requestOf(['a', '1', 'b', '2'], '{"query":"{ é }"}'),
    latin1(cancelFrame(0x8000_0003)),
    batch.take(),
  ]);
}

const expected: Told[] = [
  {
    kind: frameKinds.request,
    id: 1,
    payload: `\0\x07a\n1\nb\n2${Buffer.from('{"query":"{ é }"}').toString('latin1')}`,
  },
  { kind: frameKinds.cancel, id: 0x8000_0003, payload: '' },
  { kind: frameKinds.answer, id: 0xffff_ffff, payload: '\0\xc8\0\0\0\x0b{"data":{}}' },
  { kind: frameKinds.more, id: 2, payload: '456789' },
  { kind: frameKinds.leave, id: 0, payload: '' },
];

describe('frames', () => {
  test('come out as they went in, in whatever pieces their bytes come', () => {
    const bytes = batchOfAll();
    for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes += 1)
      expect(readIn(bytes, pieceBytes)).toEqual(expected);
  });

  test('have a layout that does not change unnoticed', () => {
    const request = latin1(requestFrame(7, 'a\n1', '{}', 2));
    expect(request.toString('hex')).toBe(`0000000c${'01'}00000007${'0003'}610a31${'7b7d'}`);
    const batch = new AnswerBatch();
    batch.answer(7, 503, Buffer.from('x'));
    expect(batch.take().toString('hex')).toBe(`0000000c${'02'}00000007${'01f7'}00000001${'78'}`);
  });

  test('carry a request: its headers by name, its body byte for byte', () => {
    const requests: unknown[] = [];
    take(new FrameReader(), batchOfAll(), (frame) => {
      if (frame.kind !== frameKinds.request) return;
      const { headers, body } = readRequest(frame);
      requests.push({ ...headers }, body.toString());
    });
    expect(requests).toEqual([{ a: '1', b: '2' }, '{"query":"{ é }"}']);
  });

  test('carry a header whose name is that of something every object has', () => {
    take(new FrameReader(), requestOf(['__proto__', 'polluted', 'constructor', 'x'], ''), (frame) => {
      expect(Object.entries(readRequest(frame).headers)).toEqual([
        ['__proto__', 'polluted'],
        ['constructor', 'x'],
      ]);
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('carry a large answer in pieces, each no larger than a frame may be', () => {
    const body = Buffer.from('0123456789'.repeat(20_000));
    const batch = new AnswerBatch();
    let sent = batch.answer(9, 200, body);
    while (sent < body.length) sent = batch.more(9, body, sent);
    const pieces: string[] = [];
    take(new FrameReader(), batch.take(), (frame) => {
      expect(frame.end - frame.start).toBeLessThanOrEqual(maxFrameBytes);
      const start = frame.kind === frameKinds.answer ? readAnswerStart(frame).start : frame.start;
      pieces.push(frame.bytes.toString('latin1', start, frame.end));
    });
    expect(pieces).toHaveLength(4);
    expect(pieces.join('')).toBe(body.toString());
  });

  test('take a request that just fits, and say of one that does not', () => {
    const head = 'a\n1';
    const most = maxFrameBytes - 9 - 2 - head.length;
    expect([fitsFrame(head, most), fitsFrame(head, most + 1)]).toEqual([true, false]);
    expect(readIn(latin1(requestFrame(1, head, 'x'.repeat(most), most)), 1_000)).toHaveLength(1);
  });

  test.each([
    ['shorter than its own head', Buffer.from('00000004', 'hex')],
    ['longer than a frame may be', Buffer.from('00010000', 'hex')],
    ['of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('are refused where one is %s, as soon as its length is known', (_what, bytes) => {
    expect(() => take(new FrameReader(), bytes, () => undefined)).toThrow('a frame of');
    const reader = new FrameReader();
    take(reader, bytes.subarray(0, 3), () => undefined);
    expect(() => take(reader, bytes.subarray(3), () => undefined)).toThrow('a frame of');
  });

  test.each(['', '00', '00ff6161'])('refuse a request that ends within its head (%s)', (payload) => {
    const bytes = Buffer.from(payload, 'hex');
    const frame = { kind: frameKinds.request, id: 1, bytes, start: 0, end: bytes.length };
    expect(() => readRequest(frame)).toThrow('ends within its head');
  });

  test('refuse an answer that ends within its head', () => {
    const bytes = Buffer.from('00c8000000', 'hex');
    expect(() =>
      readAnswerStart({ kind: frameKinds.answer, id: 1, bytes, start: 0, end: bytes.length }),
    ).toThrow('ends within its head');
  });
});
