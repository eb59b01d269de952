import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createBodySeal, createUnseal, maxFrameBytes, sealing } from './body-seal.ts';
import { createHmacSha256 } from './hmac.ts';

const hmac = createHmacSha256(Buffer.alloc(32, 7));
const key = { hmac, requestMac: 'of-this-request' };

/** Its frames, the empty one last. */
function sealed(bytes: Buffer, by = key): Buffer[] {
  const seal = createBodySeal(by);
  const pieces = seal.frames(bytes);
  const frames: Buffer[] = [];
  for (let at = 0; at < pieces.length; at += 2)
    frames.push(Buffer.concat([pieces[at] ?? Buffer.alloc(0), pieces[at + 1] ?? Buffer.alloc(0)]));
  return [...frames, seal.end()];
}

/** What is yielded of a body that comes in pieces of this size, and how it ended. */
async function unsealed(body: Buffer, pieceBytes = 1_000) {
  async function* pieces() {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  }
  const got: Buffer[] = [];
  try {
    for await (const bytes of createUnseal(key)(pieces())) got.push(Buffer.from(bytes));
    return outcome(Buffer.concat(got), 'whole');
  } catch (error) {
    return outcome(Buffer.concat(got), (error as Error).message);
  }
}

const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));

/** Compared element by element, buffers of this size take seconds. */
const outcome = (bytes: Buffer, end: string) => ({
  length: bytes.length,
  isBeginning: bytes.equals(content.subarray(0, bytes.length)),
  end,
});
/** Of a body that is cut off behind so many of its bytes. */
function wholeFrames(length: number): number {
  const full = Math.floor(length / (36 + maxFrameBytes));
  const rest = content.length - full * maxFrameBytes;
  const restCame = length - full * (36 + maxFrameBytes) >= 36 + rest && rest < maxFrameBytes;
  return full * maxFrameBytes + (restCame ? rest : 0);
}
const whole = (length: number) => ({ length, isBeginning: true, end: 'whole' });

describe('a sealed body', () => {
  test('comes out as it went in, in whatever pieces it travels', async () => {
    const body = Buffer.concat(sealed(content));
    for (const pieceBytes of [35, 36, 37, 1_000, body.length])
      expect(await unsealed(body, pieceBytes)).toEqual(whole(content.length));
    expect(await unsealed(Buffer.concat(sealed(content.subarray(0, 500))), 1)).toEqual(whole(500));
    expect(await unsealed(Buffer.concat(sealed(Buffer.alloc(0))))).toEqual(whole(0));
    const streamed = await buffer(Readable.from([content]).pipe(sealing(createBodySeal(key))));
    expect(streamed.equals(body)).toBe(true);
  });

  test('that was cut off gives what came whole, and is known to be cut off', async () => {
    const frames = sealed(content);
    const body = Buffer.concat(frames);
    for (const length of [
      0,
      20,
      36,
      maxFrameBytes,
      maxFrameBytes + 36,
      maxFrameBytes + 50,
      body.length - 36,
      body.length - 1,
    ]) {
      const came = Math.max(0, Math.min(content.length, wholeFrames(length)));
      expect(await unsealed(body.subarray(0, length))).toEqual({
        length: came,
        isBeginning: true,
        end: 'the body was cut off',
      });
    }
  });

  test('is refused at the first byte that is not what was sent', async () => {
    const body = Buffer.concat(sealed(content.subarray(0, 300)));
    for (let at = 4; at < body.length; at += 1) {
      const altered = Buffer.from(body);
      altered[at] = (altered[at] ?? 0) ^ 0x10;
      const { length, end } = await unsealed(altered);
      expect(end).not.toBe('whole');
      expect(length).toBe(at < 336 ? 0 : 300);
    }
  });

  test('is refused where frames were moved, left out, repeated, added or are of another request', async () => {
    const [one, two, three, ...rest] = sealed(content) as [Buffer, Buffer, Buffer, ...Buffer[]];
    const others = sealed(content, { ...key, requestMac: 'of-another-request' });
    const bodies = [
      [two, one, three, ...rest],
      [one, three, ...rest],
      [one, one, two, three, ...rest],
      [one, two, rest.at(-1) ?? one],
      [one, two, three, ...rest, Buffer.from('x')],
      others,
      [one, ...others.slice(1)],
    ];
    for (const frames of bodies) {
      const { isBeginning, end } = await unsealed(Buffer.concat(frames));
      expect(end).toMatch(/not the one that was sent|more behind the end/);
      expect(isBeginning).toBe(true);
    }
  });

  test('whose frame says to be larger than any is refused before it is read', async () => {
    const huge = Buffer.alloc(36);
    huge.writeUInt32BE(0xffff_ffff);
    expect((await unsealed(huge)).end).toContain('says it has 4294967295 bytes');
  });
});
