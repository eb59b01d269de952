import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import {
  databaseErrorCode,
  isConnectionLoss,
  isTransient,
  isUniqueViolation,
  toDatabaseError,
} from './errors.ts';

const withCode = (code: string, message = 'from the server') => Object.assign(new Error(message), { code });

describe('what an error of PostgreSQL means', () => {
  it.each([
    ['53100', 'could not extend file "base/5/16384": No space left on device', 'STORAGE_FULL', true],
    ['57P01', 'terminating connection due to administrator command', 'DEPENDENCY_UNAVAILABLE', true],
    ['57P03', 'the database system is starting up', 'DEPENDENCY_UNAVAILABLE', true],
    ['08006', 'connection failure', 'DEPENDENCY_UNAVAILABLE', true],
    ['53300', 'sorry, too many clients already', 'DEPENDENCY_UNAVAILABLE', true],
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5439', 'DEPENDENCY_UNAVAILABLE', true],
    ['22021', 'invalid byte sequence for encoding "UTF8": 0x00', 'BAD_USER_INPUT', false],
  ])('%s (%s) is %s', (code, message, expected, retryable) => {
    const original = withCode(code, message);
    expect(toDatabaseError(original)).toMatchObject({ code: expected, retryable, cause: original });
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
    'an error of the client without a code, "%s", is a lost connection',
    (message) => {
      expect(toDatabaseError(new Error(message))).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    },
  );

  it('a connection refused on every address of a name is a lost connection', () => {
    expect(isConnectionLoss(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).toBe(
      true,
    );
  });

  it('a connection lost while committing leaves the outcome unknown, and says so', () => {
    expect(toDatabaseError(withCode('ECONNRESET'), { committing: true })).toMatchObject({
      details: { dependency: 'database', outcome: 'unknown' },
    });
  });

  it('anything else stays what it was, for the domain to understand', () => {
    const violation = withCode('23505');
    expect(toDatabaseError(violation)).toBe(violation);
    expect(isUniqueViolation(violation)).toBe(true);
    const mapped = toDatabaseError(withCode('53100'));
    expect(toDatabaseError(mapped)).toBe(mapped);
    expect(mapped).toBeInstanceOf(AppError);
    expect(databaseErrorCode(mapped)).toBe('53100');
  });

  it('only conflicts of concurrency are worth another attempt', () => {
    expect(['40001', '40P01', '23505', '57P01'].map((code) => isTransient(withCode(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
