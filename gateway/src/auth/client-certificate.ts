/**
 * Certificates that clients show (mTLS). The TLS handshake has proved that the client holds the key and that the configured
 * authority signed it; here a certificate becomes a principal by the first rule that it matches.
 *
 * A rule names what must be in the certificate: `subject` its common name, `san` one of its alternative names as TLS writes
 * them (`URI:spiffe://…`, `DNS:…`). A certificate that no rule knows is nobody's.
 */
import type { IncomingMessage } from 'node:http';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { raise } from '../errors.ts';
import type { Principal } from './principal.ts';
import { scopesOf } from './roles.ts';

export interface CertificateRule {
  readonly subject?: string | undefined;
  readonly san?: string | undefined;
  readonly tenant: string;
  readonly roles?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
}

export interface ShownCertificate {
  readonly commonName: string | undefined;
  readonly alternativeNames: readonly string[];
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

/** `undefined` without TLS, without a certificate, and with one of another authority. */
export function certificateOf({ socket }: IncomingMessage): ShownCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  if (certificate.fingerprint256 === undefined || certificate.valid_to === undefined) return undefined;
  const commonName = certificate.subject?.CN;
  return {
    // Several common names name nobody.
    commonName: typeof commonName === 'string' ? commonName : undefined,
    alternativeNames: namesOf(certificate.subjectaltname ?? ''),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    expiresAt: new Date(certificate.valid_to),
  };
}

/** Names are parted by commas; what holds one itself comes in quotes, and matches nothing in part. */
function namesOf(text: string): readonly string[] {
  return (text.match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? []).map((name) => name.trim());
}

/** Throws UNAUTHENTICATED for a certificate that no rule knows. */
export function principalOfCertificate(
  certificate: ShownCertificate,
  rules: readonly CertificateRule[],
): Principal {
  const rule = rules.find(({ subject, san }) => {
    if (subject === undefined && san === undefined) return false;
    if (subject !== undefined && subject !== certificate.commonName) return false;
    return san === undefined || certificate.alternativeNames.includes(san);
  });
  if (!rule) throw raise('UNAUTHENTICATED', { because: 'no rule knows the certificate of the client' });
  const roles = rule.roles ?? [];
  return {
    identity: {
      subject: `certificate:${rule.san ?? rule.subject}`,
      tenant: rule.tenant,
      roles,
      scopes: scopesOf(roles, rule.scopes ?? []),
    },
    // By its rule, not by its fingerprint: a certificate that was renewed shares limits with the one before.
    credential: `certificate:${rule.tenant}:${rule.san ?? rule.subject}`,
    expiresAt: certificate.expiresAt,
    operationsPerWindow: undefined,
  };
}
