/**
 * Many requests to a service over one socket or few, in frames, where the service offers it; over HTTP, a socket an exchange,
 * where it does not, and whatever does not fit a frame.
 *
 *   send -> a socket of frames that takes it -> there
 *        -> none -> over HTTP; and if the service offers frames, one is opened for the next
 *
 * Nobody waits for a socket to open. An offer comes with each answer over HTTP, and holds until a socket is lost: so a service that
 * was replaced by one that knows no frames is asked as it can be asked. A proxy in between that does not let them through is not
 * tried again for a minute.
 */
import { fitsFrame, requestHeadOf } from '@fathom/platform/frames';
import { Deadlines } from '../../deadlines.ts';
import { Exchange } from './exchange.ts';
import { FrameSocket } from './frame-socket.ts';
import { unsafeHeaderIn } from './header-values.ts';
import { createSocketWire } from './socket-wire.ts';
import { idleMs, type PostReceiver, type PostRequest, type Wire, type WireOptions } from './wire.ts';

export interface FramedWireOptions extends WireOptions {
  /** Under way at once on one socket; more go over another. */
  readonly maxPerSocket: number;
}

export function createFramedWire(options: FramedWireOptions): Wire {
  return new FramedWire(options);
}

const askAgainMs = 60_000;
/** Behind one address there may be several instances: sockets are opened anew, so that each gets its share. */
const renewAfterMs = 60_000;
const sweepMs = 5_000;

class FramedWire implements Wire {
  readonly #options: FramedWireOptions;
  readonly #http: Wire;
  readonly #deadlines = new Deadlines();
  /** Those that may take something, the oldest first. */
  readonly #sockets: FrameSocket[] = [];
  readonly #all = new Set<FrameSocket>();
  readonly #renewAt = new WeakMap<FrameSocket, number>();
  #connecting: FrameSocket | undefined;
  #isOffered = false;
  #refusedUntil = 0;
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FramedWireOptions) {
    this.#options = options;
    this.#http = createSocketWire({ ...options, onFramesOffered: () => this.#offered() });
  }

  send(request: PostRequest, receiver: PostReceiver): void {
    if (!this.#isOffered || !this.#sendFramed(request, receiver)) this.#http.send(request, receiver);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isOffered = false;
    clearInterval(this.#sweep);
    for (const socket of [...this.#all]) socket.destroy();
    await this.#http.close();
    this.#deadlines.close();
  }

  #sendFramed(request: PostRequest, receiver: PostReceiver): boolean {
    const now = performance.now();
    const socket = this.#socketAt(now);
    if (!socket) return false;
    const { headers, body } = request;
    const head = requestHeadOf(headers);
    const bodyBytes = Buffer.byteLength(body);
    // Over HTTP, an unsafe header is refused.
    if (!fitsFrame(head, bodyBytes) || unsafeHeaderIn(headers) !== undefined) return false;
    const exchange = new Exchange({ request, receiver, deadlines: this.#deadlines });
    if (exchange.begin()) socket.send(exchange, head, bodyBytes, now);
    return true;
  }

  #socketAt(now: number): FrameSocket | undefined {
    for (const socket of this.#sockets) if (socket.takes(now)) return socket;
    const { maxConnections, maxPerSocket } = this.#options;
    if (this.#all.size < Math.ceil(maxConnections / maxPerSocket) + 1) this.#connect();
    return undefined;
  }

  #offered(): void {
    if (this.#isOffered || this.#isClosed || performance.now() < this.#refusedUntil) return;
    this.#isOffered = true;
    if (this.#sockets.length === 0) this.#connect();
  }

  /** One at a time. `instead`: the one that leaves when the new one is there. */
  #connect(instead?: FrameSocket): void {
    if (this.#connecting || this.#isClosed || performance.now() < this.#refusedUntil) return;
    const socket: FrameSocket = new FrameSocket({
      url: this.#options.url,
      maxExchanges: this.#options.maxPerSocket,
      owner: {
        opened: () => {
          this.#connecting = undefined;
          this.#sockets.push(socket);
          // Not all at once, where many were opened at once.
          this.#renewAt.set(socket, performance.now() + renewAfterMs * (1 + Math.random() / 2));
          instead?.leave();
        },
        leaving: () => this.#remove(socket),
        closed: (because) => this.#closed(socket, because),
      },
    });
    this.#connecting = socket;
    this.#all.add(socket);
    this.#sweep ??= setInterval(() => this.#sweepSockets(), sweepMs).unref();
  }

  #remove(socket: FrameSocket): void {
    const index = this.#sockets.indexOf(socket);
    if (index >= 0) this.#sockets.splice(index, 1);
  }

  #closed(socket: FrameSocket, because: 'refused' | 'gone'): void {
    const wasInUse = this.#sockets.includes(socket) || this.#connecting === socket;
    this.#remove(socket);
    this.#all.delete(socket);
    if (this.#connecting === socket) this.#connecting = undefined;
    if (because === 'refused') this.#refusedUntil = performance.now() + askAgainMs;
    // One that was told to leave has left as it should.
    if (wasInUse || because === 'refused') this.#isOffered = this.#sockets.length > 0;
    if (this.#all.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #sweepSockets(): void {
    const now = performance.now();
    for (const socket of [...this.#sockets]) {
      if (socket.isIdle && now - socket.usedAt > idleMs) socket.leave();
      else if (now > (this.#renewAt.get(socket) ?? 0)) this.#connect(socket);
    }
  }
}
