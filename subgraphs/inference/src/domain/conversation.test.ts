import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChatMessage,
  type ConversationPart,
  fitConversation,
  refuseConversation,
} from './conversation.ts';

const says = (role: ChatMessage['role'], content: string): ChatMessage => ({ role, content });

/** One token a character, and one of the template before each message. */
function encode(messages: readonly ChatMessage[]): readonly ConversationPart[] {
  return messages.flatMap(({ role, content }, message) => [
    { tokens: [role.codePointAt(0) ?? 0] },
    { tokens: [...content].map((character) => character.codePointAt(0) ?? 0), message },
  ]);
}
const shown = (tokens: readonly number[] | undefined) => tokens && String.fromCodePoint(...tokens);

describe('a conversation longer than its room', () => {
  const messages = [
    says('SYSTEM', 'brief'),
    says('USER', 'one'),
    says('ASSISTANT', 'first'),
    says('USER', 'two'),
    says('ASSISTANT', 'second'),
    says('USER', 'three'),
  ];

  test('loses nothing where it fits', () => {
    expect(shown(fitConversation({ messages, encode, roomTokens: 100 }))).toBe(
      'SbriefUoneAfirstUtwoAsecondUthree',
    );
  });

  test('loses its oldest turns first, a question with its answer, and never the system message', () => {
    expect(shown(fitConversation({ messages, encode, roomTokens: 32 }))).toBe('SbriefUtwoAsecondUthree');
    expect(shown(fitConversation({ messages, encode, roomTokens: 15 }))).toBe('SbriefUthree');
  });

  test('loses the oldest tokens of its last message when nothing else is left', () => {
    expect(shown(fitConversation({ messages, encode, roomTokens: 9 }))).toBe('SbriefUee');
  });

  test('cannot be shortened into less than what must stay', () => {
    expect(fitConversation({ messages, encode, roomTokens: 7 })).toBeUndefined();
  });
});

test('whatever is said, what was shortened fits and ends as the conversation does', () => {
  const message = fc.record({
    role: fc.constantFrom('SYSTEM' as const, 'USER' as const, 'ASSISTANT' as const),
    content: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
  });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 60 }),
      (messages, roomTokens) => {
        const fitted = fitConversation({ messages, encode, roomTokens });
        if (!fitted) return;
        expect(fitted.length).toBeLessThanOrEqual(roomTokens);
        const whole = encode(messages).flatMap(({ tokens }) => tokens);
        expect(fitted.at(-1)).toBe(whole.at(-1));
      },
    ),
  );
});

test.each([
  [[], 'input.messages'],
  [Array.from({ length: 101 }, () => says('USER', 'x')), 'input.messages'],
  [[says('USER', 'x'.repeat(20_000)), says('USER', 'x'.repeat(12_001))], 'input.messages'],
  [[says('USER', 'hello'), says('USER', ' ')], 'input.messages.1.content'],
])('a conversation that is not allowed is refused (%#)', (messages, field) => {
  expect(refuseConversation(messages)).toMatchObject({ field });
});
