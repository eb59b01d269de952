import { expect, test } from 'vitest';
import { createConversationName } from './conversation-name.ts';

const conversationName = createConversationName(Buffer.alloc(32, 7));
const first = { role: 'USER', content: 'What is the capital of France?' } as const;
const answer = { role: 'ASSISTANT', content: 'Paris.' } as const;
const turn = (tenant: string, ...messages: readonly { role: 'USER' | 'ASSISTANT'; content: string }[]) =>
  conversationName({ tenant, prompt: '', messages });

test('all turns of a conversation have its name, and nobody else has it', () => {
  const name = turn('a', first);
  expect(turn('a', first, answer, { role: 'USER', content: 'And of Peru?' })).toBe(name);
  expect(turn('b', first)).not.toBe(name);
  expect(turn('a', { ...first, content: 'And of Peru?' })).not.toBe(name);
});

test('a prompt without messages is a conversation of its own, whose name is short', () => {
  const long = conversationName({ tenant: 'a', prompt: 'x'.repeat(100_000), messages: [] });
  expect(long).toHaveLength(43);
  expect(conversationName({ tenant: 'a', prompt: 'y', messages: [] })).not.toBe(long);
});

test('every process that has the salt gives a conversation the same name, and nobody without it can tell it', () => {
  const conversation = { tenant: 'a', prompt: 'x', messages: [] };
  const guessed = createConversationName(Buffer.alloc(32, 8))(conversation);
  expect(guessed).not.toBe(conversationName(conversation));
  const elsewhere = createConversationName(Buffer.alloc(32, 7));
  expect(elsewhere(conversation)).toBe(conversationName(conversation));
});
