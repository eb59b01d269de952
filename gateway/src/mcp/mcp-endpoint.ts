/**
 * `/mcp`: the Model Context Protocol over streamable HTTP, revision 2025-06-18, without sessions.
 *
 *   POST initialize | ping | tools/list | tools/call   -> one JSON response
 *   POST tools/call of a stream, or with a progressToken -> server-sent events: progress notifications, the response
 *   POST notification                                   -> 202
 *   GET, DELETE                                         -> 405: the server starts nothing, and keeps no session
 *
 * Every request carries its key or token, so any gateway answers any request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { entranceOf } from '../audit/entrance.ts';
import type { RecordedRefusal } from '../audit/refusals.ts';
import { credentialOfRequest } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import { mayBegin } from '../authorisation/authorisation.ts';
import { raise } from '../errors.ts';
import { beginStream, eventStreamHead, writeTaken } from '../http/event-stream.ts';
import { readJson } from '../http/read-json.ts';
import { sendRefusal } from '../http/send-refusal.ts';
import { fragmentsOf } from '../operations/operation.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { type GatewayService, requirePrincipal } from '../transports/gateway-service.ts';
import { brokeOff } from '../transports/http.ts';
import { callTool, type ToolResult } from './call-tool.ts';
import {
  errorCodes,
  errorMessage,
  parseMessage,
  RpcError,
  type RpcRequest,
  reasonOfRpc,
  resultMessage,
} from './json-rpc.ts';
import { createTools, type Tool } from './tools.ts';

/** Newest first. What this server does is the same in all of them. */
const protocolVersions = ['2025-11-25', '2025-06-18', '2025-03-26'];

const instructions =
  'Each tool is an operation of the Fathom graph, an AI platform. AskAndWait asks it a question; GenerationProvenance ' +
  'tells where an answer came from. Tools answer with the data of the operation, or with GraphQL errors whose ' +
  '`extensions.code` is stable.';

export function createMcpEndpoint(service: GatewayService, operations: CheckedInOperations) {
  const limits = { maxBytes: service.maxBodyBytes, timeoutMs: service.bodyTimeoutMs };
  const toolsOf = createTools(operations);

  async function answer({ request, response, signal, trace, known }: Asking): Promise<void> {
    const line = service.requestLog.begin({ request, response, trace });
    if (service.isDraining()) throw raise('SHUTTING_DOWN');
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    const principal = await requirePrincipal(service, credentialOfRequest(request));
    known.principal = principal;
    line.by(principal);
    const version = request.headers['mcp-protocol-version'];
    if (typeof version === 'string' && !protocolVersions.includes(version))
      throw raise('BAD_REQUEST', {
        because: `MCP-Protocol-Version is none of ${protocolVersions.join(', ')}`,
      });
    const message = parseMessage(await readJson(request, limits));
    if (!message) {
      response.writeHead(202).end();
      return;
    }
    try {
      const result = await resultOf({ message, principal, response, signal, trace });
      send(response, resultMessage(message.id, result));
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const entrance = `${entranceOf(request)} ${message.method === 'tools/call' ? message.method : '*'}`;
      const asked = { transport: 'mcp', entrance, principal, trace, status: 200 } as const;
      service.refusals.record(asked, reasonOfRpc(error));
      send(response, errorMessage(message.id, { code: error.code, message: error.message }));
    }
  }

  async function resultOf(exchange: Exchange): Promise<object> {
    const { message, principal, signal, trace } = exchange;
    switch (message.method) {
      case 'initialize':
        return initializeResult(message);
      case 'ping':
        return {};
      case 'tools/list':
        return { tools: toolsFor(service.supergraph.current(), principal) };
      case 'tools/call':
        return callWithProgress(exchange, (onEvent) =>
          callTool(service, {
            tools: toolsOf(service.supergraph.current()),
            principal,
            params: message.params,
            signal,
            trace,
            onEvent,
          }),
        );
      default:
        throw new RpcError(
          errorCodes.methodNotFound,
          `There is no method ${JSON.stringify(message.method)}.`,
        );
    }
  }

  /** Those that the caller may call: a model should not be offered what it would be refused. */
  function toolsFor(snapshot: Snapshot, principal: Principal): readonly Tool[] {
    return [...toolsOf(snapshot).values()]
      .filter(({ operation }) =>
        mayBegin(snapshot, principal, {
          document: operation.document,
          operation: operation.definition,
          fragments: fragmentsOf(operation.document),
        }),
      )
      .map(({ tool }) => tool);
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort('UNSUBSCRIBED'));
    await inTrace(
      `${request.method} /mcp`,
      { 'http.request.method': request.method ?? '', 'url.path': '/mcp' },
      async (trace) => {
        const known: Asking['known'] = { principal: undefined };
        try {
          await answer({ request, response, signal: gone.signal, trace, known });
        } catch (error) {
          if (brokeOff(service, response, error)) return;
          const why = error instanceof RpcError ? reasonOfRpc(error) : error;
          const asked = { transport: 'mcp', entrance: entranceOf(request), trace, ...known } as const;
          refuse(response, service.refusals.record(asked, why), error);
        }
      },
      { from: request.headers },
    );
  };
}

interface Asking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Who asks, once that is known. */
  readonly known: { principal: Principal | undefined };
}

interface Exchange {
  readonly message: RpcRequest;
  readonly principal: Principal;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly trace: Trace;
}

function initializeResult({ params }: RpcRequest): object {
  const asked = String(params['protocolVersion']);
  return {
    protocolVersion: protocolVersions.includes(asked) ? asked : protocolVersions[0],
    capabilities: { tools: {} },
    serverInfo: { name: 'fathom', title: 'Fathom', version: '0.1.0' },
    instructions,
  };
}

/** Events are told as progress where the client gave a token for it; the first of them turns the answer into a stream. */
async function callWithProgress(
  { message, response }: Exchange,
  call: (onEvent: (count: number, event: object) => Promise<void>) => Promise<ToolResult>,
): Promise<ToolResult> {
  const { _meta } = message.params as { readonly _meta?: { readonly progressToken?: unknown } };
  const progressToken = _meta?.progressToken;
  return call(async (progress, event) => {
    if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return;
    if (!response.headersSent) beginStream(response, eventStreamHead);
    await writeTaken(
      response,
      eventOf({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress, message: JSON.stringify(event) },
      }),
    );
  });
}

function send(response: ServerResponse, message: object): void {
  if (response.headersSent) {
    response.end(eventOf(message));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(message));
}

const eventOf = (message: object): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

/** What was refused before it was known which message it is. */
function refuse(response: ServerResponse, refused: RecordedRefusal, cause: unknown): void {
  const { status, reason } = refused;
  const failure =
    cause instanceof RpcError
      ? { code: cause.code, message: cause.message }
      : { code: errorCodes.invalidRequest, message: reason.message, data: { code: reason.code } };
  sendRefusal(response, refused, {
    status: cause instanceof RpcError ? 400 : status,
    contentType: 'application/json',
    headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {},
    body: JSON.stringify(errorMessage(null, failure)),
  });
}
