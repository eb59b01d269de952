/**
 * The server's edge: the only place where an error becomes what a client sees. It never throws, keeps every coded
 * error as it is, and hides the message of anything unexpected behind INTERNAL_SERVER_ERROR and a trace id.
 */
import { AppError } from '@fathom/platform/errors';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import type { Logger } from 'pino';
import { gatewayErrors } from '../errors.ts';
import { toGraphQLError } from './refusal.ts';

export interface ErrorScope {
  readonly traceId: string;
  readonly logger: Logger;
}

/** The errors of an execution, as queries and subscriptions both send them. */
export function formatResult(result: ExecutionResult, scope: ErrorScope): FormattedExecutionResult {
  if (!result.errors) return result as FormattedExecutionResult;
  return { ...result, errors: result.errors.map((error) => formatExecutionError(error, scope)) };
}

export function formatExecutionError(error: unknown, scope: ErrorScope): GraphQLFormattedError {
  const coded = codedError(error);
  if (coded) {
    const { message, locations, path, extensions } = coded.toJSON();
    return {
      message,
      ...(locations ? { locations } : {}),
      ...(path ? { path } : {}),
      extensions: visible(extensions),
    };
  }
  scope.logger.error({ err: error, 'trace.id': scope.traceId }, 'an operation failed unexpectedly');
  return {
    message: gatewayErrors.INTERNAL_SERVER_ERROR.message,
    ...(error instanceof GraphQLError && error.path ? { path: error.path } : {}),
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: scope.traceId },
  };
}

const kept = new WeakMap<GraphQLFormattedError, unknown>();

/** For Apollo's server, which asks where nothing is known of the operation: {@link formatKept} says it then. */
export function keepError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  kept.set(formatted, error);
  return formatted;
}

export function formatKept(result: FormattedExecutionResult, scope: ErrorScope): FormattedExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((one) => formatExecutionError(kept.get(one) ?? one, scope)) };
}

function codedError(error: unknown): GraphQLError | undefined {
  if (error instanceof AppError) return toGraphQLError(error);
  if (!(error instanceof GraphQLError)) return undefined;
  if (error.originalError instanceof AppError && error.extensions['code'] === undefined) {
    const { extensions, message } = toGraphQLError(error.originalError);
    return new GraphQLError(message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions });
  }
  return typeof error.extensions['code'] === 'string' ? error : undefined;
}

/** A subgraph's code passes through; Apollo's own HTTP hints and stack traces do not. */
function visible(extensions: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const { http: _http, stacktrace: _stacktrace, exception: _exception, ...rest } = extensions ?? {};
  return rest;
}
