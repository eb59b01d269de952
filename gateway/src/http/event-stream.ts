/** Server-sent events on a response of node:http. */
import type { ServerResponse } from 'node:http';

/** Proxies close connections on which nothing moves; a comment is no event. */
const heartbeatMs = 12_000;

/** Sends the headers, and a comment now and then until the response ends. */
export function beginEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // nginx would collect the events otherwise.
    'x-accel-buffering': 'no',
    ...headers,
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => {
    if (!response.writableEnded) response.write(':\n\n');
  }, heartbeatMs);
  const stop = () => clearInterval(heartbeat);
  response.once('finish', stop);
  response.once('close', stop);
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
