/**
 * One response after the other, as the bytes of a connection come.
 *
 *   head --(1xx: another head)--> body of known length, in chunks, or to the end of the connection --> complete
 *
 * Most answers come whole in one read: then nothing is copied but the text.
 */
import { ChunkedBody } from './chunked-body.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { MalformedResponse, parseResponseHead, type ResponseHead } from './response-head.ts';
import type { PostAnswer } from './wire.ts';

export type Progress =
  | { readonly kind: 'more' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'malformed'; readonly error: unknown }
  | Complete;

export interface Complete {
  readonly kind: 'complete';
  readonly answer: PostAnswer;
  /** How long the service lets the connection be used again; 0: not at all. */
  readonly reusableMs: number | undefined;
  readonly offersFrames: boolean;
}

const more: Progress = { kind: 'more' };
const tooLarge: Progress = { kind: 'too-large' };
const maxHeadBytes = 16 * 1024;
const headEnd = '\r\n\r\n';

export class ResponseReader {
  readonly #maxBytes: number;
  #headBytes: GrowingBytes | undefined;
  #head: ResponseHead | undefined;
  #body: GrowingBytes | undefined;
  #chunks: ChunkedBody | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** These bytes are the caller's again afterwards. */
  take(bytes: Buffer): Progress {
    try {
      return this.#head ? this.#takeBody(this.#head, bytes, 0) : this.#takeHead(bytes);
    } catch (error) {
      return { kind: 'malformed', error };
    }
  }

  /** The connection has ended. `undefined` if the answer had not. */
  end(): PostAnswer | undefined {
    const head = this.#head;
    return head?.body.kind === 'rest' ? { status: head.status, text: this.#body?.text() ?? '' } : undefined;
  }

  #takeHead(bytes: Buffer): Progress {
    if (this.#headBytes) {
      this.#headBytes.append(bytes, 0, bytes.length);
      const joined = this.#headBytes.view();
      this.#headBytes = undefined;
      return this.#takeHead(Buffer.from(joined));
    }
    const end = bytes.indexOf(headEnd, 0, 'latin1');
    if (end > maxHeadBytes || (end < 0 && bytes.length > maxHeadBytes))
      throw new MalformedResponse(`the head of the answer has more than ${maxHeadBytes} bytes`);
    if (end < 0) {
      this.#headBytes = new GrowingBytes();
      this.#headBytes.append(bytes, 0, bytes.length);
      return more;
    }
    const head = parseResponseHead(bytes.toString('latin1', 0, end));
    const from = end + headEnd.length;
    if (head.status === 101) throw new MalformedResponse('the answer changes the protocol');
    // Only a word in between.
    if (head.status < 200) return from === bytes.length ? more : this.#takeHead(bytes.subarray(from));
    this.#head = head;
    return this.#takeBody(head, bytes, from);
  }

  #takeBody(head: ResponseHead, bytes: Buffer, from: number): Progress {
    const { body } = head;
    if (body.kind === 'chunked') return this.#takeChunks(head, bytes, from);
    if (body.kind === 'rest') {
      this.#body ??= new GrowingBytes();
      this.#body.append(bytes, from, bytes.length);
      return this.#body.length > this.#maxBytes ? tooLarge : more;
    }
    if (body.bytes > this.#maxBytes) return tooLarge;
    const held = this.#body?.length ?? 0;
    const end = from + body.bytes - held;
    if (end > bytes.length) {
      this.#body ??= new GrowingBytes(body.bytes);
      this.#body.append(bytes, from, bytes.length);
      return more;
    }
    if (!this.#body) return complete(head, bytes.toString('utf8', from, end), end === bytes.length);
    this.#body.append(bytes, from, end);
    return complete(head, this.#body.text(), end === bytes.length);
  }

  #takeChunks(head: ResponseHead, bytes: Buffer, from: number): Progress {
    this.#body ??= new GrowingBytes();
    this.#chunks ??= new ChunkedBody(this.#body);
    const end = this.#chunks.take(bytes, from, this.#maxBytes);
    if (this.#body.length > this.#maxBytes) return tooLarge;
    return end === undefined ? more : complete(head, this.#body.text(), end === bytes.length);
  }
}

/** Where more came than the answer, nobody knows what it is: the connection is not used again. */
function complete(head: ResponseHead, text: string, isAll: boolean): Complete {
  const { status, keepAliveMs, offersFrames } = head;
  return { kind: 'complete', answer: { status, text }, reusableMs: isAll ? keepAliveMs : 0, offersFrames };
}
