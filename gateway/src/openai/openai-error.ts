/** A refusal or a fault in the shape that clients of the OpenAI API read, with the platform's own code. */
import type { ServerResponse } from 'node:http';
import type { AppError } from '@fathom/platform/errors';
import { refusedBudgetHeaders } from '../limits/budget-headers.ts';

export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The parameter that is to blame, by its OpenAI name. */
    readonly param: string | null;
    /** The platform's stable code. */
    readonly code: string;
  };
}

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** Fields of the graph's inputs to the parameters that they were translated from. */
const parameters: Readonly<Record<string, string>> = {
  'input.question': 'messages',
  'input.prompt': 'prompt',
  'input.messages': 'messages',
  'input.maxTokens': 'max_tokens',
  'input.temperature': 'temperature',
  'input.topP': 'top_p',
  'input.seed': 'seed',
  'input.stop': 'stop',
  'input.presencePenalty': 'presence_penalty',
  'input.frequencyPenalty': 'frequency_penalty',
  'input.logitBias': 'logit_bias',
  'input.responseFormat': 'response_format',
  'input.responseFormat.jsonSchema': 'response_format',
};

export function openAiError(error: AppError): OpenAiError {
  const { field, param } = error.details;
  const named = typeof param === 'string' ? param : parameters[String(field)];
  return {
    error: {
      message: error.message,
      type: error.status >= 500 ? 'server_error' : (types[error.status] ?? 'invalid_request_error'),
      param: error.code === 'UNKNOWN_MODEL' ? 'model' : (named ?? null),
      code: error.code,
    },
  };
}

export function sendOpenAiError(response: ServerResponse, error: AppError): void {
  const { retryAfterMs } = error.details;
  response.writeHead(error.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(typeof retryAfterMs === 'number'
      ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms': String(retryAfterMs) }
      : {}),
    ...refusedBudgetHeaders(error.details),
    // What is left of a body that is too large is not read, so the connection cannot be used again.
    ...(error.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(JSON.stringify(openAiError(error)));
}
