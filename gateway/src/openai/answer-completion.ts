/** A request for completions, answered whole or as server-sent events, for both of OpenAI's formats. */
import type { ServerResponse } from 'node:http';
import { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';
import { beginStream, eventStreamHead, writeTaken } from '../http/event-stream.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { GatewayService } from '../transports/gateway-service.ts';
import type { AnswerFormat, AnswerHead, Choice, TokenLogProbability } from './answer-format.ts';
import type { CompletionRequest } from './completion-request.ts';
import {
  type Caller,
  type Route,
  type RunPart,
  type RunUsage,
  routedModel,
  runGeneration,
} from './generation-run.ts';
import { type ChoicePart, mergeRuns } from './merged-runs.ts';
import { openAiError } from './openai-error.ts';

export interface CompletionExchange {
  readonly service: GatewayService;
  readonly operations: CheckedInOperations;
  readonly request: CompletionRequest;
  readonly format: AnswerFormat;
  readonly caller: Caller;
  readonly response: ServerResponse;
}

/** One choice as it grows. */
interface Growing {
  readonly index: number;
  /** The prompt, where the client wants it repeated. */
  readonly echo: string;
  text: string;
  logProbabilities: TokenLogProbability[];
  model: string;
  route: Route | undefined;
  finishReason: string | undefined;
  usage: RunUsage;
}

/** Throws AppError as long as nothing was sent; a stream that fails later ends with an `error` event. */
export async function answerCompletion(exchange: CompletionExchange): Promise<void> {
  const { service, operations, request, caller } = exchange;
  // One choice that fails ends the request, and with it the others.
  const over = new AbortController();
  const signal = AbortSignal.any([caller.signal, over.signal]);
  const parts = mergeRuns(
    request.runs.map((input) => runGeneration(service, operations, { input, caller: { ...caller, signal } })),
  );
  try {
    await (request.streams ? answerAsStream(exchange, parts) : answerWhole(exchange, parts));
  } finally {
    over.abort();
  }
}

type Parts = AsyncGenerator<ChoicePart<RunPart>>;

async function answerWhole(exchange: CompletionExchange, parts: Parts): Promise<void> {
  const { request, format, response, caller } = exchange;
  const choices = startChoices(request);
  const head = createHead(format);
  for await (const { index, part } of parts) grow(choices[index] as Growing, part);
  if (caller.signal.aborted) return;
  const body = format.whole(
    head(choices[0]),
    choices.map((choice) => ({
      index: choice.index,
      text: `${choice.echo}${choice.text}`,
      logProbabilities: request.logProbabilities ? choice.logProbabilities : undefined,
      finishReason: choice.finishReason ?? 'stop',
      route: choice.route,
    })),
    usageOf(choices),
  );
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...generationHeader(choices[0]),
  });
  response.end(JSON.stringify(body));
}

async function answerAsStream(exchange: CompletionExchange, parts: Parts): Promise<void> {
  const { request, format, response, caller } = exchange;
  const choices = startChoices(request);
  const head = createHead(format);
  const send = (value: object) => writeTaken(response, `data: ${JSON.stringify(value)}\n\n`);
  const opened = new Set<number>();
  try {
    for await (const { index, part } of parts) {
      const choice = choices[index] as Growing;
      if (part.kind === 'retracted' && choice.text !== '') throw raise('ANSWER_WITHDRAWN');
      grow(choice, part);
      // Only now: what is refused before anything came has a status of its own.
      if (!response.headersSent) beginStream(response, eventStreamHead, generationHeader(choice));
      const isFirst = !opened.has(index);
      opened.add(index);
      const chunk = format.chunk(head(choice), chunkOf(request, choice, part, isFirst), isFirst);
      // Who wants the usage finds its place in each chunk, empty until the last.
      await send(request.includeUsage ? { ...chunk, usage: null } : chunk);
    }
    if (caller.signal.aborted) return;
    if (request.includeUsage) await send(format.usageChunk(head(choices[0]), usageOf(choices)));
    response.end('data: [DONE]\n\n');
  } catch (error) {
    if (!response.headersSent || !(error instanceof AppError)) throw error;
    response.end(`data: ${JSON.stringify(openAiError(error))}\n\n`);
  }
}

function startChoices({ runs, echoes }: CompletionRequest): Growing[] {
  return runs.map(({ question }, index) => ({
    index,
    echo: echoes ? question : '',
    text: '',
    logProbabilities: [],
    model: routedModel,
    route: undefined,
    finishReason: undefined,
    usage: { promptTokens: 0, completionTokens: 0 },
  }));
}

function grow(choice: Growing, part: RunPart): void {
  switch (part.kind) {
    case 'routed':
      choice.model = part.model;
      choice.route = part.route;
      break;
    case 'text':
      choice.text += part.text;
      if (part.logProbability !== null)
        choice.logProbabilities.push({ text: part.text, logProbability: part.logProbability });
      break;
    case 'retracted':
      choice.text = '';
      choice.logProbabilities = [];
      break;
    case 'completed':
      choice.finishReason = part.finishReason;
      choice.usage = part.usage;
  }
}

/** What this part adds. The first of a choice opens it, and says who answers. */
function chunkOf(
  { logProbabilities }: CompletionRequest,
  choice: Growing,
  part: RunPart,
  isFirst: boolean,
): Choice {
  const logProbability = part.kind === 'text' ? part.logProbability : null;
  const text = part.kind === 'text' ? part.text : '';
  return {
    index: choice.index,
    text: isFirst ? `${choice.echo}${text}` : text,
    logProbabilities: logProbabilities && logProbability !== null ? [{ text, logProbability }] : undefined,
    finishReason: part.kind === 'completed' ? part.finishReason : null,
    route: part.kind === 'routed' ? part.route : undefined,
  };
}

/** One id and one moment for a whole answer: the id is its first generation's, which the graph can be asked about. */
function createHead({ idPrefix }: AnswerFormat): (choice: Growing | undefined) => AnswerHead {
  const createdSeconds = Math.floor(Date.now() / 1000);
  let id: string | undefined;
  return (choice) => {
    id ??= choice?.route && `${idPrefix}${choice.route.generation}`;
    return { id: id ?? idPrefix, createdSeconds, model: choice?.model ?? routedModel };
  };
}

function generationHeader(choice: Growing | undefined): Record<string, string> {
  return choice?.route ? { 'x-fathom-generation': choice.route.generation } : {};
}

function usageOf(choices: readonly Growing[]): RunUsage {
  const sum = (of: (usage: RunUsage) => number) => choices.reduce((total, { usage }) => total + of(usage), 0);
  return {
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
  };
}
