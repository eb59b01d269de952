import { AppError } from '@fathom/platform/errors';
import { createLogger } from '@fathom/platform/logging';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';
import { formatExecutionError } from './format-result.ts';
import { parseRawOperation, parseSearch } from './raw-operation.ts';
import { refusal } from './refusal.ts';

describe('a bounded map', () => {
  test('forgets what was used longest ago', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([...map.keys()]).toEqual(['a', 'c']);
    map.set('a', 4);
    expect([...map]).toEqual([
      ['c', 3],
      ['a', 4],
    ]);
  });
});

describe('what a client sends', () => {
  test.each([
    [
      { query: '{ a }' },
      { query: '{ a }', operationName: undefined, variables: undefined, extensions: undefined },
    ],
    [
      { query: '{ a }', operationName: '', variables: null, extensions: {} },
      { query: '{ a }', operationName: undefined, variables: undefined, extensions: {} },
    ],
  ])('%j is read', (body, expected) => expect(parseRawOperation(body)).toEqual(expected));

  test.each([
    [undefined, 'body'],
    [[{ query: '{ a }' }], 'one operation'],
    [{}, 'query'],
    [{ query: '' }, 'query'],
    [{ query: 7 }, 'query'],
    [{ query: '{ a }', variables: [] }, 'variables'],
    [{ query: '{ a }', operationName: {} }, 'operationName'],
  ])('%j is refused, naming what is wrong', (body, named) => {
    expect(() => parseRawOperation(body)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(named) }),
    );
  });

  test('in a URL is read alike', () => {
    expect(parseSearch(new URLSearchParams('query={a}&variables={"x":1}'))).toMatchObject({
      query: '{a}',
      variables: { x: 1 },
    });
    expect(() => parseSearch(new URLSearchParams('query={a}&variables={'))).toThrow(
      '`variables` is not JSON',
    );
  });
});

describe('an error, as clients see it', () => {
  const lines: string[] = [];
  const scope = {
    traceId: 't'.repeat(32),
    logger: createLogger({
      service: 'gateway',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
  };

  test('keeps the code and path of a subgraph, and loses what only Apollo means', () => {
    const error = new GraphQLError('No.', {
      path: ['a', 0],
      extensions: { code: 'X', serviceName: 's', http: { status: 400 }, stacktrace: ['at …'] },
    });
    expect(formatExecutionError(error, scope)).toEqual({
      message: 'No.',
      path: ['a', 0],
      extensions: { code: 'X', serviceName: 's' },
    });
  });

  test('keeps the code of ours, thrown inside a resolver', () => {
    const cause = new AppError({
      code: 'FORBIDDEN',
      message: 'No.',
      status: 403,
      retryable: false,
      details: { requiredScope: 'admin' },
    });
    const error = new GraphQLError('No.', { path: ['a'], originalError: cause });
    expect(formatExecutionError(error, scope)).toEqual({
      message: 'No.',
      path: ['a'],
      extensions: { code: 'FORBIDDEN', requiredScope: 'admin' },
    });
  });

  test('that was not expected shows its trace, not its message, and is logged', () => {
    const formatted = formatExecutionError(
      new GraphQLError('secret', { path: ['a'], originalError: new Error('secret') }),
      scope,
    );
    expect(formatted).toEqual({
      message: expect.not.stringContaining('secret'),
      path: ['a'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: scope.traceId },
    });
    expect(lines.join('')).toContain('secret');
  });
});

test('a refusal for a while says in whole seconds when to come back', () => {
  const error = new AppError({
    code: 'RATE_LIMITED',
    message: 'Slow.',
    status: 429,
    retryable: true,
    details: { retryAfterMs: 1_200 },
  });
  expect(refusal(error)).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
});
