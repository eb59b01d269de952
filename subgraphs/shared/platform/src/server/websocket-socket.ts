/**
 * The adapter between one `ws` socket and graphql-ws. Beside the stock adapter it tells apart the two ways a client
 * leaves an operation: `onClientComplete` fires the moment its `complete` message arrives, even while the operation
 * is still being set up.
 *
 * Sends resolve when the bytes left the process, so a slow client slows its own streams only. With `transport`, what is sent in
 * one turn of the event loop leaves in one write (sixteen streams on one socket wrote sixteen times a step), and a send resolves
 * at once while little waits to leave; little enough that a long backlog lets the event loop turn between its parts.
 */
import type { Duplex } from 'node:stream';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Logger } from '../logging.ts';

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
}: SocketOptions<Extra>): void {
  const stopPings = pingRegularly(socket);
  const writeTogether = transport && createWriteTogether(transport);
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
      send: (data) =>
        new Promise((resolve) => {
          if (socket.readyState !== socket.OPEN) return resolve();
          onSent?.(data);
          writeTogether?.();
          socket.send(data, (error) => (error ? resolveOnceClosed(socket, resolve) : resolve()));
          if (writeTogether && socket.bufferedAmount < maxWaitingBytes) resolve();
        }),
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

/** Holds what is written from now on until the end of the event loop's turn. */
function createWriteTogether(transport: Duplex): () => void {
  let isHolding = false;
  return () => {
    if (isHolding) return;
    isHolding = true;
    transport.cork();
    setImmediate(() => {
      isHolding = false;
      transport.uncork();
    });
  };
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
