/** From where a stream can be resumed that ends too early: behind the last event that its client was given. */
import { AppError } from '@fathom/platform/errors';
import type { FormattedExecutionResult } from 'graphql';

/** The `cursor` of the one root field, under that name, as the client library reads it. */
export function cursorOf(delivered: FormattedExecutionResult | undefined): string | undefined {
  const [event] = Object.values(delivered?.data ?? {});
  const cursor: unknown = typeof event === 'object' && event !== null && 'cursor' in event && event.cursor;
  return typeof cursor === 'string' ? cursor : undefined;
}

/** The same error with the cursor, for whoever can come again. */
export function resumableBehind(error: AppError, delivered: FormattedExecutionResult | undefined): AppError {
  const cursor = error.retryable ? cursorOf(delivered) : undefined;
  if (cursor === undefined) return error;
  const { code, message, status, retryable, details, cause } = error;
  return new AppError({ code, message, status, retryable, details: { ...details, cursor }, cause });
}
