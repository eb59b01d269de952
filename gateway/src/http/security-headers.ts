/** Headers of every answer, and who may call from another origin's page. */
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
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

const ofEveryAnswer = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['content-security-policy', nothing],
] as const;
/** Only where there is TLS, here or in front of the gateway, is there anything to insist on. */
const ofEveryAnswerOverTls = [
  ...ofEveryAnswer,
  ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
] as const;

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * An answer of the public port: whoever sends it, and whatever it is, it has the headers above, unless it says otherwise.
 * They go out with all others in one list, which Node writes as it is. Set one by one, they cost each request 10 us.
 */
export class SecuredResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  override writeHead(status: number, reason?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
    return typeof reason === 'string'
      ? super.writeHead(status, reason, secured(this.req, headers))
      : super.writeHead(status, secured(this.req, reason));
  }
}

function secured(request: IncomingMessage, headers: Headers = {}): OutgoingHttpHeader[] {
  const list = Array.isArray(headers) ? [...headers] : listOf(headers);
  const isOverTls = request.socket instanceof TLSSocket || request.headers['x-forwarded-proto'] === 'https';
  for (const [name, value] of isOverTls ? ofEveryAnswerOverTls : ofEveryAnswer)
    if (!list.includes(name)) list.push(name, value);
  return list;
}

/** Names and values in turn. */
function listOf(headers: OutgoingHttpHeaders): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) list.push(name, value);
  }
  return list;
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
