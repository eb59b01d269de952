/**
 * Over plain HTTP by sockets of our own, over TLS by undici. Both mean the same by each failure: one suite of tests holds them
 * to it (`wire.int.ts`).
 */
import { Pool } from 'undici';
import { createSocketWire } from './socket-wire.ts';
import { createUndiciWire } from './undici-wire.ts';
import { idleMs, type Wire, type WireOptions } from './wire.ts';

export function createWire(options: WireOptions): Wire {
  return options.url.protocol === 'http:' ? createSocketWire(options) : createPooledWire(options);
}

export function createPooledWire({ url, maxConnections }: WireOptions): Wire {
  const pool = new Pool(url.origin, {
    connections: maxConnections,
    pipelining: 1,
    keepAliveTimeout: idleMs,
  });
  return createUndiciWire(url, pool);
}
