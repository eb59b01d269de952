/**
 * The body of a request that is sent as it comes, in frames that are each tied to the request by the key of its proof:
 *
 *     [ length, 4 bytes ][ HMAC-SHA256, 32 bytes ][ length bytes ]   …   [ 0 ][ HMAC-SHA256 ]
 *
 * The MAC covers the MAC of the request's proof, the frame's number and the SHA-256 of its bytes. So a frame is refused that
 * was altered, moved, left out, sent twice or taken from another request, and a body that ends without the empty frame was
 * cut off; what came before it is still known to be genuine. Whoever reads holds one frame at a time, however long the body.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import { raisePlatform } from './errors.ts';
import type { Hmac } from './hmac.ts';

const lengthBytes = 4;
const macBytes = 32;
const headBytes = lengthBytes + macBytes;
/** What a sender cuts longer pieces into; small enough for a reader to hold a thousand of them. */
export const maxFrameBytes = 64 * 1024;

/** Each call is the next frame's. */
export interface BodySeal {
  /** In pieces to be sent one after the other. */
  frames(bytes: Buffer): readonly Buffer[];
  end(): Buffer;
}

/** Yields what was sealed. Throws UNAUTHENTICATED for what was not sealed so, and an error where the body was cut off. */
export type Unseal = (body: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void>;

export interface SealKey {
  readonly hmac: Hmac;
  /** Of the request's proof: what binds the body to this request. */
  readonly requestMac: string;
}

export function createBodySeal(key: SealKey): BodySeal {
  let number = 0;
  function head(bytes: Buffer): Buffer {
    const framed = Buffer.alloc(headBytes);
    framed.writeUInt32BE(bytes.length);
    macOf(key, number, bytes).copy(framed, lengthBytes);
    number += 1;
    return framed;
  }
  return {
    frames(bytes) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += maxFrameBytes) {
        const piece = bytes.subarray(at, at + maxFrameBytes);
        pieces.push(head(piece), piece);
      }
      return pieces;
    },
    end: () => head(nothing),
  };
}

/** For bodies that pass as they come. */
export function sealing(seal: BodySeal): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const piece of seal.frames(chunk)) this.push(piece);
      done();
    },
    flush(done) {
      done(null, seal.end());
    },
  });
}

export function createUnseal(key: SealKey): Unseal {
  return async function* unseal(body) {
    const source = readExactly(body);
    for (let number = 0; ; number += 1) {
      const framed = await source.take(headBytes);
      const length = framed.readUInt32BE();
      if (length > maxFrameBytes) throw refused(`a part of its body says it has ${length} bytes`);
      const bytes = length === 0 ? nothing : await source.take(length);
      if (!timingSafeEqual(macOf(key, number, bytes), framed.subarray(lengthBytes)))
        throw refused('its body is not the one that was sent');
      if (length === 0) {
        if (await source.hasMore()) throw refused('there is more behind the end of its body');
        return;
      }
      yield bytes;
    }
  };
}

const nothing = Buffer.alloc(0);

function macOf({ hmac, requestMac }: SealKey, number: number, bytes: Buffer): Buffer {
  const text = hmac(`fathom-seal-1\n${requestMac}\n${number}\n${hash('sha256', bytes, 'base64url')}`);
  return Buffer.from(text, 'base64url');
}

/** Leaves the body open when nobody reads on, as its own iterator is asked to. */
function readExactly(body: AsyncIterable<Buffer>) {
  const source = body[Symbol.asyncIterator]();
  const waiting: Buffer[] = [];
  let waitingBytes = 0;

  async function more(): Promise<boolean> {
    const step = await source.next();
    if (step.done) return false;
    waiting.push(step.value);
    waitingBytes += step.value.length;
    return true;
  }

  return {
    async take(count: number): Promise<Buffer> {
      while (waitingBytes < count) if (!(await more())) throw new Error('the body was cut off');
      const [first = nothing] = waiting;
      const all = first.length >= count ? first : Buffer.concat(waiting);
      if (all === first) waiting.shift();
      else waiting.length = 0;
      if (all.length > count) waiting.unshift(all.subarray(count));
      waitingBytes -= count;
      return all.subarray(0, count);
    },
    async hasMore(): Promise<boolean> {
      return waitingBytes > 0 || (await more());
    },
  };
}

const refused = (because: string) => raisePlatform('UNAUTHENTICATED', { because });
