/**
 * How one WebSocket carries the streams of many clients: words beside those of graphql-transport-ws, all of them in places
 * that the protocol leaves to its users, so that who does not know them is not disturbed.
 *
 *   connection_init { identity, carries: true }         ->  connection_ack { carries: true }   or nothing: it cannot
 *   subscribe { …, extensions: { identity } }               each stream proves its own identity, for its own operation
 *   ping { hold: id }, ping { release: id }                 this stream alone waits, the others go on
 *   ping { lost: id }, then complete                        its client vanished: DISCONNECTED instead of UNSUBSCRIBED
 *
 * The identity of the connection itself lets it in and vouches for no stream.
 */
import { digestOf, type ProofPlace } from './identity-proof.ts';

/** A service that carries streams says so when it acknowledges the connection. */
export const carries = { carries: true } as const;

export function saysCarries(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'carries' in payload && payload.carries === true;
}

export interface CarriedOperation {
  readonly query: string;
  readonly operationName?: string | undefined | null;
  readonly variables?: Readonly<Record<string, unknown>> | undefined | null;
}

/** Where a stream's identity is good: on a WebSocket, for this operation with these variables and for no other. */
export function placeOfCarried({ query, operationName, variables }: CarriedOperation): ProofPlace {
  return `WS /graphql/${digestOf(JSON.stringify([query, operationName ?? null, variables ?? null]))}`;
}

export type StreamSignalKind = 'hold' | 'release' | 'lost';

export interface StreamSignal {
  readonly kind: StreamSignalKind;
  readonly id: string;
}

export function streamSignal(kind: StreamSignalKind, id: string): string {
  return JSON.stringify({ type: 'ping', payload: { [kind]: id } });
}

/** What the payload of a ping says of a stream, if anything. */
export function parseStreamSignal(payload: unknown): StreamSignal | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  for (const kind of ['hold', 'release', 'lost'] as const) {
    const id = (payload as Readonly<Record<string, unknown>>)[kind];
    if (typeof id === 'string') return { kind, id };
  }
  return undefined;
}
