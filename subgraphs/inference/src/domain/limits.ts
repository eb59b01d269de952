/** The limits of the API, held before anything is stored or computed. */
import type { AskInput, GenerateInput } from '../__generated__/schema.ts';
import { type ChatMessage, refuseConversation } from './conversation.ts';
import { type Refusal, refuseRange } from './refusal.ts';
import { refuseSampling } from './sampling-input.ts';

export const maxPromptCharacters = 8_000;
export const maxCompletionTokens = 512;
export const maxStopStrings = 4;
export const maxStopStringCharacters = 100;
export const maxChoices = 8;
export const maxDeadlineMs = 3_600_000;
export const maxIdempotencyKeyCharacters = 100;

/** The first thing wrong with an ask, or undefined. */
export function refuseAsk(input: AskInput): Refusal | undefined {
  return (
    refuseText('input.question', input.question) ??
    refuseRange('input.maxTokens', input.maxTokens, { from: 1, to: maxCompletionTokens }) ??
    refuseKey(input.idempotencyKey)
  );
}

/** The first thing wrong with a generate, or undefined. */
export function refuseGenerate(input: GenerateInput): Refusal | undefined {
  return (
    refusePrompt(input) ??
    refuseRange('input.maxTokens', input.maxTokens, { from: 1, to: maxCompletionTokens }) ??
    refuseSampling(input) ??
    refuseRange('input.n', input.n, { from: 1, to: maxChoices }) ??
    refuseStopStrings(input.stop ?? []) ??
    refuseRange('input.deadlineMs', input.deadlineMs, { from: 1, to: maxDeadlineMs }) ??
    refuseKey(input.idempotencyKey)
  );
}

/** What is to be completed: one text, or a conversation. */
function refusePrompt({ prompt, messages, raw }: GenerateInput): Refusal | undefined {
  const refuse = (message: string): Refusal => ({ kind: 'invalid', field: 'input.prompt', message });
  if (typeof prompt === 'string' && messages) return refuse('Give either `prompt` or `messages`, not both.');
  if (messages && raw)
    return refuse('`raw` is for a `prompt`; messages are always rendered by the template.');
  if (messages) return refuseConversation(messages);
  return typeof prompt === 'string'
    ? refuseText('input.prompt', prompt)
    : refuse('Give a `prompt`, or a conversation as `messages`.');
}

/** What a model is to complete, of an input that was not refused. */
export type PromptWish =
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'conversation'; readonly messages: readonly ChatMessage[] };

export function promptOf({ prompt, messages, raw }: GenerateInput): PromptWish {
  if (messages) return { kind: 'conversation', messages };
  const text = prompt ?? '';
  return raw ? { kind: 'raw', text } : { kind: 'conversation', messages: [{ role: 'USER', content: text }] };
}

/**
 * Tokens that a truncated prompt may have: `maxTokens` fit behind it, but at least half of the context is the
 * prompt's.
 */
export function truncatedRoom(contextLength: number, maxTokens: number): number {
  return Math.max(contextLength - maxTokens, Math.floor(contextLength / 2));
}

/** A prompt that leaves no room for a single new token. */
export function refuseContext(
  field: string,
  promptTokens: number,
  contextLength: number,
): Refusal | undefined {
  if (promptTokens < contextLength) return undefined;
  const remedy = field === 'input.question' ? 'Shorten it.' : 'Shorten it, or set `truncatePrompt`.';
  return {
    kind: 'invalid',
    field,
    message: `The prompt has ${promptTokens} tokens; the model's context is ${contextLength} tokens, prompt and completion together. ${remedy}`,
  };
}

function refuseText(field: string, text: string): Refusal | undefined {
  const what = field === 'input.question' ? 'question' : 'prompt';
  if (text.trim().length === 0) {
    return { kind: 'invalid', field, message: `The ${what} is empty. Give 1 to 8,000 characters.` };
  }
  if (text.length <= maxPromptCharacters) return undefined;
  return {
    kind: 'invalid',
    field,
    message: `The ${what} has ${text.length} characters; at most ${maxPromptCharacters} are allowed.`,
  };
}

function refuseStopStrings(stop: readonly string[]): Refusal | undefined {
  const field = 'input.stop';
  if (stop.length > maxStopStrings) {
    return {
      kind: 'invalid',
      field,
      message: `There are ${stop.length} stop strings; at most ${maxStopStrings} are allowed.`,
    };
  }
  const bad = stop.findIndex((text) => text.length === 0 || text.length > maxStopStringCharacters);
  if (bad < 0) return undefined;
  return {
    kind: 'invalid',
    field: `${field}.${bad}`,
    message: `A stop string has 1 to ${maxStopStringCharacters} characters; this one has ${stop[bad]?.length ?? 0}.`,
  };
}

function refuseKey(key: string | null | undefined): Refusal | undefined {
  if (key === null || key === undefined) return undefined;
  if (key.length > 0 && key.length <= maxIdempotencyKeyCharacters) return undefined;
  return {
    kind: 'invalid',
    field: 'input.idempotencyKey',
    message: `The idempotency key has ${key.length} characters; 1 to ${maxIdempotencyKeyCharacters} are allowed.`,
  };
}
