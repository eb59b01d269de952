/**
 * One socket to a service, on which many exchanges are under way at once in frames (`@fathom/platform/frames`).
 *
 *   connecting -> upgrading -> open -> leaving (takes nothing more; what is under way ends) -> closed
 *
 * Invariants: an exchange that ends early, late, aborted or too large, is cancelled at the service and touches no other; what
 * breaks the protocol breaks the socket, and all that is under way on it is lost. Requests of one turn of the event loop leave
 * in one write.
 */
import { connect, type Socket } from 'node:net';
import {
  cancelFrame,
  type Frame,
  FrameReader,
  frameKinds,
  framesProtocol,
  MalformedFrame,
  readAnswerStart,
  requestFrame,
} from '@fathom/platform/frames';
import type { Exchange } from './exchange.ts';
import { FramedAnswer } from './framed-answer.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { MalformedResponse, parseResponseHead } from './response-head.ts';
import { socketOptionsOf } from './wire.ts';

export interface FrameSocketOwner {
  opened(): void;
  /** It takes nothing more. */
  leaving(): void;
  /** Before its exchanges are told. `refused`: whoever listens there does not speak frames, or not well. */
  closed(because: 'refused' | 'gone'): void;
}

export interface FrameSocketOptions {
  readonly url: URL;
  /** Under way at once. */
  readonly maxExchanges: number;
  readonly owner: FrameSocketOwner;
}

const readBytes = 64 * 1024;
const maxHeadBytes = 16 * 1024;
const headEnd = '\r\n\r\n';
const connectTimeoutMs = 5_000;
/** Who owes an answer and has said nothing for so long is asked nothing more until it does: the socket may be dead. */
const quietMs = 1_000;
/** How long the service may take to end its half. */
const endTimeoutMs = 5_000;
const lastId = 0xffff_ffff;

export class FrameSocket {
  readonly #owner: FrameSocketOwner;
  readonly #maxExchanges: number;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #underWay = new Map<number, FramedAnswer>();
  readonly #connecting: NodeJS.Timeout;
  /** While it is upgrading: the head of the service's answer as far as it has come. */
  #head: GrowingBytes | undefined = new GrowingBytes();
  /** Frames of this turn, a letter a byte. */
  #outgoing = '';
  #isLeaving = false;
  #isEnding = false;
  #isFlushing = false;
  #lastId = 0;
  #problem: unknown;
  /** Since when there has been nothing to hear, by the monotonic clock, ms: from the last bytes or the first question. */
  #quietSince = 0;

  constructor({ url, maxExchanges, owner }: FrameSocketOptions) {
    this.#owner = owner;
    this.#maxExchanges = maxExchanges;
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    const socket = connect({
      ...socketOptionsOf(url),
      onread: {
        buffer,
        callback: (bytes) => {
          this.#read(buffer, bytes);
          return true;
        },
      },
    });
    this.#socket = socket;
    this.#connecting = setTimeout(() => socket.destroy(), connectTimeoutMs).unref();
    socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: upgrade\r\nupgrade: ${framesProtocol}\r\n\r\n`,
    );
    socket.on('error', (error) => {
      this.#problem ??= error;
    });
    // Half a connection is of no use: what it owes will not come.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => this.#closed());
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0;
  }

  /** When it was last heard of or asked, by the monotonic clock, ms. */
  get usedAt(): number {
    return this.#quietSince;
  }

  takes(now: number): boolean {
    const { size } = this.#underWay;
    return (
      this.#head === undefined &&
      !this.#isLeaving &&
      this.#socket.writable &&
      size < this.#maxExchanges &&
      (size === 0 || now - this.#quietSince < quietMs)
    );
  }

  /** The owner knows that it takes this, and that it fits a frame. */
  send(exchange: Exchange, head: string, bodyBytes: number, now: number): void {
    if (this.#underWay.size === 0) this.#quietSince = now;
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new FramedAnswer(exchange, () => this.#cancel(id));
    exchange.connection = answer;
    this.#underWay.set(id, answer);
    this.#sendSoon(requestFrame(id, head, exchange.request.body, bodyBytes));
    if (id === lastId) this.leave();
  }

  /** Ends with what is under way. */
  leave(): void {
    if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.#owner.leaving();
    }
    this.#endIfDone();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #sendSoon(frame: string): void {
    this.#outgoing += frame;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const frames = this.#outgoing;
    this.#outgoing = '';
    this.#isFlushing = false;
    if (this.#socket.writable) this.#socket.write(frames, 'latin1');
  };

  #cancel(id: number): void {
    this.#underWay.delete(id);
    this.#sendSoon(cancelFrame(id));
    // Else the next would be asked of it, wait for nothing too, and so on.
    if (this.isIdle && performance.now() - this.#quietSince >= quietMs) this.destroy();
    else this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#isLeaving || this.#isEnding || this.#underWay.size > 0) return;
    this.#isEnding = true;
    setImmediate(() => this.#socket.end());
    setTimeout(() => this.destroy(), endTimeoutMs).unref();
  }

  #read(bytes: Buffer, length: number): void {
    this.#quietSince = performance.now();
    try {
      if (this.#head) this.#upgrade(this.#head, bytes, length);
      else this.#reader.take(bytes, length, this.#receive);
    } catch (error) {
      this.#problem ??= error;
      this.destroy();
    }
  }

  #upgrade(head: GrowingBytes, bytes: Buffer, length: number): void {
    head.append(bytes, 0, length);
    const held = head.view();
    const end = held.indexOf(headEnd, 0, 'latin1');
    if (end < 0 && held.length <= maxHeadBytes) return;
    if (end < 0 || parseResponseHead(held.toString('latin1', 0, end)).status !== 101)
      throw new MalformedFrame('the service does not upgrade to frames');
    this.#head = undefined;
    clearTimeout(this.#connecting);
    this.#owner.opened();
    const rest = held.subarray(end + headEnd.length);
    this.#reader.take(rest, rest.length, this.#receive);
  }

  readonly #receive = (frame: Frame): void => {
    const { kind, id } = frame;
    if (kind === frameKinds.leave) {
      this.leave();
      return;
    }
    if ((kind !== frameKinds.answer && kind !== frameKinds.more) || id === 0 || id > this.#lastId)
      throw new MalformedFrame(`a frame of kind ${kind} for ${id}, which was not asked`);
    const answer = this.#underWay.get(id);
    // Cancelled, and its answer was under way already.
    if (!answer) return;
    const isWhole =
      kind === frameKinds.answer
        ? answer.begin(frame, readAnswerStart(frame))
        : answer.append(frame, frame.start);
    if (!isWhole) return;
    this.#underWay.delete(id);
    // Whoever gets it may ask the next at once.
    answer.succeed();
    this.#endIfDone();
  };

  #closed(): void {
    clearTimeout(this.#connecting);
    this.#isLeaving = true;
    const problem = this.#problem;
    const refused = problem instanceof MalformedFrame || problem instanceof MalformedResponse;
    this.#owner.closed(refused ? 'refused' : 'gone');
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const answer of lost) answer.lose(problem ?? new Error('the service closed the connection'));
  }
}
