/**
 * The edge where errors become GraphQL errors. It never throws.
 * - An AppError keeps its message and gets `extensions: { code, retryable, ...details }`.
 * - What GraphQL itself refuses (syntax, validation, variables) keeps its message, which tells how to do better.
 * - Anything else is a fault of ours: logged with its trace id, answered as INTERNAL_SERVER_ERROR without its message.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, platformErrors } from '../errors.ts';
import type { Logger } from '../logging.ts';

export interface FormatErrorOptions {
  readonly logger: Logger;
  readonly traceId: string;
}

export function formatError(error: unknown, { logger, traceId }: FormatErrorOptions): GraphQLFormattedError {
  const where = error instanceof GraphQLError ? place(error) : {};
  const causes = chainOf(error);
  const innermost = causes.at(-1);
  if (innermost instanceof AppError) {
    if (innermost.status >= 500) logger.warn({ err: innermost, code: innermost.code }, 'an operation failed');
    return { message: innermost.message, ...where, extensions: appErrorExtensions(innermost) };
  }
  const refusal = innermost instanceof GraphQLError ? causes.find(isRefusal) : undefined;
  if (refusal)
    return {
      message: refusal.message,
      ...where,
      extensions: { code: refusalCode(refusal), retryable: false },
    };
  logger.error({ err: innermost, path: where.path?.join('.') }, 'an operation failed unexpectedly');
  return {
    message: platformErrors.INTERNAL_SERVER_ERROR.message,
    ...where,
    extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, traceId },
  };
}

export function appErrorExtensions(error: AppError): Record<string, unknown> {
  return { ...error.details, code: error.code, retryable: error.retryable };
}

/** The HTTP status for an error that ends a whole request. */
export function statusOf(error: unknown): number {
  const cause = chainOf(error).at(-1);
  return cause instanceof AppError ? cause.status : 500;
}

function place(error: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return {
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
  };
}

/** The error and what it wraps, outermost first. */
function chainOf(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let current = error; current instanceof GraphQLError && current.originalError; ) {
    current = current.originalError;
    chain.push(current);
  }
  return chain;
}

/** GraphQL's own refusals carry a code that says whose fault it was, or come before execution and have no path. */
function isRefusal(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  const code = error.extensions['code'];
  return code === undefined ? error.path === undefined : code !== 'INTERNAL_SERVER_ERROR';
}

function refusalCode(error: GraphQLError): string {
  const code = error.extensions['code'];
  return typeof code === 'string' ? code : 'GRAPHQL_VALIDATION_FAILED';
}
