/**
 * Events on their way to a WebSocket client, as RFC 6455 frames of text.
 *
 * What an event costs a server is mostly its system calls. `ws` writes the head and the payload of a frame as two
 * buffers, and each frame for itself; here a frame is one buffer, and frames that come at one time leave by one write.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

export interface TextFrames {
  /** `flushed` is called when the socket has taken it, or with why it has not. */
  send(text: string, flushed: (error?: Error | null) => void): void;
  bufferedBytes(): number;
}

/**
 * What gathers into one write: what one read of a socket brought here, or what one turn of the event loop gave, which joins the
 * events of streams that promises bring.
 */
export type GatheredBy = 'read' | 'turn';

const atEndOf: Readonly<Record<GatheredBy, (write: () => void) => void>> = {
  read: (write) => process.nextTick(write),
  turn: (write) => void setImmediate(write),
};

/** `stream` is the connection that `socket` was made of: what `ws` itself sends keeps its place among the frames. */
export function createTextFrames(socket: WebSocket, stream: Duplex, gatheredBy: GatheredBy): TextFrames {
  let gathering = false;
  function write(): void {
    gathering = false;
    stream.uncork();
  }
  return {
    send(text, flushed) {
      // Behind a close frame there must not come another one.
      if (socket.readyState !== socket.OPEN) return;
      if (!gathering) {
        gathering = true;
        stream.cork();
        atEndOf[gatheredBy](write);
      }
      stream.write(textFrame(text), flushed);
    },
    bufferedBytes: () => socket.bufferedAmount,
  };
}

const finalText = 0x81;

/** Unmasked, as servers send it, and never in fragments. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = finalText;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, head);
  return frame;
}
