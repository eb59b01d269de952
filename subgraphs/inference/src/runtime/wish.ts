/** What an `ask` or a `generate` asks for, in one form: from here on they are prepared alike. */
import { randomInt } from 'node:crypto';
import type { AskInput, GenerateInput } from '../__generated__/schema.ts';
import type { ChatMessage } from '../domain/conversation.ts';
import type { Priority } from '../domain/fair-queue.ts';
import type { GenerationRecord } from '../domain/generation.ts';
import { type PromptWish, promptOf } from '../domain/limits.ts';
import type { ResponseFormat } from '../domain/response-format.ts';
import type { SamplingSettings } from '../domain/sampling.ts';
import { samplingOf } from '../domain/sampling-input.ts';
import { beginningOf } from '../domain/traffic-split.ts';

export interface Wish {
  readonly kind: GenerationRecord['kind'];
  readonly promptField: 'input.question' | 'input.prompt' | 'input.messages';
  /** What people see as the prompt. */
  readonly prompt: string;
  /** The conversation, where that was given. */
  readonly messages: readonly ChatMessage[];
  readonly toComplete: PromptWish;
  readonly mayTruncate: boolean;
  readonly model: string | undefined;
  readonly maxTokens: number;
  readonly sampling: SamplingSettings;
  readonly stopStrings: readonly string[];
  readonly useCache: boolean;
  readonly priority: Priority;
  readonly deadlineMs: number | undefined;
  readonly choices: number;
  readonly responseFormat: ResponseFormat | undefined;
  readonly idempotencyKey: string | undefined;
}

const defaultMaxTokens = 128;

/** Of an input that was not refused. */
export function wishOfAsk(input: AskInput): Wish {
  return {
    kind: 'ASK',
    promptField: 'input.question',
    prompt: input.question,
    messages: [],
    toComplete: { kind: 'conversation', messages: [{ role: 'USER', content: input.question }] },
    mayTruncate: false,
    model: input.model ?? undefined,
    maxTokens: input.maxTokens ?? defaultMaxTokens,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    stopStrings: [],
    useCache: input.useCache ?? true,
    priority: input.priority ?? 'NORMAL',
    deadlineMs: undefined,
    choices: 1,
    responseFormat: undefined,
    idempotencyKey: input.idempotencyKey ?? undefined,
  };
}

/** Of an input that was not refused, with the form that was read from it. */
export function wishOfGenerate(input: GenerateInput, responseFormat: ResponseFormat | undefined): Wish {
  const sampling = samplingOf(input, () => randomInt(2 ** 31));
  return {
    kind: 'GENERATE',
    promptField: input.messages ? 'input.messages' : 'input.prompt',
    prompt: input.prompt ?? input.messages?.at(-1)?.content ?? '',
    messages: input.messages?.map(({ role, content }) => ({ role, content })) ?? [],
    toComplete: promptOf(input),
    mayTruncate: input.truncatePrompt ?? false,
    model: input.model ?? undefined,
    maxTokens: input.maxTokens ?? defaultMaxTokens,
    sampling,
    stopStrings: input.stop ?? [],
    // A seed that nobody gave is another one each time.
    useCache: (input.useCache ?? false) && (sampling.temperature === 0 || typeof input.seed === 'number'),
    priority: input.priority ?? 'NORMAL',
    deadlineMs: input.deadlineMs ?? undefined,
    choices: input.n ?? 1,
    responseFormat,
    idempotencyKey: input.idempotencyKey ?? undefined,
  };
}

/** What all turns of the wish's conversation have in common. */
export function beginningOfWish({ toComplete, prompt }: Wish): string {
  return toComplete.kind === 'raw' ? prompt : beginningOf(toComplete.messages);
}

export function textsOf(wish: PromptWish): readonly string[] {
  return wish.kind === 'raw' ? [wish.text] : wish.messages.map(({ content }) => content);
}
