import { describe, expect, test } from 'vitest';
import { toExamples } from './chat-examples.ts';

const chat = (...messages: [string, string][]) =>
  JSON.stringify({ messages: messages.map(([role, content]) => ({ role, content })) });

describe('examples of chats', () => {
  test('become prompts and completions, line by line', () => {
    const text = `${chat(['user', 'Hi "you"\n'], ['assistant', 'Hello'])}\n\n{"prompt":"a","completion":"messages"}\n`;
    expect(toExamples(text)).toBe(
      '{"prompt":"Hi \\"you\\"\\n","completion":"Hello"}\n\n{"prompt":"a","completion":"messages"}\n',
    );
  });

  test('stay as they are where they are written as the graph has them', () => {
    const text = '{"prompt":"a","completion":"b"}\nnot json\n';
    expect(toExamples(text)).toBe(text);
  });

  test.each([
    [chat(['system', 'Be brief.'], ['user', 'a'], ['assistant', 'b'])],
    [chat(['user', 'a'], ['assistant', 'b'], ['user', 'c'], ['assistant', 'd'])],
    [chat(['assistant', 'a'], ['user', 'b'])],
    [
      '{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":"b"}]}',
    ],
    ['{"messages":"hello"}'],
  ])('are refused with their line where they are more than a question and its answer: %s', (line) => {
    const text = `${chat(['user', 'a'], ['assistant', 'b'])}\n${line}`;
    expect(() => toExamples(text)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ line: 2 }) }),
    );
  });
});
