/** The answer to one request that was sent in a frame, as its pieces come. */
import { type AnswerStart, type Frame, MalformedFrame } from '@fathom/platform/frames';
import type { Exchange } from './exchange.ts';
import { GrowingBytes } from './growing-bytes.ts';

export class FramedAnswer {
  readonly #exchange: Exchange;
  readonly #cancel: () => void;
  #status: number | undefined;
  #bodyBytes = 0;
  #body: GrowingBytes | undefined;
  #text = '';

  constructor(exchange: Exchange, cancel: () => void) {
    this.#exchange = exchange;
    this.#cancel = cancel;
  }

  /** True if that is all of it. Throws {@link MalformedFrame}. */
  begin({ bytes, end }: Frame, { status, bodyBytes, start }: AnswerStart): boolean {
    if (this.#status !== undefined) throw new MalformedFrame('an answer begins twice');
    if (bodyBytes > this.#exchange.request.maxBytes) {
      this.#exchange.fail('too-large');
      return false;
    }
    this.#status = status;
    this.#bodyBytes = bodyBytes;
    // Most come whole: nothing is copied but the text.
    if (end - start === bodyBytes) {
      this.#text = bytes.toString('utf8', start, end);
      return true;
    }
    this.#body = new GrowingBytes(bodyBytes);
    return this.#take(this.#body, bytes, start, end);
  }

  /** As {@link begin}. */
  append({ bytes, end }: Frame, start: number): boolean {
    if (!this.#body) throw new MalformedFrame('an answer goes on that has not begun');
    return this.#take(this.#body, bytes, start, end);
  }

  succeed(): void {
    this.#exchange.connection = undefined;
    this.#exchange.succeed({ status: this.#status ?? 0, text: this.#text });
  }

  /** The socket is gone. */
  lose(cause: unknown): void {
    this.#exchange.connection = undefined;
    this.#exchange.fail('lost', cause);
  }

  /** The exchange has ended without it. */
  destroy(): void {
    this.#cancel();
  }

  #take(body: GrowingBytes, bytes: Buffer, start: number, end: number): boolean {
    if (start === end || body.length + end - start > this.#bodyBytes)
      throw new MalformedFrame('an answer has another length than it said');
    body.append(bytes, start, end);
    if (body.length < this.#bodyBytes) return false;
    this.#text = body.text();
    return true;
  }
}
