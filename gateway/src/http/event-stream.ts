/** A response of node:http that is written piece by piece for as long as it takes. */
import type { ServerResponse } from 'node:http';
import { keepAlive } from './heartbeats.ts';

export interface StreamHead {
  readonly contentType: string;
  /** Says nothing, and keeps proxies from closing a connection on which nothing moves. Empty: there is none. */
  readonly heartbeat: string;
}

/** Server-sent events; a comment is no event. */
export const eventStreamHead: StreamHead = {
  contentType: 'text/event-stream; charset=utf-8',
  heartbeat: ':\n\n',
};

/** Sends the headers, and a heartbeat now and then until the response ends. */
export function beginStream(
  response: ServerResponse,
  { contentType, heartbeat }: StreamHead,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': 'no-cache, no-transform',
    // nginx would collect what is sent otherwise.
    'x-accel-buffering': 'no',
    ...headers,
  });
  response.flushHeaders();
  if (heartbeat !== '') keepAlive(response, heartbeat);
}

/** Resolves when the socket has taken it, so that a slow client slows its own stream only. */
export function writeTaken(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(text, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}

export interface JoinedWrites {
  /** `taken` is called when the socket has taken it. */
  write(text: string, taken: () => void): void;
  /** Before anything else is written. */
  flush(): void;
  bufferedBytes(): number;
}

/**
 * What one read of a service's socket brought for a response leaves as one chunk: each costs node:http three buffers and their
 * callbacks. Nothing waits longer than for the end of that read.
 */
export function joinWrites(response: ServerResponse): JoinedWrites {
  let text = '';
  let waiting: (() => void)[] = [];
  let isScheduled = false;
  function flush(): void {
    if (text === '') return;
    const told = waiting;
    response.write(text, () => {
      for (const taken of told) taken();
    });
    text = '';
    waiting = [];
  }
  return {
    write(more, taken) {
      text += more;
      waiting.push(taken);
      if (isScheduled) return;
      isScheduled = true;
      process.nextTick(() => {
        isScheduled = false;
        flush();
      });
    },
    flush,
    // Of what waits here most is ASCII; it is a moment's only.
    bufferedBytes: () => response.writableLength + text.length,
  };
}
