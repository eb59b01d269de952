/**
 * Over plain HTTP by sockets of our own, in frames where the service offers it; over TLS by undici. All mean the same by each
 * failure: one suite of tests holds them to it (`wire.int.ts`).
 */
import { Pool } from 'undici';
import { createFramedWire, type FramedWireOptions } from './framed-wire.ts';
import { createSocketWire } from './socket-wire.ts';
import { createUndiciWire } from './undici-wire.ts';
import { idleMs, type Wire, type WireOptions } from './wire.ts';

/** With `maxPerSocket` 1, each exchange has a socket of its own. */
export function createWire(options: FramedWireOptions): Wire {
  if (options.url.protocol !== 'http:') return createPooledWire(options);
  return options.maxPerSocket > 1 ? createFramedWire(options) : createSocketWire(options);
}

export function createPooledWire({ url, maxConnections }: WireOptions): Wire {
  const pool = new Pool(url.origin, {
    connections: maxConnections,
    pipelining: 1,
    keepAliveTimeout: idleMs,
  });
  return createUndiciWire(url, pool);
}
