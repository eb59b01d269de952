/**
 * One `ask` or `generate` of the graph as the parts that OpenAI's answers are made of. `fathom`, or no model, is
 * routed by the platform (known or unknown, see `ask`); the name of a model goes to that model.
 */
import { raise } from '../errors.ts';
import type { CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { GatewayService } from '../transports/gateway-service.ts';
import { appErrorOf, type GraphCall, streamCall } from '../transports/graph-calls.ts';

/** The name under which the platform as a whole answers. */
export const routedModel = 'fathom';

/** Who answered and why: what the graph says of a generation, beside what OpenAI's format has room for. */
export interface Route {
  /** The generation's id: `generation(id)` in the graph tells everything about it. */
  readonly generation: string;
  readonly service: string;
  readonly reason: string;
  readonly explanation: string;
  readonly score: number | null;
  readonly bound: number | null;
  readonly calibrationVersion: string | null;
}

export interface RunUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export type RunPrompt =
  /** Rendered by the model's own template. */
  | { readonly kind: 'messages'; readonly messages: readonly ChatMessage[] }
  /** As it is, without the template. */
  | { readonly kind: 'text'; readonly text: string };

export type RunPart =
  /** `model`: the version that answers, or `deep-learning`. Again after a `retracted`. */
  | { readonly kind: 'routed'; readonly model: string; readonly route: Route }
  | { readonly kind: 'text'; readonly text: string; readonly logProbability: number | null }
  /** All text so far is withdrawn. */
  | { readonly kind: 'retracted' }
  | { readonly kind: 'completed'; readonly finishReason: 'stop' | 'length'; readonly usage: RunUsage };

export interface ChatMessage {
  readonly role: 'SYSTEM' | 'USER' | 'ASSISTANT';
  readonly content: string;
}

export interface RunInput {
  readonly model: string | undefined;
  /** What `ask` is asked. */
  readonly question: string;
  readonly prompt: RunPrompt;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly seed: number | undefined;
  readonly stop: readonly string[];
  readonly presencePenalty: number | undefined;
  readonly frequencyPenalty: number | undefined;
  readonly logitBias: readonly { readonly tokenId: number; readonly bias: number }[];
  /** JSON text of a schema that the completion must fit. */
  readonly jsonSchema: string | undefined;
}

interface GenerationEvent {
  readonly __typename: string;
  readonly generation: { readonly id: string; readonly modelVersion?: { readonly id: string } | null };
  readonly service: string;
  readonly reason: string;
  readonly explanation: string;
  readonly score: number | null;
  readonly bound: number | null;
  readonly calibrationVersion: string | null;
  readonly text: string;
  readonly logProbability: number | null;
  readonly finishReason: string;
  readonly usage: RunUsage;
  readonly code: string;
  readonly message: string;
}

export type Caller = Pick<GraphCall, 'principal' | 'signal' | 'trace' | 'onCharged'>;

/** Throws AppError: a refusal before the first part, a failure behind it. */
export async function* runGeneration(
  service: GatewayService,
  operations: CheckedInOperations,
  { input, caller }: { readonly input: RunInput; readonly caller: Caller },
): AsyncGenerator<RunPart> {
  const isRouted = input.model === undefined || input.model === routedModel;
  const { source, name } = operations.get(isRouted ? 'Ask' : 'Generate');
  const events = streamCall<{ readonly ask: GenerationEvent; readonly generate: GenerationEvent }>(service, {
    ...caller,
    transport: 'openai',
    document: source,
    operationName: name,
    variables: { input: isRouted ? askInput(input) : generateInput(input) },
  });
  let ended = false;
  for await (const { ask, generate } of events) {
    const part = partOf(ask ?? generate);
    if (!part) continue;
    ended = part.kind === 'completed';
    yield part;
  }
  if (!ended && !caller.signal.aborted)
    throw raise('SUBGRAPH_UNAVAILABLE', { because: 'the stream broke off' });
}

/** `ask` decides itself how to sample, so that the same question has the same answer. */
function askInput({ question, maxTokens }: RunInput): Readonly<Record<string, unknown>> {
  return { question, ...(maxTokens === undefined ? {} : { maxTokens }) };
}

function generateInput(input: RunInput): Readonly<Record<string, unknown>> {
  const { prompt, model, maxTokens, temperature, topP, seed, stop, logitBias, jsonSchema } = input;
  const { presencePenalty, frequencyPenalty } = input;
  const given = { maxTokens, temperature, topP, seed, presencePenalty, frequencyPenalty };
  return {
    ...(prompt.kind === 'messages' ? { messages: prompt.messages } : { prompt: prompt.text, raw: true }),
    model,
    stop,
    logitBias,
    ...(jsonSchema === undefined ? {} : { responseFormat: { jsonSchema } }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function partOf(event: GenerationEvent): RunPart | undefined {
  switch (event.__typename) {
    case 'GenerationRouted':
      return { kind: 'routed', model: servedModel(event), route: routeOf(event) };
    case 'TokenGenerated':
      return { kind: 'text', text: event.text, logProbability: event.logProbability };
    case 'TextRetracted':
      return { kind: 'retracted' };
    case 'GenerationCompleted':
      return {
        kind: 'completed',
        finishReason: event.finishReason === 'LENGTH' ? 'length' : 'stop',
        usage: event.usage,
      };
    case 'GenerationFailed':
      throw appErrorOf({ message: event.message, extensions: { code: event.code } });
    default:
      return undefined;
  }
}

function servedModel({ service, generation }: GenerationEvent): string {
  return service === 'DEEP_LEARNING' ? 'deep-learning' : (generation.modelVersion?.id ?? routedModel);
}

function routeOf(event: GenerationEvent): Route {
  const { generation, service, reason, explanation, score, bound, calibrationVersion } = event;
  return { generation: generation.id, service, reason, explanation, score, bound, calibrationVersion };
}
