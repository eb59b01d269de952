/**
 * What every request has behind it before a handler sees it: a span of its trace, a place among what a drain waits for,
 * a verified identity. It is checked before the body is read, so a stranger costs neither parsing nor memory. The
 * signal aborts when the client's socket closes before its answer was sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import type { Unseal } from '../body-seal.ts';
import { type Identity, identityHeader } from '../identity.ts';
import type { ConfirmBody, ProofPlace } from '../identity-proof.ts';
import type { IdentityVerifier } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import { extractTrace, withSpan } from '../telemetry/tracing.ts';
import { send } from './health.ts';
import { identify, refusalOf } from './identified.ts';
import type { InFlight } from './in-flight.ts';

export interface IdentifiedExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly identity: Identity;
  /** To be called with the body once it was read, where it is not a stream. */
  readonly confirm: ConfirmBody;
  /** Of a body that is a stream: what its sender sealed, as it comes. */
  readonly unseal: Unseal;
  readonly signal: AbortSignal;
}

/** Answers the exchange, or throws what the client is to be told. */
export type IdentifiedHandler = (exchange: IdentifiedExchange) => Promise<void>;

/** `bound`: the handler reads the body and confirms it. `stream`: the identity is tied to the request without it; the handler unseals it. */
export type BodyProof = 'bound' | 'stream';

export interface IdentifiedHttpOptions {
  /** Of the span. */
  readonly name: string;
  readonly identityVerifier: IdentityVerifier;
  readonly inFlight: InFlight;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
  readonly handle: IdentifiedHandler;
  /** Where the identity must have been signed for; the request's own method and path without it. */
  readonly place?: ProofPlace;
  readonly body: BodyProof;
}

export function createIdentifiedHttp(options: IdentifiedHttpOptions) {
  const { name, identityVerifier, inFlight, logger, isDraining, handle, place, body } = options;

  async function identifySender(request: IncomingMessage) {
    const own: ProofPlace = `${request.method ?? 'GET'} /${(request.url ?? '/').slice(1)}`;
    const credential = singleHeader(request, identityHeader);
    const verified = await identify({ identityVerifier, isDraining }, credential, place ?? own);
    if (body === 'stream') await verified.confirm(undefined);
    return verified;
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const refusal = refusalOf(error, logger);
    // What is left of an unread body must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, refusal.status, 'application/json; charset=utf-8', refusal.body);
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ticket = inFlight.open();
    response.once('close', () => {
      if (!response.writableFinished) ticket.abort('DISCONNECTED');
      ticket.close();
    });
    await withSpan(
      name,
      {},
      async () => {
        try {
          await handle({ request, response, signal: ticket.signal, ...(await identifySender(request)) });
        } catch (error) {
          refuse(request, response, error);
        }
      },
      { kind: SpanKind.SERVER, parent: extractTrace(request.headers) },
    );
  };
}

function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
