/**
 * Conversations of several turns: what is allowed, and how one is shortened that is longer than a model's context.
 *
 *   system | user assistant | user assistant | user          the oldest turns go first, a question with its answer;
 *            ^^^^^^^^^^^^^^ dropped                           then the oldest tokens of the last message
 *
 * Invariant: instructions of the system and the end of the last message are never dropped.
 */
import type { ChatRole } from '../__generated__/schema.ts';
import type { Refusal } from './refusal.ts';

export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
}

export const maxMessages = 100;
export const maxConversationCharacters = 32_000;

/** The first thing wrong with a conversation, or undefined. */
export function refuseConversation(messages: readonly ChatMessage[]): Refusal | undefined {
  const field = 'input.messages';
  const refuse = (message: string, at = field): Refusal => ({ kind: 'invalid', field: at, message });
  if (messages.length === 0 || messages.length > maxMessages)
    return refuse(`There are ${messages.length} messages; 1 to ${maxMessages} are allowed.`);
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters > maxConversationCharacters)
    return refuse(
      `The messages have ${characters} characters; together at most ${maxConversationCharacters} are allowed.`,
    );
  const last = messages.length - 1;
  if (messages[last]?.content.trim() === '')
    return refuse('The last message is empty. Say something in it.', `${field}.${last}.content`);
  return undefined;
}

/** Consecutive tokens of a conversation: what one message says, or the template's text between them. */
export interface ConversationPart {
  readonly tokens: readonly number[];
  /** The place of the message that says it; absent for the template's text. */
  readonly message?: number;
}

export interface FitOptions {
  readonly messages: readonly ChatMessage[];
  readonly encode: (messages: readonly ChatMessage[]) => readonly ConversationPart[];
  /** Tokens that the prompt may have at most. */
  readonly roomTokens: number;
}

/** The tokens of a conversation shortened into the room there is, or undefined where what must stay is longer. */
export function fitConversation({ messages, encode, roomTokens }: FitOptions): readonly number[] | undefined {
  let kept = messages;
  let parts = encode(kept);
  for (;;) {
    const excess = countTokens(parts) - roomTokens;
    if (excess <= 0) return parts.flatMap(({ tokens }) => tokens);
    const shorter = withoutOldestTurns(kept, parts, excess);
    if (shorter.length === kept.length) return cutLastMessage(parts, kept.length - 1, excess);
    kept = shorter;
    parts = encode(kept);
  }
}

/** Without as many of the oldest turns as hold the excess; the template's text between them goes as well. */
function withoutOldestTurns(
  messages: readonly ChatMessage[],
  parts: readonly ConversationPart[],
  excess: number,
): readonly ChatMessage[] {
  const sizes = new Map(parts.map(({ message, tokens }) => [message, tokens.length]));
  const dropped = new Set<number>();
  let freed = 0;
  for (const [index, { role }] of messages.entries()) {
    if (index === messages.length - 1) break;
    if (role === 'SYSTEM') continue;
    // A turn is dropped whole: many templates refuse an answer without its question.
    if (freed >= excess && role === 'USER') break;
    dropped.add(index);
    freed += sizes.get(index) ?? 0;
  }
  return messages.filter((_, index) => !dropped.has(index));
}

function cutLastMessage(
  parts: readonly ConversationPart[],
  last: number,
  excess: number,
): readonly number[] | undefined {
  const length = parts.find(({ message }) => message === last)?.tokens.length ?? 0;
  if (length <= excess) return undefined;
  return parts.flatMap(({ message, tokens }) => (message === last ? tokens.slice(excess) : tokens));
}

function countTokens(parts: readonly ConversationPart[]): number {
  return parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
