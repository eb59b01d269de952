/** From where a stream can be resumed that ends too early: behind the last event that its client was given. */
import { AppError } from '@fathom/platform/errors';
import type { FormattedExecutionResult } from 'graphql';
import { payloadStart } from './upstream-socket.ts';

/** As it was handed on: a frame that passed unchanged, or a result. */
export type Delivered = string | FormattedExecutionResult;

/** The `cursor` of the one root field, under that name, as the client library reads it. */
export function cursorOf(delivered: Delivered | undefined): string | undefined {
  if (delivered === undefined) return undefined;
  const { data } =
    typeof delivered === 'string'
      ? (JSON.parse(delivered.slice(payloadStart(delivered), -1)) as FormattedExecutionResult)
      : delivered;
  const [event] = Object.values(data ?? {});
  const cursor: unknown = typeof event === 'object' && event !== null && 'cursor' in event && event.cursor;
  return typeof cursor === 'string' ? cursor : undefined;
}

/** The same error with the cursor, for whoever can come again. */
export function resumableBehind(error: AppError, delivered: Delivered | undefined): AppError {
  const cursor = error.retryable ? cursorOf(delivered) : undefined;
  if (cursor === undefined) return error;
  const { code, message, status, retryable, details, cause } = error;
  return new AppError({ code, message, status, retryable, details: { ...details, cursor }, cause });
}
