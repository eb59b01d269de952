/** A request that will not run, with the GraphQL errors that say why and the HTTP answer that carries them. */
import { AppError } from '@fathom/platform/errors';
import { GraphQLError } from 'graphql';
import { gatewayErrors } from '../errors.ts';
import { refusedBudgetHeaders } from '../limits/budget-headers.ts';

export interface Refusal {
  readonly refused: true;
  readonly errors: readonly GraphQLError[];
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export function refusal(reason: AppError | readonly GraphQLError[]): Refusal {
  if (reason instanceof AppError) {
    const retryAfterMs = reason.details['retryAfterMs'];
    return {
      refused: true,
      errors: [toGraphQLError(reason)],
      status: reason.status,
      headers: {
        ...(typeof retryAfterMs === 'number'
          ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
          : {}),
        ...refusedBudgetHeaders(reason.details),
      },
    };
  }
  const code = reason[0]?.extensions['code'];
  return { refused: true, errors: reason, status: statusOf(code), headers: {} };
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

export function toGraphQLError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, ...(error.retryable ? { retryable: true } : {}), ...error.details },
  });
}

/** The first of its errors, as it was raised. */
export function reasonOf({ errors: [first] }: Refusal): AppError {
  if (first?.originalError instanceof AppError) return first.originalError;
  const { code } = first?.extensions ?? {};
  return new AppError({
    code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
    message: first?.message ?? gatewayErrors.INTERNAL_SERVER_ERROR.message,
    status: statusOf(code),
    retryable: false,
  });
}

function statusOf(code: unknown): number {
  return typeof code === 'string' && code in gatewayErrors
    ? gatewayErrors[code as keyof typeof gatewayErrors].status
    : 400;
}
