/**
 * The adapter between one `ws` socket and graphql-ws. Beside the stock adapter it tells apart the two ways a client
 * leaves an operation: `onClientComplete` fires the moment its `complete` message arrives, even while the operation
 * is still being set up.
 *
 * Sends resolve when the bytes left the process, so a slow client slows its own streams only. With `transport`, what is sent in
 * one turn of the event loop leaves in one write (sixteen streams on one socket wrote sixteen times a step), and a send waits for
 * nothing while little waits to leave; little enough that a long backlog lets the event loop turn between its parts.
 */
import type { Duplex } from 'node:stream';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../logging.ts';
import { createTextFrames } from './text-frames.ts';

export interface SocketOptions<Extra> {
  readonly protocol: Server<Extra>;
  readonly socket: WebSocket;
  /** What the WebSocket writes to, where writes are to be joined. */
  readonly transport?: Duplex;
  readonly extra: Extra;
  readonly logger: Logger;
  /** Told of each message that is sent, as it is sent. */
  readonly onSent?: (message: string) => void;
  readonly onClientComplete: (operationId: string) => void;
  /** Told before the protocol, or the frames below it, closes an open socket for what its client did. */
  readonly onRefused?: (code: number, reason: string) => void;
  readonly onClosed: () => void;
}

/** A client that answers no ping for so long is gone. */
const keepAliveMs = 12_000;
/** Bytes that wait to leave before sends wait for them. */
const maxWaitingBytes = 16 * 1024;

/** Sends a message of the protocol. A promise where the client has enough to read: it resolves once that has left. */
export type SendMessage = (message: string) => Promise<void> | undefined;

/** Gives what the protocol sends by. */
export function attachSocket<Extra>({
  protocol,
  socket,
  transport,
  extra,
  logger,
  onSent,
  onClientComplete,
  onRefused = () => undefined,
  onClosed,
}: SocketOptions<Extra>): SendMessage {
  const stopPings = pingRegularly(socket);
  const sendNow = transport ? sendTogether(socket, transport) : sendAlone(socket);
  function send(message: string): Promise<void> | undefined {
    if (socket.readyState !== socket.OPEN) return undefined;
    onSent?.(message);
    return sendNow(message);
  }
  function refuse(code: number, reason: string): void {
    if (socket.readyState === socket.OPEN) onRefused(code, reason);
    socket.close(code, reason);
  }
  socket.on('error', (error) => {
    logger.debug({ err: error }, 'a WebSocket failed');
    const code = frameRefusal(error);
    if (code !== undefined) onRefused(code, error.message);
  });
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send,
      close: (code = CloseCode.InternalServerError, reason = '') => refuse(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data: RawData) => {
          const text = String(data);
          const completed = completedOperation(text);
          if (completed !== undefined) onClientComplete(completed);
          handle(text).catch((error: unknown) => {
            if (socket.readyState !== socket.OPEN) return;
            // A message that only servers send is the client's mistake, and no fault of this process.
            if (String(error).includes('Unexpected message of type')) {
              refuse(CloseCode.BadRequest, 'Unexpected message');
              return;
            }
            logger.error({ err: error }, 'a WebSocket message could not be handled');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        });
      },
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPings();
    onClosed();
    void closed(code, String(reason));
  });
  return send;
}

function sendAlone(socket: WebSocket): SendMessage {
  return (message) =>
    new Promise((resolve) => {
      socket.send(message, (error) => (error ? resolveOnceClosed(socket, resolve) : resolve()));
    });
}

function sendTogether(socket: WebSocket, transport: Duplex): SendMessage {
  const frames = createTextFrames(socket, transport, 'turn');
  const closeIfFailed = (error?: Error | null): void => {
    if (error) socket.terminate();
  };
  return (message) => {
    if (frames.bufferedBytes() + message.length < maxWaitingBytes) {
      frames.send(message, closeIfFailed);
      return undefined;
    }
    return new Promise((resolve) => {
      frames.send(message, (error) => (error ? resolveOnceClosed(socket, resolve) : resolve()));
    });
  };
}

/** What `ws` closes a socket with whose frames break the rules: too large, no text, no frames. */
function frameRefusal({ code }: Error & { readonly code?: unknown }): number | undefined {
  if (typeof code !== 'string' || !code.startsWith('WS_ERR_')) return undefined;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 1009;
  return code === 'WS_ERR_INVALID_UTF8' ? 1007 : 1002;
}

/**
 * A write can fail before the socket is known to be closed. It is its close that tells operations why they end, so none of them
 * may hear of the write first.
 */
function resolveOnceClosed(socket: WebSocket, resolve: () => void): void {
  if (socket.readyState === socket.CLOSED) {
    resolve();
    return;
  }
  socket.once('close', () => resolve());
  socket.terminate();
}

function completedOperation(text: string): string | undefined {
  if (!text.includes('"complete"')) return undefined;
  try {
    const message = JSON.parse(text) as { readonly type?: unknown; readonly id?: unknown };
    return message.type === 'complete' && typeof message.id === 'string' ? message.id : undefined;
  } catch {
    return undefined; // graphql-ws answers malformed messages.
  }
}

function pingRegularly(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, keepAliveMs);
  return () => clearInterval(timer);
}
