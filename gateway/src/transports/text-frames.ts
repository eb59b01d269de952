/**
 * Events on their way to a WebSocket client, as RFC 6455 frames of text.
 *
 * What an event costs a gateway is mostly its system calls. `ws` writes the head and the payload of a frame as two
 * buffers, and each frame for itself; here a frame is one buffer, and all frames that one read of the subgraph's socket
 * brought leave by one write. Nothing waits longer than for the end of that read.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RawSink } from '../subscriptions/subscription-stream.ts';

/** `stream` is the connection that `socket` was made of: what `ws` itself sends keeps its place among the frames. */
export function createTextFrames(socket: WebSocket, stream: Duplex): RawSink {
  let gathering = false;
  return {
    send(text, flushed) {
      // Behind a close frame there must not come another one.
      if (socket.readyState !== socket.OPEN) return;
      if (!gathering) {
        gathering = true;
        stream.cork();
        process.nextTick(() => {
          gathering = false;
          stream.uncork();
        });
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
