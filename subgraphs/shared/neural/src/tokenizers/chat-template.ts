import { Template } from '@huggingface/jinja';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The default model's turns. A system message has no place in it and is refused by the template itself. */
export const questionAnswerTemplate = [
  "{% for message in messages %}{% if message['role'] == 'user' %}<|question|>{{ message['content'] }}",
  "{% elif message['role'] == 'assistant' %}<|answer|>{{ message['content'] }}<|end|>",
  "{% else %}{{ raise_exception('this model knows the roles user and assistant, not ' + message['role']) }}",
  '{% endif %}{% endfor %}{% if add_generation_prompt %}<|answer|>{% endif %}',
].join('');

/** Special tokens of the default model, in the order of their ids. */
export const questionAnswerTokens = ['<|pad|>', '<|question|>', '<|answer|>', '<|end|>'] as const;

const tokenText = z
  .union([z.string(), z.object({ content: z.string() })])
  .transform((token) => (typeof token === 'string' ? token : token.content));
const tokenizerConfig = z.object({
  chat_template: z.string().min(1),
  bos_token: tokenText.nullish(),
  eos_token: tokenText,
  pad_token: tokenText.nullish(),
});

/** `chat_template` of a tokenizer_config.json: Jinja as transformers renders it, with the tokens that end an answer. */
export class ChatTemplate {
  readonly source: string;
  /** The model's `eos_token`: generation ends there. */
  readonly stopTokens: readonly string[];
  readonly padToken: string | undefined;
  readonly #bosToken: string | undefined;
  readonly #template: Template;

  static fromTokenizerConfig(json: unknown): ChatTemplate {
    const parsed = tokenizerConfig.safeParse(json);
    if (!parsed.success) {
      const problems = parsed.error.issues
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ');
      throw new NeuralError('TOKENIZER_INVALID', `tokenizer_config.json: ${problems}`, {
        cause: parsed.error,
      });
    }
    const { chat_template, eos_token, bos_token, pad_token } = parsed.data;
    return new ChatTemplate({
      source: chat_template,
      stopTokens: [eos_token],
      ...(bos_token == null ? {} : { bosToken: bos_token }),
      ...(pad_token == null ? {} : { padToken: pad_token }),
    });
  }

  /** `<|question|>…<|answer|>…<|end|>` */
  static questionAnswer(): ChatTemplate {
    return new ChatTemplate({ source: questionAnswerTemplate, stopTokens: ['<|end|>'], padToken: '<|pad|>' });
  }

  constructor(options: {
    source: string;
    stopTokens: readonly string[];
    bosToken?: string;
    padToken?: string;
  }) {
    this.source = options.source;
    this.stopTokens = options.stopTokens;
    this.#bosToken = options.bosToken;
    this.padToken = options.padToken;
    try {
      this.#template = new Template(options.source);
    } catch (error) {
      throw new NeuralError('TOKENIZER_INVALID', `chat_template: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Throws `PROMPT_INVALID` with the template's own words when it refuses the messages. */
  render(messages: readonly Message[], options: { readonly addGenerationPrompt: boolean }): string {
    try {
      return this.#template.render({
        messages,
        add_generation_prompt: options.addGenerationPrompt,
        bos_token: this.#bosToken ?? '',
        eos_token: this.stopTokens[0] ?? '',
      });
    } catch (error) {
      throw new NeuralError('PROMPT_INVALID', `chat_template: ${(error as Error).message}`, { cause: error });
    }
  }

  toTokenizerConfig(options: { readonly maxPositions: number }): Record<string, unknown> {
    return {
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      model_max_length: options.maxPositions,
      ...(this.#bosToken === undefined ? {} : { bos_token: this.#bosToken }),
      eos_token: this.stopTokens[0],
      ...(this.padToken === undefined ? {} : { pad_token: this.padToken }),
      chat_template: this.source,
    };
  }
}

interface PromptOptions {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  readonly messages: readonly Message[];
  /** True (the default) ends where the assistant's answer begins. */
  readonly addGenerationPrompt?: boolean;
}

/** Consecutive ids of a conversation: what one message says, or the template's text between them. */
export interface PromptPart {
  readonly tokens: readonly number[];
  /** The message that says it, by its place; absent for the template's own text. */
  readonly message?: number;
}

/** The ids of a conversation. */
export function encodePrompt(options: PromptOptions): number[] {
  return encodePromptParts(options).flatMap(({ tokens }) => tokens);
}

/**
 * The ids of a conversation in their parts. The template is rendered with placeholders for what people wrote; only the
 * template's own text may contain special tokens, a `<|end|>` typed by a user stays the seven characters it is.
 */
export function encodePromptParts(options: PromptOptions): readonly PromptPart[] {
  const { tokenizer, chatTemplate, messages, addGenerationPrompt = true } = options;
  const held = messages.map((message, index) => ({ ...message, content: `\uE000${index}\uE001` }));
  // A space before a message is the first of the message's tokens, as if all had been encoded as one text.
  const rendered = chatTemplate
    .render(held, { addGenerationPrompt })
    .split(/( ?\uE000\d+\uE001)/)
    .filter((part) => part !== '');
  let continues = false;
  return rendered.map((part): PromptPart => {
    const [, space = '', place] = part.match(/^( ?)\uE000(\d+)\uE001$/) ?? [];
    const message = place === undefined ? undefined : Number(place);
    const tokens =
      message === undefined
        ? tokenizer.encode(part, { specialTokens: 'parse', continues })
        : tokenizer.encode(space + messages[message]!.content, { continues });
    const last = tokens.at(-1);
    if (last !== undefined) continues = !tokenizer.specialTokens.some(({ id }) => id === last);
    return message === undefined ? { tokens } : { tokens, message };
  });
}

/** Throws `TOKENIZER_INVALID` when a stop token has no id: generation would never end. */
export function stopTokenIds(options: {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
}): number[] {
  return options.chatTemplate.stopTokens.map((token) => {
    const id = options.tokenizer.tokenId(token);
    if (id === undefined)
      throw new NeuralError('TOKENIZER_INVALID', `the stop token ${token} is not in the vocabulary`);
    return id;
  });
}
