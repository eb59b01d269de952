/**
 * POST /graphql in frames (`../frames.ts`): many requests on one socket of a gateway, answered as they become ready.
 *
 * Each is what it would be over HTTP: it has its own identity, which is good for this request alone, its own trace, its own place
 * among what a drain waits for, and its own signal, which aborts when the gateway cancels it or loses the socket.
 *
 * A socket: upgraded -> serving -> told to leave (a drain) -> ended. Whoever sends what is no frame, begins one and does not end
 * it, or is silent for a minute, loses it.
 */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SpanKind } from '@opentelemetry/api';
import {
  type Frame,
  type FramedRequest,
  FrameReader,
  frameKinds,
  framesProtocol,
  MalformedFrame,
  readRequest,
} from '../frames.ts';
import { identityHeader } from '../identity.ts';
import { graphqlPlace } from '../identity-proof.ts';
import type { IdentityVerifier } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import { extractTrace, withSpan } from '../telemetry/tracing.ts';
import { FramedAnswers } from './framed-answers.ts';
import type { GraphQLAnswer } from './graphql-answer.ts';
import { identify, type Refusal, refusalOf } from './identified.ts';
import type { InFlight, Ticket } from './in-flight.ts';
import { confirmedJson } from './read-body.ts';

export interface FramedRequestsOptions {
  readonly answer: GraphQLAnswer;
  readonly identityVerifier: IdentityVerifier;
  readonly inFlight: InFlight;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

export interface FramedRequests {
  handleUpgrade(socket: Duplex, head: Buffer): void;
  /** Gateways ask elsewhere from now on. */
  leave(): void;
  /** Waits until the gateways, which were told to leave, have ended their sockets; who does not soon loses it. */
  close(): Promise<void>;
}

export function isFramesUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade === framesProtocol;
}

const upgraded = `HTTP/1.1 101 Switching Protocols\r\nupgrade: ${framesProtocol}\r\nconnection: upgrade\r\n\r\n`;
/** Longer than a gateway keeps one that it asks nothing on. */
const silenceMs = 60_000;
const maxFrameMs = 30_000;
/** Of one socket; more is not read before an answer has gone out. A gateway sends fewer. */
const maxUnderWay = 256;
/** How long a gateway that was told to leave may take. */
const closeTimeoutMs = 1_000;
/** Of each request: what it would say over HTTP. */
const impliedHeaders = [
  ['content-type', 'application/json'],
  ['accept', 'application/json'],
] as const;

export function createFramedRequests(options: FramedRequestsOptions): FramedRequests {
  const { answer, inFlight, logger } = options;
  const connections = new Set<FramedConnection>();

  async function answerTo({ headers, body }: FramedRequest, signal: () => AbortSignal): Promise<Refusal> {
    return withSpan(
      'graphql.http',
      {},
      async () => {
        try {
          const { identity, confirm } = await identify(options, headers[identityHeader], graphqlPlace);
          const result = await answer({
            headers: [...impliedHeaders, ...Object.entries(headers)],
            body: await confirmedJson(body, confirm),
            identity,
            signal: signal(),
          });
          const status = result.status ?? 200;
          if (result.body.kind === 'complete') return { status, body: result.body.string };
          let text = '';
          for await (const chunk of result.body.asyncIterator) text += chunk;
          return { status, body: text };
        } catch (error) {
          return refusalOf(error, logger);
        }
      },
      { kind: SpanKind.SERVER, parent: extractTrace(headers) },
    );
  }

  return {
    handleUpgrade(socket, head) {
      if (!(socket instanceof Socket)) return void socket.destroy();
      socket.write(upgraded);
      const connection = new FramedConnection({
        socket,
        inFlight,
        logger,
        answerTo,
        onClosed: () => connections.delete(connection),
      });
      connections.add(connection);
      if (head.length > 0) connection.take(head);
    },
    leave() {
      for (const connection of connections) connection.leave();
    },
    async close() {
      await Promise.all([...connections].map((connection) => connection.left()));
    },
  };
}

interface FramedConnectionOptions {
  readonly socket: Socket;
  readonly inFlight: InFlight;
  readonly logger: Logger;
  readonly answerTo: (request: FramedRequest, signal: () => AbortSignal) => Promise<Refusal>;
  readonly onClosed: () => void;
}

class FramedConnection {
  readonly #options: FramedConnectionOptions;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #answers: FramedAnswers;
  /** By id, until the answer is out. */
  readonly #underWay = new Map<number, Ticket>();
  /** Since when a frame is not whole. */
  #insideSince: number | undefined;

  constructor(options: FramedConnectionOptions) {
    const { socket, onClosed } = options;
    this.#options = options;
    this.#socket = socket;
    this.#answers = new FramedAnswers(socket);
    socket.setNoDelay(true);
    socket.setTimeout(silenceMs);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('timeout', () => {
      if (this.#underWay.size === 0 || this.#reader.isInside) socket.destroy();
    });
    // A gateway ends its half when it waits for nothing more; `node:http` would keep the other half.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      for (const id of [...this.#underWay.keys()]) this.#cancel(id);
      onClosed();
    });
  }

  take(bytes: Buffer): void {
    let frames = 0;
    try {
      this.#reader.take(bytes, bytes.length, (frame) => {
        frames += 1;
        this.#receive(frame);
      });
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.#options.logger.warn({ err: error }, 'a socket of frames was closed');
      this.#socket.destroy();
      return;
    }
    if (!this.#reader.isInside) this.#insideSince = undefined;
    else if (frames > 0 || this.#insideSince === undefined) this.#insideSince = performance.now();
    else if (performance.now() - this.#insideSince > maxFrameMs) this.#socket.destroy();
  }

  leave(): void {
    this.#answers.leave();
  }

  /** The gateway ends it: what it had sent before it heard of the drain is refused, and asked elsewhere. */
  async left(): Promise<void> {
    const socket = this.#socket;
    if (socket.closed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const timer = setTimeout(() => socket.destroy(), closeTimeoutMs);
    await closed;
    clearTimeout(timer);
  }

  #receive(frame: Frame): void {
    if (frame.kind === frameKinds.cancel) this.#cancel(frame.id);
    else if (frame.kind !== frameKinds.request || this.#underWay.has(frame.id))
      throw new MalformedFrame(`a frame of kind ${frame.kind} and id ${frame.id} that nobody sends`);
    else this.#begin(frame.id, readRequest(frame));
  }

  #begin(id: number, request: FramedRequest): void {
    const { inFlight, logger, answerTo } = this.#options;
    const ticket = inFlight.open();
    this.#underWay.set(id, ticket);
    if (this.#underWay.size >= maxUnderWay) this.#socket.pause();
    answerTo(request, () => ticket.signal)
      .then(({ status, body }) => {
        // Cancelled meanwhile, nobody is told.
        if (this.#underWay.get(id) === ticket)
          this.#answers.push(id, status, body, () => this.#over(id, ticket));
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'a request could not be answered');
        this.#socket.destroy();
      });
  }

  #cancel(id: number): void {
    const ticket = this.#underWay.get(id);
    if (!ticket) return;
    ticket.abort('DISCONNECTED');
    this.#answers.drop(id);
    this.#over(id, ticket);
  }

  #over(id: number, ticket: Ticket): void {
    ticket.close();
    this.#underWay.delete(id);
    if (this.#socket.isPaused() && this.#underWay.size < maxUnderWay) this.#socket.resume();
  }
}
