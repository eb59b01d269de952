/**
 * The local issuer over HTTP, for development without one of your own:
 *
 *     POST /oauth/token                               client credentials (RFC 6749)
 *     GET  /.well-known/openid-configuration          discovery, by either name
 *     GET  /.well-known/oauth-authorization-server    (RFC 8414)
 *     GET  /.well-known/jwks.json                     the public keys of its tokens
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@fathom/platform/errors';
import type { Logger } from '@fathom/platform/logging';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { entranceOf } from '../audit/entrance.ts';
import type { Refusals } from '../audit/refusals.ts';
import { type BodyLimits, readBody } from '../http/read-json.ts';
import { sendRefusal } from '../http/send-refusal.ts';
import type { RequestLog } from '../observability/request-log.ts';
import { type createTokenIssuer, invalidRequest, refusedToken, type TokenAnswer } from './issue-token.ts';
import { type TokenKeys, tokenAlgorithm } from './token-keys.ts';

export interface OAuthEndpointOptions {
  readonly keys: TokenKeys;
  readonly issueToken: ReturnType<typeof createTokenIssuer>;
  readonly issuer: () => string;
  readonly bodyTimeoutMs: number;
  readonly refusals: Refusals;
  readonly requestLog: RequestLog;
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly logger: Logger;
}

export interface OAuthEndpoint {
  /** False if this is no path of the issuer's. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly trace: Trace;
}

const maxFormBytes = 16_384;

export function createOAuthEndpoint(options: OAuthEndpointOptions): OAuthEndpoint {
  const { keys, issueToken, issuer, refusals, requestLog, trail, logger } = options;
  const limits: BodyLimits = { maxBytes: maxFormBytes, timeoutMs: options.bodyTimeoutMs };

  async function answerToken(request: IncomingMessage): Promise<TokenAnswer> {
    const [mediaType] = (request.headers['content-type'] ?? '').split(';');
    if (request.method !== 'POST' || mediaType?.trim().toLowerCase() !== 'application/x-www-form-urlencoded')
      return invalidRequest('POST a form: application/x-www-form-urlencoded.');
    try {
      const form = new URLSearchParams(await readBody(request, limits));
      const { authorization } = request.headers;
      return await issueToken({ form, authorization, address: request.socket.remoteAddress ?? '' });
    } catch (error) {
      if (error instanceof AppError && error.status < 500)
        return {
          kind: 'refused',
          status: 400,
          error: 'invalid_request',
          description: error.message,
          reason: error,
        };
      logger.error({ err: error }, 'a token could not be issued');
      return refusedToken({
        status: 503,
        error: 'temporarily_unavailable',
        description: 'No token can be issued now.',
        code: 'DEPENDENCY_UNAVAILABLE',
      });
    }
  }

  function send({ request, response, trace }: Exchange, answer: TokenAnswer): void {
    // Section 5.1: nobody on the way keeps a token.
    const headers: Record<string, string> = { 'cache-control': 'no-store', pragma: 'no-cache' };
    if (!request.complete) headers['connection'] = 'close';
    const { principal } = answer;
    const from = { transport: 'oauth', entrance: entranceOf(request), principal } as const;
    if (answer.kind === 'issued') {
      const { traceId } = trace;
      trail.record({ kind: 'MUTATION', ...from, traceId, operation: undefined, outcome: 'OK' });
      sendJson(response, 200, answer.token, headers);
      return;
    }
    const { status, error, description, reason } = answer;
    if (status === 401) headers['www-authenticate'] = 'Basic realm="fathom"';
    sendRefusal(response, refusals.record({ ...from, trace, status }, reason), {
      status,
      headers,
      body: JSON.stringify({ error, error_description: description }),
    });
  }

  return {
    async handle(request, response, { pathname }) {
      if (pathname === '/oauth/token') {
        await inTrace(
          `${request.method} ${pathname}`,
          { 'http.request.method': request.method ?? '', 'url.path': pathname },
          async (trace) => {
            const line = requestLog.begin({ request, response, trace });
            const answered = await answerToken(request);
            if (answered.principal) line.by(answered.principal);
            send({ request, response, trace }, answered);
          },
          { from: request.headers },
        );
        return true;
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      if (pathname === '/.well-known/jwks.json') {
        try {
          sendJson(response, 200, await keys.jwks(), { 'cache-control': 'public, max-age=60' });
        } catch (error) {
          logger.error({ err: error }, 'the keys of tokens cannot be read');
          sendJson(response, 503, { error: 'temporarily_unavailable' });
        }
        return true;
      }
      if (
        pathname !== '/.well-known/openid-configuration' &&
        pathname !== '/.well-known/oauth-authorization-server'
      )
        return false;
      sendJson(response, 200, metadataOf(issuer()));
      return true;
    },
  };
}

function metadataOf(issuer: string) {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    // OpenID Connect asks for these two; no identity token is ever issued.
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [tokenAlgorithm],
  };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
