/** Where a client may put its key or token. Never in the URL: URLs end up in logs. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { certificateOf, type ShownCertificate } from './client-certificate.ts';

export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'api-key'; readonly text: string }
  | { readonly kind: 'jwt'; readonly text: string }
  | { readonly kind: 'certificate'; readonly certificate: ShownCertificate }
  | { readonly kind: 'unreadable' };

/** A key or token says more than the certificate of a connection, which many may share. */
export function credentialOfRequest(request: IncomingMessage): Credential {
  const shown = credentialOfHeaders(request.headers);
  if (shown.kind !== 'none') return shown;
  const certificate = certificateOf(request);
  return certificate ? { kind: 'certificate', certificate } : shown;
}

export function credentialOfHeaders(headers: IncomingHttpHeaders): Credential {
  const apiKey = headers['x-api-key'];
  return credentialOf(headers.authorization, typeof apiKey === 'string' ? apiKey : undefined);
}

/** Of `connection_init`: `{ authorization: "Bearer …" }` or `{ apiKey: "fth_…" }`. */
export function credentialOfParams(params: Readonly<Record<string, unknown>> | undefined): Credential {
  const text = (name: string): string | undefined => {
    const value = params?.[name];
    return typeof value === 'string' ? value : undefined;
  };
  return credentialOf(text('authorization') ?? text('Authorization'), text('apiKey') ?? text('x-api-key'));
}

function credentialOf(authorization: string | undefined, apiKey: string | undefined): Credential {
  if (apiKey !== undefined) return { kind: 'api-key', text: apiKey.trim() };
  if (authorization === undefined) return { kind: 'none' };
  const [, text] = /^Bearer +(\S+)$/i.exec(authorization.trim()) ?? [];
  if (text === undefined) return { kind: 'unreadable' };
  if (text.startsWith('fth_')) return { kind: 'api-key', text };
  return text.split('.').length === 3 ? { kind: 'jwt', text } : { kind: 'unreadable' };
}
