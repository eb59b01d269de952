/**
 * What PostgreSQL's and the socket's errors mean to the product. Everything else, a unique violation among them, keeps
 * its `code` (SQLSTATE): the domain knows what it means.
 */
import { AppError, raisePlatform } from '../errors.ts';

/** Connection classes 08 and 57P0x (shut down, crashed, starting), too many connections. */
const connectionStates = /^(08...|57P0[1235]|53300)$/;
const connectionErrnos = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** node-postgres gives these no code. */
const connectionMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout)/i;

/** SQLSTATE or errno of an error, or of its cause; '' if it has none. */
export function databaseErrorCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (error instanceof AppError) return databaseErrorCode(cause);
  return typeof code === 'string' ? code : '';
}

export const isUniqueViolation = (error: unknown): boolean => databaseErrorCode(error) === '23505';

/** A serialization failure or a deadlock: nothing was applied, and the same transaction can succeed next time. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01'].includes(databaseErrorCode(error));
}

export function isConnectionLoss(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (connectionStates.test(code) || connectionErrnos.has(code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  return error instanceof Error && connectionMessages.test(error.message);
}

export interface FailureContext {
  /** True when COMMIT was sent: the server may have committed before the connection broke. */
  readonly committing?: boolean;
}

/** The AppError an error stands for (`cause` keeps the original), or the error itself. */
export function toDatabaseError(error: unknown, { committing = false }: FailureContext = {}): unknown {
  if (error instanceof AppError) return error;
  const code = databaseErrorCode(error);
  if (code === '53100') return raisePlatform('STORAGE_FULL', { because: 'PostgreSQL', cause: error });
  if (code === '22021' || code === '22P05') {
    return raisePlatform('BAD_USER_INPUT', { because: 'a text contains a NUL character', cause: error });
  }
  if (!isConnectionLoss(error)) return error;
  return raisePlatform('DEPENDENCY_UNAVAILABLE', {
    because: committing
      ? 'PostgreSQL was lost while committing; the change may or may not have been made'
      : 'PostgreSQL',
    details: { dependency: 'database', ...(committing ? { outcome: 'unknown' } : {}) },
    cause: error,
  });
}
