/**
 * HTTP/1.1 over sockets of our own: what a fetch needs and nothing else, at half of what undici asks for it.
 *
 *   send -> an idle connection, the one used last; else a new one; else wait -> one write -> read -> idle again, or closed
 *
 * Invariants: a connection carries one exchange at a time and nothing is pipelined; what broke, or said more than its answer, is
 * never used again; the request is written once, so a service that closes an idle connection just then costs this exchange,
 * and whoever knows that it was a question asks again. Any number of exchanges share one timer.
 */

import { Deadlines } from '../../deadlines.ts';
import { WireConnection } from './connection.ts';
import { Exchange } from './exchange.ts';
import {
  fixedHeaders,
  idleMs,
  type PostReceiver,
  type PostRequest,
  type Wire,
  type WireOptions,
} from './wire.ts';

export interface SocketWireOptions extends WireOptions {
  /** Called with each answer that offers to take the next requests in frames. */
  readonly onFramesOffered?: () => void;
}

export function createSocketWire(options: SocketWireOptions): Wire {
  return new SocketWire(options);
}

/** A service closes a connection that long before it says: an answer and a new request may cross. */
const closesEarlierMs = 2_000;

class SocketWire implements Wire {
  readonly #url: URL;
  readonly #maxConnections: number;
  readonly #onFramesOffered: () => void;
  readonly #deadlines = new Deadlines();
  readonly #open = new Set<WireConnection>();
  /** The one used last is last. */
  readonly #idle: WireConnection[] = [];
  readonly #waiting: Exchange[] = [];
  /** The request up to the headers that each one has of its own. */
  readonly #headStart: string;
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ url, maxConnections, onFramesOffered = () => undefined }: SocketWireOptions) {
    this.#url = url;
    this.#maxConnections = maxConnections;
    this.#onFramesOffered = onFramesOffered;
    let head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
    for (let index = 0; index < fixedHeaders.length; index += 2)
      head += `${fixedHeaders[index]}: ${fixedHeaders[index + 1]}\r\n`;
    this.#headStart = head;
  }

  send(request: PostRequest, receiver: PostReceiver): void {
    const exchange = new Exchange({ request, receiver, deadlines: this.#deadlines });
    if (this.#isClosed) exchange.fail('lost', new Error('no more is asked of this service'));
    else if (exchange.begin()) this.#give(exchange);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const connection of [...this.#open]) connection.destroy();
    for (const exchange of this.#waiting.splice(0)) exchange.fail('lost', new Error('the gateway goes'));
    this.#deadlines.close();
  }

  #give(exchange: Exchange): void {
    const connection = this.#takeIdle() ?? this.#connect();
    if (connection) connection.send(exchange, this.#headStart);
    else this.#waiting.push(exchange);
  }

  #takeIdle(): WireConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection) return undefined;
      if (connection.isUsable && performance.now() < connection.idleUntil) return connection;
      connection.destroy();
    }
  }

  #connect(): WireConnection | undefined {
    if (this.#open.size >= this.#maxConnections) return undefined;
    const connection = new WireConnection(this.#url, {
      framesOffered: this.#onFramesOffered,
      idle: (reusableMs) => this.#becameIdle(connection, reusableMs),
      closed: () => this.#closed(connection),
    });
    this.#open.add(connection);
    return connection;
  }

  #becameIdle(connection: WireConnection, reusableMs: number | undefined): void {
    const forMs = reusableMs === undefined ? idleMs : Math.min(idleMs, reusableMs - closesEarlierMs);
    if (forMs <= 0 || this.#isClosed) {
      connection.destroy();
      return;
    }
    const next = this.#nextWaiting();
    if (next) {
      connection.send(next, this.#headStart);
      return;
    }
    connection.idleUntil = performance.now() + forMs;
    this.#idle.push(connection);
    this.#sweep ??= this.#sweepAfter(forMs);
  }

  #closed(connection: WireConnection): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    const next = this.#isClosed ? undefined : this.#nextWaiting();
    if (next) this.#give(next);
  }

  #nextWaiting(): Exchange | undefined {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next?.hasEnded) return next;
    }
  }

  #sweepAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#sweep = undefined;
      const now = performance.now();
      for (const connection of [...this.#idle]) if (connection.idleUntil <= now) connection.destroy();
      const [oldest] = this.#idle;
      if (oldest) this.#sweep = this.#sweepAfter(Math.max(100, oldest.idleUntil - now));
    }, Math.ceil(ms)).unref();
  }
}
