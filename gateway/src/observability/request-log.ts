/**
 * One line a request of HTTP that is no operation of GraphQL by itself: `/v1`, `/mcp`, `/uploads`, `/oauth/token`. The operations
 * that it was translated to have lines of their own (`operation-log.ts`), under the same trace. Neither queries of URLs nor
 * bodies are logged: they hold what users typed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@fathom/platform/logging';
import type { Trace } from '@fathom/platform/telemetry/trace';
import type { Principal } from '../auth/principal.ts';

export interface RequestRecord {
  /** Who sent it, once that is known. */
  by(principal: Principal): void;
}

export interface LoggedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly trace: Pick<Trace, 'traceId'>;
}

export interface RequestLog {
  /** Writes the line when the response has been sent or its client has left. */
  begin(logged: LoggedRequest): RequestRecord;
}

const maxPathLength = 200;

export function createRequestLog(logger: Logger): RequestLog {
  return {
    begin({ request, response, trace: { traceId } }) {
      const startedAt = performance.now();
      const { socket } = request;
      const writtenBefore = socket.bytesWritten;
      const [path = '/'] = (request.url ?? '/').split('?');
      let sender: Principal | undefined;
      response.once('close', () => {
        logger.info(
          {
            'trace.id': traceId,
            'event.action': 'http',
            'event.outcome': response.writableFinished ? 'OK' : 'disconnected',
            'event.duration': Math.round((performance.now() - startedAt) * 1e6),
            'http.request.method': request.method,
            'url.path': path.slice(0, maxPathLength),
            'http.response.status_code': response.headersSent ? response.statusCode : undefined,
            'http.response.bytes': socket.bytesWritten - writtenBefore,
            'user.id': sender?.credential,
            'organization.id': sender?.identity.tenant,
          },
          'request',
        );
      });
      return {
        by(principal) {
          sender = principal;
        },
      };
    },
  };
}
