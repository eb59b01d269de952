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

/** What an example, or a part of a long text, comes to: tokens of which each predicts the next. */
export interface Piece {
  /** At least two. */
  readonly tokens: readonly number[];
  /** How many of them ask; those that follow are to be learned in full. */
  readonly questionTokens: number;
  /** The example's place in what was encoded. */
  readonly index: number;
}

export interface TokenizingOptions {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  readonly sequenceLength: number;
}

export interface EncodingOptions extends TokenizingOptions {
  /** Loss weight of the question's own tokens; the answer's weigh 1. */
  readonly promptWeight: number;
}

/**
 * A prompt with its completion gives one piece; plain text is cut into pieces of the sequence length. Throws
 * `EXAMPLE_INVALID` with the index for an empty example and for a conversation that does not fit.
 */
export function encodeExample(example: Example, index: number, options: EncodingOptions): EncodedExample[] {
  return piecesOf(example, index, options).map((piece) => weighPiece(piece, options.promptWeight));
}

/** As {@link encodeExample}, before anything is weighed. */
export function piecesOf(example: Example, index: number, options: TokenizingOptions): Piece[] {
  return 'text' in example
    ? piecesOfText(example.text, index, options)
    : [pieceOfConversation(example, index, options)];
}

export function weighPiece({ tokens, questionTokens, index }: Piece, promptWeight: number): EncodedExample {
  return {
    ids: tokens.slice(0, -1),
    targets: tokens.slice(1),
    lossWeights: tokens.slice(1).map((_, at) => (at + 1 < questionTokens ? promptWeight : 1)),
    index,
  };
}

function pieceOfConversation(
  example: { readonly prompt: string; readonly completion: string },
  index: number,
  options: TokenizingOptions,
): Piece {
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
  return { tokens: whole, questionTokens: question.length, index };
}

function piecesOfText(text: string, index: number, options: TokenizingOptions): Piece[] {
  const { textPrefix } = options.tokenizer;
  const ids = [...textPrefix, ...options.tokenizer.encode(text), ...stopTokenIds(options)];
  if (text === '')
    throw new NeuralError('EXAMPLE_INVALID', `example ${index}: the text is empty`, { details: { index } });
  const pieces: Piece[] = [];
  for (let start = 0; start + 1 < ids.length; start += options.sequenceLength) {
    pieces.push({ tokens: ids.slice(start, start + options.sequenceLength + 1), questionTokens: 0, index });
  }
  return pieces;
}
