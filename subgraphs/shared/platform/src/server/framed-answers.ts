/**
 * Answers on their way out of one socket that carries frames. Those of one turn of the event loop leave in one write. A large one
 * leaves a piece at a time, in turn with the others, and no faster than the socket takes them: it holds up nobody.
 */
import type { Socket } from 'node:net';
import { AnswerBatch } from '../frames.ts';

interface Leaving {
  readonly id: number;
  readonly status: number;
  readonly body: Buffer;
  readonly onSent: () => void;
  sentBytes: number;
}

/** More is not put together before the socket has taken it. */
const maxBatchBytes = 256 * 1024;

export class FramedAnswers {
  readonly #socket: Socket;
  readonly #batch = new AnswerBatch();
  /** In the order of their turns. */
  readonly #leaving = new Map<number, Leaving>();
  #isArmed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => this.#flush());
  }

  /** `onSent`: the socket has all of it. Not called where the answer is dropped. */
  push(id: number, status: number, text: string, onSent: () => void): void {
    this.#leaving.set(id, { id, status, body: Buffer.from(text), onSent, sentBytes: 0 });
    this.#arm();
  }

  /** Nobody wants the rest of it. */
  drop(id: number): void {
    this.#leaving.delete(id);
  }

  /** The gateway is to ask elsewhere from now on. */
  leave(): void {
    this.#batch.leave();
    this.#arm();
  }

  #arm(): void {
    if (this.#isArmed || this.#socket.writableNeedDrain) return;
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#socket.destroyed) return;
    const sent: Leaving[] = [];
    for (const [id, leaving] of this.#leaving) {
      if (this.#batch.length >= maxBatchBytes) break;
      this.#leaving.delete(id);
      leaving.sentBytes = this.#addPiece(leaving);
      if (leaving.sentBytes < leaving.body.length) this.#leaving.set(id, leaving);
      else sent.push(leaving);
    }
    if (this.#batch.length > 0) this.#socket.write(this.#batch.take());
    for (const { onSent } of sent) onSent();
    if (this.#leaving.size > 0) this.#arm();
  }

  #addPiece({ id, status, body, sentBytes }: Leaving): number {
    return sentBytes === 0 ? this.#batch.answer(id, status, body) : this.#batch.more(id, body, sentBytes);
  }
}
