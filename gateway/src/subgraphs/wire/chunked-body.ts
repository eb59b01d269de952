/**
 * A body in chunks (RFC 9112, section 7.1), as its bytes come in whatever pieces:
 *
 *     <hex size>[;extension] CRLF <size bytes> CRLF … 0 CRLF [trailer CRLF]* CRLF
 */
import type { GrowingBytes } from './growing-bytes.ts';
import { MalformedResponse } from './response-head.ts';

type Expecting =
  | 'size'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-end'
  | 'trailer'
  | 'trailer-end';

const cr = 13;
const lf = 10;
/** An extension or a trailer; who sends more of them means harm. */
const maxControlBytes = 8 * 1024;

export class ChunkedBody {
  readonly #into: GrowingBytes;
  #expecting: Expecting = 'size';
  #size = 0;
  #digits = 0;
  /** Of the present trailer line. */
  #lineBytes = 0;
  #controlBytes = 0;

  constructor(into: GrowingBytes) {
    this.#into = into;
  }

  /** Where the body ended in these bytes; `undefined` if it goes on. Throws {@link MalformedResponse}. */
  take(bytes: Buffer, from: number, maxBytes: number): number | undefined {
    let at = from;
    while (at < bytes.length) {
      if (this.#expecting === 'data') {
        const end = Math.min(bytes.length, at + this.#size);
        this.#into.append(bytes, at, end);
        this.#size -= end - at;
        at = end;
        if (this.#into.length > maxBytes) return undefined;
        if (this.#size === 0) this.#expecting = 'data-cr';
      } else if (this.#control(bytes[at++] ?? 0)) return at;
    }
    return undefined;
  }

  /** True behind the last byte. */
  #control(byte: number): boolean {
    switch (this.#expecting) {
      case 'size': {
        const digit = hexDigit(byte);
        if (digit !== undefined) {
          this.#size = this.#size * 16 + digit;
          this.#digits += 1;
          if (this.#digits > 8) throw new MalformedResponse('a chunk is too large');
        } else if (this.#digits === 0) throw new MalformedResponse('a chunk has no size');
        else if (byte === cr) this.#expecting = 'size-end';
        else if (byte === 59 || byte === 32 || byte === 9) this.#expecting = 'extension';
        else throw new MalformedResponse('the size of a chunk is no number');
        return false;
      }
      case 'extension':
        this.#countControl();
        if (byte === cr) this.#expecting = 'size-end';
        return false;
      case 'size-end':
        this.#expect(byte, lf);
        this.#expecting = this.#size === 0 ? 'trailer' : 'data';
        this.#digits = 0;
        return false;
      case 'data-cr':
        this.#expect(byte, cr);
        this.#expecting = 'data-end';
        return false;
      case 'data-end':
        this.#expect(byte, lf);
        this.#expecting = 'size';
        return false;
      case 'trailer':
        this.#countControl();
        if (byte === cr) this.#expecting = 'trailer-end';
        else this.#lineBytes += 1;
        return false;
      default: {
        this.#expect(byte, lf);
        const isLast = this.#lineBytes === 0;
        this.#lineBytes = 0;
        this.#expecting = 'trailer';
        return isLast;
      }
    }
  }

  #expect(byte: number, expected: number): void {
    if (byte !== expected) throw new MalformedResponse('a chunk does not end where it said');
  }

  #countControl(): void {
    this.#controlBytes += 1;
    if (this.#controlBytes > maxControlBytes)
      throw new MalformedResponse('more is said of the chunks than is in them');
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : undefined;
}
