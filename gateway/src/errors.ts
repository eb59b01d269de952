/**
 * Every code the gateway itself answers with. Codes of subgraphs pass through unchanged, with `serviceName` beside
 * them. The README lists the same table; `errors.test.ts` keeps the two equal.
 */
import { defineErrors, type ErrorTable } from '@fathom/platform/errors';

export const gatewayErrors = {
  UNAUTHENTICATED: {
    message:
      'Send an API key (`authorization: Bearer fth_…` or `x-api-key`) or a token of the configured issuer. What came is missing, malformed or unknown.',
    status: 401,
  },
  KEY_REVOKED: { message: 'This API key was revoked. Create another one.', status: 401 },
  KEY_EXPIRED: { message: 'This API key has expired. Create another one.', status: 401 },
  TOKEN_EXPIRED: { message: 'The token has expired. Fetch a new one from its issuer.', status: 401 },
  FORBIDDEN: { message: 'The identity lacks a scope that this operation needs.', status: 403 },
  RATE_LIMITED: {
    message: 'This key has used up its operations for now. Retry after `retryAfterMs`.',
    status: 429,
    retryable: true,
  },
  BUDGET_EXHAUSTED: {
    message:
      'What this key or its tenant may spend on generating is used up for now. Retry after `retryAfterMs`, or ask for fewer tokens.',
    status: 429,
    retryable: true,
  },
  OPERATION_BEYOND_BUDGET: {
    message:
      'This could take more than this key or its tenant may ever spend at once. Ask for fewer tokens, completions or texts.',
    status: 403,
  },
  TOO_MANY_STREAMS: {
    message: 'This connection has too many operations open. Complete some, then retry.',
    status: 429,
    retryable: true,
  },
  NOT_FOUND: { message: 'There is nothing at this path, or not by this method.', status: 404 },
  UNKNOWN_MODEL: {
    message: 'No model, alias or version of this name is served. `GET /v1/models` lists them.',
    status: 404,
  },
  TOO_MANY_OPERATIONS: {
    message: 'Too many operations of this key or tenant run at once. Let some end, then retry.',
    status: 429,
    retryable: true,
  },
  REQUEST_TIMEOUT: {
    message: 'The body of the request did not come in time. Send it at once.',
    status: 408,
    retryable: true,
  },
  BAD_REQUEST: { message: 'The request is not a GraphQL request this server can read.', status: 400 },
  PERSISTED_QUERY_NOT_FOUND: {
    message: 'No operation of this hash is known here. Send its text beside the hash, once.',
    status: 404,
  },
  OPERATION_NOT_LISTED: {
    message: 'Only operations of the safelist are answered here, and this is none of them.',
    status: 403,
  },
  PAYLOAD_TOO_LARGE: { message: 'The request is larger than the gateway accepts.', status: 413 },
  GRAPHQL_PARSE_FAILED: { message: 'The document is not GraphQL.', status: 400 },
  GRAPHQL_VALIDATION_FAILED: { message: 'The document does not fit the schema.', status: 400 },
  BAD_USER_INPUT: { message: 'The variables do not fit the operation.', status: 400 },
  OPERATION_TOO_LARGE: { message: 'The document has too many parts.', status: 400 },
  OPERATION_TOO_DEEP: { message: 'The operation is nested too deeply.', status: 400 },
  OPERATION_TOO_COSTLY: {
    message: 'The operation could cost too much. Ask for fewer items or fields.',
    status: 400,
  },
  SLICING_ARGUMENT_REQUIRED: {
    message: 'This list must be asked for with exactly one of the arguments that size it.',
    status: 400,
  },
  NOT_RESUMABLE: {
    message:
      '`Last-Event-ID` continues a subscription whose field takes `after`, and this is none. Send it without that header.',
    status: 400,
  },
  INTROSPECTION_DISABLED: { message: 'This server does not answer introspection.', status: 400 },
  OPERATION_NEEDS_STREAM: {
    message:
      'A subscription needs a stream: send `accept: text/event-stream`, or connect by WebSocket (graphql-transport-ws).',
    status: 406,
  },
  NOT_ACCEPTABLE: { message: 'The answer cannot be sent in a form that the client accepts.', status: 406 },
  SUBGRAPH_UNAVAILABLE: {
    message: 'A service behind this part of the graph is not reachable. Retry shortly.',
    status: 503,
    retryable: true,
  },
  SUBGRAPH_TIMEOUT: {
    message: 'A service behind this part of the graph did not answer in time.',
    status: 504,
    retryable: true,
  },
  SUBGRAPH_OVERLOADED: {
    message:
      'Too many operations wait for a service behind this part of the graph. Retry after `retryAfterMs`.',
    status: 503,
    retryable: true,
  },
  SUBGRAPH_BAD_ANSWER: {
    message: 'A service behind this part of the graph sent something that is no answer.',
    status: 502,
  },
  SUBGRAPH_ANSWER_TOO_LARGE: {
    message: 'A service sent more than the gateway takes. Ask for fewer items or fields.',
    status: 502,
  },
  ANSWER_TOO_LARGE: {
    message:
      'The whole answer would be larger than the gateway puts together. Ask for fewer items or fields.',
    status: 400,
  },
  TOO_MANY_ENTITIES: {
    message:
      'This part of the answer needs more entities of other services than one answer may. Ask for fewer items.',
    status: 400,
  },
  SLOW_CONSUMER: {
    message: 'The stream was ended because its events were not read. Resume after your last cursor.',
    status: 503,
    retryable: true,
  },
  FILE_IN_USE: {
    message: 'The file is not deleted: something needs its examples.',
    status: 409,
  },
  MODEL_IN_USE: {
    message: 'The model is not deleted: something refers to it.',
    status: 409,
  },
  ANSWER_WITHDRAWN: {
    message:
      'The streamed text is withdrawn: the confidence in it fell below the bound after it was shown. Ask again without `stream`; the answer then is the one that holds.',
    status: 409,
  },
  DEPENDENCY_UNAVAILABLE: {
    message: 'The gateway cannot reach a part it needs to admit requests. Retry shortly.',
    status: 503,
    retryable: true,
  },
  SHUTTING_DOWN: {
    message: 'This gateway is draining. Reconnect: another instance answers.',
    status: 503,
    retryable: true,
  },
  INTERNAL_SERVER_ERROR: {
    message: 'Something unexpected went wrong. The log has it under the trace id.',
    status: 500,
  },
} as const satisfies ErrorTable;

export type GatewayErrorCode = keyof typeof gatewayErrors;

export const raise = defineErrors(gatewayErrors);
