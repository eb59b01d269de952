/**
 * The two shapes of an answer, of `/v1/chat/completions` and of `/v1/completions`. Beside OpenAI's members each has the
 * model that served it in `model` and the route in `fathom`.
 */
import type { Route, RunUsage } from './generation-run.ts';

export interface AnswerHead {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
}

export interface Choice {
  readonly index: number;
  readonly text: string;
  readonly logProbabilities: readonly TokenLogProbability[] | undefined;
  readonly finishReason: string | null;
  readonly route: Route | undefined;
}

export interface TokenLogProbability {
  readonly text: string;
  readonly logProbability: number;
}

export interface AnswerFormat {
  readonly idPrefix: string;
  whole(head: AnswerHead, choices: readonly Choice[], usage: RunUsage): object;
  /** One piece of one choice; `isFirst` for the piece that opens it. */
  chunk(head: AnswerHead, choice: Choice, isFirst: boolean): object;
  usageChunk(head: AnswerHead, usage: RunUsage): object;
}

export const chatFormat: AnswerFormat = {
  idPrefix: 'chatcmpl-',
  whole: (head, choices, usage) => ({
    ...headOf(head, 'chat.completion'),
    choices: choices.map((choice) => ({
      index: choice.index,
      message: { role: 'assistant', content: choice.text, refusal: null },
      logprobs: chatLogProbabilities(choice),
      finish_reason: choice.finishReason,
      ...routeOf(choice),
    })),
    usage: usageOf(usage),
    ...routeOf(choices[0]),
  }),
  chunk: (head, choice, isFirst) => ({
    ...headOf(head, 'chat.completion.chunk'),
    choices: [
      {
        index: choice.index,
        delta: choice.finishReason ? {} : { ...(isFirst ? { role: 'assistant' } : {}), content: choice.text },
        logprobs: chatLogProbabilities(choice),
        finish_reason: choice.finishReason,
      },
    ],
    ...routeOf(choice),
  }),
  usageChunk: (head, usage) => ({
    ...headOf(head, 'chat.completion.chunk'),
    choices: [],
    usage: usageOf(usage),
  }),
};

export const completionFormat: AnswerFormat = {
  idPrefix: 'cmpl-',
  whole: (head, choices, usage) => ({
    ...headOf(head, 'text_completion'),
    choices: choices.map((choice) => ({ ...completionChoice(choice), ...routeOf(choice) })),
    usage: usageOf(usage),
    ...routeOf(choices[0]),
  }),
  chunk: (head, choice) => ({
    ...headOf(head, 'text_completion'),
    choices: [completionChoice(choice)],
    ...routeOf(choice),
  }),
  usageChunk: (head, usage) => ({ ...headOf(head, 'text_completion'), choices: [], usage: usageOf(usage) }),
};

function headOf({ id, createdSeconds, model }: AnswerHead, object: string): object {
  return { id, object, created: createdSeconds, model };
}

function usageOf({ promptTokens, completionTokens }: RunUsage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function routeOf(choice: Choice | undefined): object {
  return choice?.route ? { fathom: choice.route } : {};
}

function chatLogProbabilities({ logProbabilities }: Choice): object | null {
  if (!logProbabilities) return null;
  return {
    content: logProbabilities.map(({ text, logProbability }) => ({
      token: text,
      logprob: logProbability,
      bytes: [...Buffer.from(text)],
      top_logprobs: [],
    })),
    refusal: null,
  };
}

function completionChoice({ index, text, logProbabilities, finishReason }: Choice): object {
  return {
    index,
    text,
    logprobs: logProbabilities
      ? {
          tokens: logProbabilities.map((token) => token.text),
          token_logprobs: logProbabilities.map((token) => token.logProbability),
          top_logprobs: null,
          text_offset: offsetsOf(logProbabilities),
        }
      : null,
    finish_reason: finishReason,
  };
}

function offsetsOf(tokens: readonly TokenLogProbability[]): readonly number[] {
  let offset = 0;
  return tokens.map(({ text }) => {
    const start = offset;
    offset += text.length;
    return start;
  });
}
