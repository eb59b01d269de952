/**
 * Examples as OpenAI writes them (`{"messages": […]}`, a line each) to those of the graph (`prompt`, `completion`).
 *
 * A data set holds one question and one answer an example, so a conversation is one of these: a user's message and an
 * assistant's. Lines that have a `prompt` and a `completion`, or a `text`, are already what the graph takes.
 */
import { z } from 'zod';
import { raise } from '../errors.ts';

const messageSchema = z.looseObject({ role: z.string(), content: z.string() });
const conversationSchema = z.looseObject({ messages: z.array(messageSchema) });

/** Throws BAD_USER_INPUT with the line that is no such example. The graph checks everything else. */
export function toExamples(text: string): string {
  if (!text.includes('"messages"')) return text;
  return text
    .split('\n')
    .map((line, index) => (line.trim() === '' ? line : toExample(line, index + 1)))
    .join('\n');
}

function toExample(line: string, number: number): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The graph says where it breaks.
    return line;
  }
  if (typeof value !== 'object' || value === null || !('messages' in value)) return line;
  const parsed = conversationSchema.safeParse(value);
  if (!parsed.success)
    throw refused(number, '`messages` is a list of objects with the texts `role` and `content`');
  const { messages } = parsed.data;
  const [question, answer] = messages;
  if (messages.length !== 2 || question?.role !== 'user' || answer?.role !== 'assistant')
    throw refused(number, 'an example is one message of the user and one of the assistant, in this order');
  return JSON.stringify({ prompt: question.content, completion: answer.content });
}

const refused = (line: number, because: string) =>
  raise('BAD_USER_INPUT', { because: `line ${line}: ${because}`, details: { param: 'file', line } });
