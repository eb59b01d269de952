/**
 * What ties a signed identity to the one request it was sent with: a MAC over time, number, receiver, place and body.
 *
 *     <identity token>~<sender>.<sequence>.<ms since 1970>.<SHA-256 of the body, or nothing>.<HMAC-SHA256>
 *
 * The MAC covers the token's signature, the receiving service and the place (`POST /graphql`) as well. Signing each request
 * by Ed25519 would cost 37 us here and 107 us there; this costs 2 us on either side. Its key is shared by all services and
 * proves nobody's identity: who holds it, but no signing key, can still vouch for nobody.
 *
 * A body that is sent as it comes is not known yet; its frames are tied to this MAC one by one (`body-seal.ts`).
 *
 * Refused: another body, receiver or place; older than {@link maxAgeMs}; from the future; seen before by this process; signed
 * before this process began (so that a restart forgets nothing). Replicas share what may change something through Redis,
 * where there is one: a replayed query reads what its first answer had, a replayed mutation acts twice.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type BodySeal, createBodySeal, createUnseal, type Unseal } from './body-seal.ts';
import type { Cache } from './cache/cache.ts';
import { raisePlatform } from './errors.ts';
import { createHmacSha256, type Hmac } from './hmac.ts';
import { createReplayWindow } from './replay-window.ts';

/** The first signs, each is accepted: so a key is exchanged without a request lost. */
export type ProofKeys = readonly [Uint8Array, ...Uint8Array[]];

/** Where in a service: its GraphQL endpoint over HTTP, over a WebSocket, or another path with its method. */
export type ProofPlace = 'POST /graphql' | 'WS /graphql' | `${string} /${string}`;

export const graphqlPlace = 'POST /graphql';
export const webSocketPlace = 'WS /graphql';

/** Also how long a request may be under way. */
const maxAgeMs = 30_000;
const clockSkewMs = 5_000;

export interface RequestToProve {
  /** The receiving service's name. */
  readonly audience: string;
  readonly place: ProofPlace;
  /** Absent where it is a stream, whose bytes are not known yet: they are sealed. */
  readonly body?: string | Uint8Array | undefined;
  /** {@link digestOf} that body, where its sender knows it already. */
  readonly bodyDigest?: string | undefined;
}

export interface ProofSigner {
  sign(token: string, request: RequestToProve): string;
  /** For the body of the request that this proof is of. */
  sealFor(proof: string): BodySeal;
}

export function createProofSigner([key]: ProofKeys, now: () => number = Date.now): ProofSigner {
  const hmac = createHmacSha256(key);
  const sender = randomBytes(12).toString('base64url');
  const sequences = new Map<string, number>();
  return {
    sign(token, { audience, place, body, bodyDigest = body === undefined ? '' : digestOf(body) }) {
      const sequence = (sequences.get(audience) ?? 0) + 1;
      sequences.set(audience, sequence);
      const claim = `${sender}.${sequence}.${now()}.${bodyDigest}`;
      return `${claim}.${mac(hmac, { token, audience, place, claim })}`;
    },
    sealFor: (proof) => createBodySeal({ hmac, requestMac: proof.slice(proof.lastIndexOf('.') + 1) }),
  };
}

/** Throws UNAUTHENTICATED unless this is the body that was signed; and, across replicas, unless it comes for the first time. */
export type ConfirmBody = (body: Uint8Array | undefined) => Promise<void>;

export interface VerifiedProof {
  /** For a body that was read whole. */
  readonly confirm: ConfirmBody;
  /** For one that is read as it comes. */
  readonly unseal: Unseal;
}

export interface ProofVerifier {
  /** Throws AppError UNAUTHENTICATED, saying why. The body is checked by what comes back. */
  verify(token: string, proof: string, place: ProofPlace): VerifiedProof;
}

export interface ProofVerifierOptions {
  readonly keys: ProofKeys;
  /** This service. */
  readonly audience: string;
  /** What its replicas share, if they do. */
  readonly shared?: Pick<Cache, 'increment'> | undefined;
  /** Called where {@link shared} did not answer: then only this process knows what it has seen. */
  readonly onUnshared?: (error: unknown) => void;
  readonly now?: () => number;
}

export function createProofVerifier(options: ProofVerifierOptions): ProofVerifier {
  const { keys, audience, shared, onUnshared, now = Date.now } = options;
  const beganAt = now();
  const hmacs = keys.map(createHmacSha256);
  const replays = createReplayWindow(maxAgeMs + 2 * clockSkewMs);

  function keyOf({ claim, mac: signed }: Proof, token: string, place: ProofPlace): Hmac | undefined {
    return hmacs.find((hmac) => sameText(mac(hmac, { token, audience, place, claim }), signed));
  }

  function problemOf({ signedAt, sender, sequence }: Proof): string | undefined {
    const ageMs = now() - signedAt;
    if (ageMs > maxAgeMs) return `it was signed ${Math.round(ageMs / 1000)} s ago`;
    if (ageMs < -clockSkewMs) return 'it was signed in the future; compare the clocks';
    if (signedAt < beganAt) return 'it was signed before this service began; send it again';
    const verdict = replays.take(sender, sequence, now());
    if (verdict === 'new') return undefined;
    return verdict === 'seen' ? 'it was sent before' : 'too many senders at once';
  }

  /** One key a request, gone when the request would be too old anyway. */
  async function isFirst({ sender, sequence }: Proof): Promise<boolean> {
    if (!shared) return true;
    try {
      const key = `identity-proof:${audience}:${sender}:${sequence}`;
      return (await shared.increment(key, 1, maxAgeMs + clockSkewMs)).value === 1;
    } catch (error) {
      onUnshared?.(error);
      return true;
    }
  }

  return {
    verify(token, text, place) {
      const proof = parse(text);
      if (!proof) throw refused('it has no proof of its request');
      const hmac = keyOf(proof, token, place);
      if (!hmac) throw refused('its proof was made for another request');
      const problem = problemOf(proof);
      if (problem) throw refused(problem);
      return {
        async confirm(body) {
          if ((body === undefined ? '' : digestOf(body)) !== proof.bodyDigest)
            throw refused('its proof was made for another body');
          if (mayChange(place, body) && !(await isFirst(proof))) throw refused('it was sent before');
        },
        unseal: createUnseal({ hmac, requestMac: proof.mac }),
      };
    },
  };
}

interface Proof {
  readonly claim: string;
  readonly sender: string;
  readonly sequence: number;
  readonly signedAt: number;
  readonly bodyDigest: string;
  readonly mac: string;
}

const format = /^([\w-]{16})\.(\d{1,15})\.(\d{1,15})\.([\w-]{43}|)\.([\w-]{43})$/;

function parse(text: string): Proof | undefined {
  const [, sender, sequence, signedAt, bodyDigest, mac] = format.exec(text) ?? [];
  if (sender === undefined || bodyDigest === undefined || mac === undefined) return undefined;
  return {
    claim: text.slice(0, -mac.length - 1),
    sender,
    sequence: Number(sequence),
    signedAt: Number(signedAt),
    bodyDigest,
    mac,
  };
}

/** All but a query or a subscription. A body comes here only as its sender wrote it, and no sender writes the keyword in escapes. */
function mayChange(place: ProofPlace, body: Uint8Array | undefined): boolean {
  if (body === undefined || place !== graphqlPlace) return true;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('mutation');
}

interface Covered {
  readonly token: string;
  readonly audience: string;
  readonly place: string;
  readonly claim: string;
}

/** The token's signature stands for the token: its own check has been made, or is made next. */
function mac(hmac: Hmac, { token, audience, place, claim }: Covered): string {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return hmac(`fathom-proof-1\n${audience}\n${place}\n${signature}\n${claim}`);
}

/** What a proof says of a body. */
export function digestOf(body: string | Uint8Array): string {
  return hash('sha256', body, 'base64url');
}

/** In the same time wherever they differ. */
function sameText(one: string, other: string): boolean {
  return (
    one.length === other.length && timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'))
  );
}

const refused = (because: string | undefined) =>
  raisePlatform('UNAUTHENTICATED', { because: because ?? 'its proof is not valid' });
