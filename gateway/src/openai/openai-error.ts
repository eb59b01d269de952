/** A refusal or a fault in the shape that clients of the OpenAI API read, with the platform's own code. */
import type { ServerResponse } from 'node:http';
import type { AppError } from '@fathom/platform/errors';
import type { RecordedRefusal } from '../audit/refusals.ts';
import { sendRefusal } from '../http/send-refusal.ts';

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

/** Also of a stream that has begun, and ends with it. */
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

export function sendOpenAiError(response: ServerResponse, refused: RecordedRefusal): void {
  const { retryAfterMs } = refused.reason.details;
  sendRefusal(response, refused, {
    body: JSON.stringify(openAiError(refused.reason)),
    headers: typeof retryAfterMs === 'number' ? { 'retry-after-ms': String(retryAfterMs) } : {},
  });
}
