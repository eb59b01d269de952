/**
 * One connection to a service and the exchange that is under way on it.
 *
 * Read below streams (`onread`): the bytes of each read come in the connection's own buffer, which costs a third of a stream.
 */
import { connect, type Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import { unsafeHeaderIn } from './header-values.ts';
import { ResponseReader } from './response-reader.ts';
import { socketOptionsOf } from './wire.ts';

export interface ConnectionOwner {
  /** Its exchange was answered. How long the service says it may be used again; 0: not at all. */
  idle(reusableMs: number | undefined): void;
  /** An answer offered to take the next requests in frames. */
  framesOffered(): void;
  /** It is gone, and its exchange was told. */
  closed(): void;
}

const readBytes = 64 * 1024;

export class WireConnection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #exchange: Exchange | undefined;
  #reader: ResponseReader | undefined;
  #problem: unknown;
  /** While it is idle; by the monotonic clock, ms. */
  idleUntil = 0;

  constructor(url: URL, owner: ConnectionOwner) {
    this.#owner = owner;
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    const socket = connect({
      ...socketOptionsOf(url),
      onread: {
        buffer,
        callback: (bytes) => {
          this.#read(buffer.subarray(0, bytes));
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#problem ??= error;
    });
    socket.once('end', () => this.#ended());
    socket.once('close', () => {
      const exchange = this.#exchange;
      this.#exchange = undefined;
      exchange?.fail('lost', this.#problem ?? new Error('the service closed the connection'));
      owner.closed();
    });
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded && this.#socket.writable;
  }

  send(exchange: Exchange, headStart: string): void {
    const { headers, body, maxBytes } = exchange.request;
    const unsafe = unsafeHeaderIn(headers);
    if (unsafe !== undefined) {
      exchange.fail('lost', new Error(`the header ${unsafe} has a character that no header may have`));
      this.#owner.idle(undefined);
      return;
    }
    let text = headStart;
    for (let index = 0; index < headers.length; index += 2)
      text += `${headers[index]}: ${headers[index + 1]}\r\n`;
    const bytes = Buffer.byteLength(body);
    this.#exchange = exchange;
    exchange.connection = this;
    this.#reader = new ResponseReader(maxBytes);
    // A letter a byte, nothing has to be encoded.
    this.#socket.write(
      `${text}content-length: ${bytes}\r\n\r\n${body}`,
      bytes === body.length ? 'latin1' : 'utf8',
    );
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const exchange = this.#exchange;
    // What nobody asked for: whatever it is, the connection is no good.
    if (!exchange || !this.#reader) {
      this.destroy();
      return;
    }
    const progress = this.#reader.take(bytes);
    switch (progress.kind) {
      case 'more':
        return;
      case 'too-large':
        exchange.fail('too-large');
        return;
      case 'malformed':
        exchange.fail('lost', progress.error);
        return;
      case 'complete':
        this.#exchange = undefined;
        this.#reader = undefined;
        exchange.connection = undefined;
        if (progress.offersFrames) this.#owner.framesOffered();
        // Free before the answer is told: whoever gets it may ask the next at once.
        this.#owner.idle(progress.reusableMs);
        exchange.succeed(progress.answer);
    }
  }

  #ended(): void {
    const answer = this.#exchange && this.#reader?.end();
    if (answer) {
      const exchange = this.#exchange;
      this.#exchange = undefined;
      exchange?.succeed(answer);
    }
    this.destroy();
  }
}
