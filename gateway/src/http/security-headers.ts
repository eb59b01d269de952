/** Headers of every answer, and who may call from another origin's page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';

/** The console loads nothing from elsewhere and talks to this origin only; the code editor styles itself inline. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export interface CorsPolicy {
  /** Origins as browsers send them, or `*`. Credentials travel in headers, never in cookies, so `*` gives nothing away. */
  readonly origins: readonly string[];
}

/** What is no page loads nothing and is shown in no frame. The console has a policy of its own. */
const nothing = "default-src 'none'; frame-ancestors 'none'";

export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('content-security-policy', nothing);
  // Only where there is TLS, here or in front of the gateway, is there anything to insist on.
  if (request.socket instanceof TLSSocket || request.headers['x-forwarded-proto'] === 'https')
    response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
}

/** Whether a page may have sent it. What comes without an origin was sent by no page of another one. */
export function isAllowedOrigin({ origins }: CorsPolicy, request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return (
    origin === undefined ||
    origins.includes('*') ||
    origins.includes(origin) ||
    [`http://${host}`, `https://${host}`].includes(origin)
  );
}

/** True if the request was a preflight and is answered. */
export function applyCors(policy: CorsPolicy, request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const allowed = policy.origins.includes('*') || policy.origins.includes(origin);
  if (allowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
    response.setHeader(
      'access-control-expose-headers',
      [
        'retry-after, retry-after-ms, x-request-id, x-fathom-generation, upload-offset, upload-length',
        'x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens',
      ].join(', '),
    );
  }
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false;
  if (allowed) {
    response.setHeader('access-control-allow-methods', 'GET, POST, PUT, HEAD, DELETE');
    response.setHeader(
      'access-control-allow-headers',
      // Client libraries send headers of their own; what counts is the origin, which is checked above.
      'authorization, content-type, x-api-key, traceparent, tracestate, *',
    );
    response.setHeader('access-control-max-age', '7200');
  }
  response.writeHead(204).end();
  return true;
}
