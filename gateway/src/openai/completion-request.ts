/**
 * What clients of the OpenAI API send, as runs of the graph. Lenient where the API is: an option that the platform does
 * not have is left out, never answered with an error; a bound above the platform's own is the platform's.
 *
 * A model that is named gets the whole conversation; `ask`, which routes, answers its last user message.
 */
import { z } from 'zod';
import { raise } from '../errors.ts';
import type { ChatMessage, RunInput } from './generation-run.ts';

/** What `maxTokens` may be at most, see `GenerateInput`. A client's larger bound is met by the smaller one. */
const maxCompletionTokens = 512;
const maxSeed = 2 ** 31;
/** Each choice is a generation of its own. */
const maxChoices = 16;

export interface CompletionRequest {
  /** One for each choice, in order. */
  readonly runs: readonly RunInput[];
  readonly streams: boolean;
  readonly includeUsage: boolean;
  readonly logProbabilities: boolean;
  /** Of `/v1/completions`: begin each choice with its prompt. */
  readonly echoes: boolean;
}

type Prompt = Pick<RunInput, 'question' | 'prompt'>;

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(textPart)]);
const message = z.looseObject({ role: z.string(), content: content.nullish() });

const options = z.looseObject({
  model: z.string().nullish(),
  max_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  /** Token ids are texts in JSON's keys. */
  logit_bias: z.record(z.string().regex(/^\d{1,9}$/), z.number()).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  n: z.number().int().min(1).max(maxChoices).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});
const chatRequest = options.extend({
  messages: z.array(message).min(1),
  logprobs: z.boolean().nullish(),
});
const completionRequest = options.extend({
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(maxChoices)]),
  echo: z.boolean().nullish(),
  logprobs: z.number().nullish(),
});

/** Throws BAD_USER_INPUT with `param`. */
export function parseChatRequest(body: unknown): CompletionRequest {
  const request = parse(chatRequest, body);
  const asked = request.messages.findLast(({ role }) => role === 'user');
  if (!asked)
    throw raise('BAD_USER_INPUT', {
      because: 'no message has the role `user`',
      details: { param: 'messages' },
    });
  return {
    ...commonOf(request, [
      {
        question: textOf(asked.content),
        prompt: { kind: 'messages', messages: request.messages.flatMap(turnOf) },
      },
    ]),
    logProbabilities: request.logprobs ?? false,
    echoes: false,
  };
}

/** Throws BAD_USER_INPUT with `param`. */
export function parseCompletionRequest(body: unknown): CompletionRequest {
  const request = parse(completionRequest, body);
  const prompts = typeof request.prompt === 'string' ? [request.prompt] : request.prompt;
  return {
    ...commonOf(
      request,
      prompts.map((text) => ({ question: text, prompt: { kind: 'text', text } })),
    ),
    logProbabilities: request.logprobs != null,
    echoes: request.echo ?? false,
  };
}

function commonOf(
  request: z.infer<typeof options>,
  prompts: readonly Prompt[],
): Pick<CompletionRequest, 'runs' | 'streams' | 'includeUsage'> {
  const copies = request.n ?? 1;
  if (copies * prompts.length > maxChoices)
    throw raise('BAD_USER_INPUT', {
      because: `at most ${maxChoices} choices are computed at once`,
      details: { param: 'n' },
    });
  return {
    runs: prompts.flatMap((prompt) =>
      Array.from({ length: copies }, (_, copy) => runOf(request, prompt, copy)),
    ),
    streams: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
  };
}

function runOf(request: z.infer<typeof options>, prompt: Prompt, copy: number): RunInput {
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const { seed, stop } = request;
  return {
    model: request.model || undefined,
    ...prompt,
    maxTokens: maxTokens === undefined ? undefined : Math.min(Math.floor(maxTokens), maxCompletionTokens),
    temperature: request.temperature ?? undefined,
    topP: request.top_p ?? undefined,
    // The same seed must not make all choices the same.
    seed: seed == null ? undefined : (Math.abs(seed) + copy) % maxSeed,
    stop: stop == null ? [] : typeof stop === 'string' ? [stop] : stop,
    presencePenalty: request.presence_penalty ?? undefined,
    frequencyPenalty: request.frequency_penalty ?? undefined,
    logitBias: Object.entries(request.logit_bias ?? {}).map(([id, bias]) => ({ tokenId: Number(id), bias })),
    jsonSchema: jsonSchemaOf(request.response_format),
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = issue?.path.join('.') ?? '';
  throw raise('BAD_USER_INPUT', {
    because: `\`${param || 'body'}\` ${issue?.message}`,
    details: { param: param || null },
  });
}

function textOf(value: z.infer<typeof content> | null | undefined): string {
  if (value == null) return '';
  return typeof value === 'string' ? value : value.map(({ text }) => text).join('');
}

const roles: Readonly<Record<string, ChatMessage['role']>> = {
  system: 'SYSTEM',
  developer: 'SYSTEM',
  user: 'USER',
  assistant: 'ASSISTANT',
};

/** Roles that the platform does not have, and turns without a word, are left out. */
function turnOf({ role, content: said }: z.infer<typeof message>): readonly ChatMessage[] {
  const known = Object.hasOwn(roles, role) ? roles[role] : undefined;
  const text = textOf(said);
  return known && text !== '' ? [{ role: known, content: text }] : [];
}

/** The schema that the text must fit, as JSON text; formats that ask for nothing ask for nothing. */
function jsonSchemaOf(format: z.infer<typeof options>['response_format']): string | undefined {
  if (format?.type === 'json_object') return '{"type":"object"}';
  if (format?.type !== 'json_schema') return undefined;
  const parsed = z
    .looseObject({ schema: z.record(z.string(), z.unknown()) })
    .safeParse(format['json_schema']);
  if (parsed.success) return JSON.stringify(parsed.data.schema);
  throw raise('BAD_USER_INPUT', {
    because: '`response_format.json_schema.schema` is no schema',
    details: { param: 'response_format' },
  });
}
