import { NeuralError } from '../errors.ts';
import { type ChatTemplate, encodePrompt, stopTokenIds } from '../tokenizers/chat-template.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';

/** A question with the answer to learn, or plain text; or two texts with what people say of their likeness, to measure by. */
export type Example =
  | { readonly prompt: string; readonly completion: string; readonly score?: number }
  | { readonly text: string };

/** Token i of `ids` predicts `targets[i]` with weight `lossWeights[i]`. */
export interface EncodedExample {
  readonly ids: readonly number[];
  readonly targets: readonly number[];
  readonly lossWeights: readonly number[];
  /** The example's place in what was encoded. */
  readonly index?: number;
}

export interface EncodingOptions {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  readonly sequenceLength: number;
  /** Loss weight of the question's own tokens; the answer's weigh 1. */
  readonly promptWeight: number;
}

/**
 * A prompt with its completion gives one piece; plain text is cut into pieces of the sequence length. Throws
 * `EXAMPLE_INVALID` with the index for an empty example and for a conversation that does not fit.
 */
export function encodeExample(example: Example, index: number, options: EncodingOptions): EncodedExample[] {
  return 'text' in example
    ? encodeText(example.text, index, options)
    : [encodeConversation(example, index, options)];
}

function encodeConversation(
  example: { readonly prompt: string; readonly completion: string },
  index: number,
  options: EncodingOptions,
): EncodedExample {
  if (example.prompt.trim() === '' || example.completion.trim() === '') {
    throw new NeuralError('EXAMPLE_INVALID', `example ${index}: prompt or completion is empty`, {
      details: { index },
    });
  }
  const user = { role: 'user', content: example.prompt } as const;
  const assistant = { role: 'assistant', content: example.completion } as const;
  const question = encodePrompt({ ...options, messages: [user] });
  const whole = encodePrompt({ ...options, messages: [user, assistant], addGenerationPrompt: false });
  if (question.some((id, at) => whole[at] !== id)) {
    throw new NeuralError(
      'EXAMPLE_INVALID',
      `example ${index}: the chat template does not continue its own prompt`,
    );
  }
  if (whole.length - 1 > options.sequenceLength) {
    throw new NeuralError(
      'EXAMPLE_INVALID',
      `example ${index}: ${whole.length - 1} tokens, the sequence length is ${options.sequenceLength}`,
      { details: { index, tokens: whole.length - 1 } },
    );
  }
  return shifted(whole, index, (target) => (target < question.length ? options.promptWeight : 1));
}

function encodeText(text: string, index: number, options: EncodingOptions): EncodedExample[] {
  const { textPrefix } = options.tokenizer;
  const ids = [...textPrefix, ...options.tokenizer.encode(text), ...stopTokenIds(options)];
  if (text === '')
    throw new NeuralError('EXAMPLE_INVALID', `example ${index}: the text is empty`, { details: { index } });
  const pieces: EncodedExample[] = [];
  for (let start = 0; start + 1 < ids.length; start += options.sequenceLength) {
    pieces.push(shifted(ids.slice(start, start + options.sequenceLength + 1), index, () => 1));
  }
  return pieces;
}

function shifted(
  ids: readonly number[],
  index: number,
  weightOf: (targetIndex: number) => number,
): EncodedExample {
  return {
    ids: ids.slice(0, -1),
    targets: ids.slice(1),
    lossWeights: ids.slice(1).map((_, at) => weightOf(at + 1)),
    index,
  };
}
