/**
 * `/v1/…`: the OpenAI API as thin translations to operations of the graph. What a client may do, how much and how often
 * is decided where it is decided for GraphQL; nothing is computed here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { entranceOf } from '../audit/entrance.ts';
import { credentialOfRequest } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import { raise } from '../errors.ts';
import { readJson } from '../http/read-json.ts';
import { budgetHeaders } from '../limits/budget-headers.ts';
import type { RequestRecord } from '../observability/request-log.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import { type GatewayService, requirePrincipal } from '../transports/gateway-service.ts';
import { brokeOff } from '../transports/http.ts';
import type { UploadRelay } from '../uploads/upload-relay.ts';
import { answerCompletion } from './answer-completion.ts';
import { chatFormat, completionFormat } from './answer-format.ts';
import { parseChatRequest, parseCompletionRequest } from './completion-request.ts';
import { answerEmbeddings } from './embeddings.ts';
import { answerFineTuning } from './fine-tuning.ts';
import type { Caller } from './generation-run.ts';
import { createGraphAccess } from './graph-access.ts';
import { deleteModel, listModels, oneModel } from './models.ts';
import { sendOpenAiError } from './openai-error.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly line: RequestRecord;
  readonly trace: Trace;
  /** Who sent it, once that is known. */
  readonly known: { principal: Principal | undefined };
}

export function createOpenAiFacade(
  service: GatewayService,
  operations: CheckedInOperations,
  uploads: UploadRelay,
) {
  async function answer(
    { request, response, url, line, trace, known }: Exchange,
    signal: AbortSignal,
  ): Promise<void> {
    const limits = { maxBytes: service.maxBodyBytes, timeoutMs: service.bodyTimeoutMs };
    const path = url.pathname;
    if (service.isDraining()) throw raise('SHUTTING_DOWN');
    const principal = await requirePrincipal(service, credentialOfRequest(request));
    known.principal = principal;
    line.by(principal);
    const caller: Caller = {
      principal,
      signal,
      trace,
      onCharged(left) {
        if (response.headersSent) return;
        for (const [name, value] of Object.entries(budgetHeaders(left))) response.setHeader(name, value);
      },
    };
    const complete = { service, operations, caller, response };
    switch (`${request.method} ${path}`) {
      case 'POST /v1/chat/completions':
        return answerCompletion({
          ...complete,
          request: parseChatRequest(await readJson(request, limits)),
          format: chatFormat,
        });
      case 'POST /v1/completions':
        return answerCompletion({
          ...complete,
          request: parseCompletionRequest(await readJson(request, limits)),
          format: completionFormat,
        });
      case 'POST /v1/embeddings':
        return sendJson(
          response,
          await answerEmbeddings({ service, operations, caller, body: await readJson(request, limits) }),
        );
      case 'GET /v1/models':
        return sendJson(response, { object: 'list', data: await listModels(service, operations, caller) });
    }
    const graph = createGraphAccess(service, operations, caller);
    const tuning = await answerFineTuning({
      graph,
      uploads,
      request,
      response,
      url,
      models: () => listModels(service, operations, caller),
      readBody: () => readJson(request, limits),
    });
    if (tuning === 'sent') return;
    if (tuning) return sendJson(response, tuning);
    const modelId = modelIdOf(path);
    if (modelId !== undefined && request.method === 'GET')
      return sendJson(response, await oneModel(listModels(service, operations, caller), modelId));
    if (modelId !== undefined && request.method === 'DELETE')
      return sendJson(response, await deleteModel(graph, modelId));
    throw raise('NOT_FOUND', { because: `${request.method} ${path}` });
  }

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort('UNSUBSCRIBED'));
    await inTrace(
      `${request.method} ${url.pathname}`,
      { 'http.request.method': request.method ?? '', 'url.path': url.pathname },
      async (trace) => {
        const line = service.requestLog.begin({ request, response, trace });
        response.setHeader('x-request-id', trace.traceId);
        const known: Exchange['known'] = { principal: undefined };
        try {
          await answer({ request, response, url, line, trace, known }, gone.signal);
        } catch (error) {
          if (brokeOff(service, response, error)) return;
          const asked = { transport: 'openai', entrance: entranceOf(request), trace, ...known } as const;
          sendOpenAiError(response, service.refusals.record(asked, error));
        }
      },
      { from: request.headers },
    );
  };
}

function modelIdOf(path: string): string | undefined {
  const prefix = '/v1/models/';
  if (!path.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
