/** One request and its answer, which ends once: answered, late, too large, lost, or wanted by nobody any more. */
import { type Deadlines, Due } from '../../deadlines.ts';
import type { LeavingListener } from '../../departure.ts';
import {
  type PostAnswer,
  PostFailure,
  type PostFailureKind,
  type PostReceiver,
  type PostRequest,
} from './wire.ts';

export interface ExchangeOptions {
  readonly request: PostRequest;
  readonly receiver: PostReceiver;
  readonly deadlines: Deadlines;
}

export class Exchange extends Due implements LeavingListener {
  readonly request: PostRequest;
  readonly endsAt: number;
  /** Where it is under way. */
  connection: { destroy(): void } | undefined;
  hasEnded = false;
  readonly #receiver: PostReceiver;
  readonly #deadlines: Deadlines;

  constructor({ request, receiver, deadlines }: ExchangeOptions) {
    super();
    this.request = request;
    this.endsAt = request.endsAt;
    this.#receiver = receiver;
    this.#deadlines = deadlines;
  }

  /** False if it has ended before it began. */
  begin(): boolean {
    const { signal } = this.request;
    if (signal.aborted) {
      this.handleEvent();
      return false;
    }
    this.#deadlines.add(this);
    signal.addEventListener('abort', this, { once: true });
    return true;
  }

  succeed(answer: PostAnswer): void {
    if (this.#end()) this.#receiver.answered(answer);
  }

  /** Ends the connection as well: whatever still comes is nobody's. */
  fail(kind: PostFailureKind, cause?: unknown): void {
    if (!this.#end()) return;
    const { connection } = this;
    this.connection = undefined;
    connection?.destroy();
    this.#receiver.failed(new PostFailure(kind, cause));
  }

  expire(): void {
    this.fail('timeout');
  }

  /** The client has gone. */
  handleEvent(): void {
    this.fail('aborted', this.request.signal.reason);
  }

  #end(): boolean {
    if (this.hasEnded) return false;
    this.hasEnded = true;
    this.#deadlines.delete(this);
    this.request.signal.removeEventListener('abort', this);
    return true;
  }
}
