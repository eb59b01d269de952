import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { exceededLimit, measure } from './document-limits.ts';
import { createRateLimiter } from './rate-limit.ts';

const limits = {
  maxTokens: 1_000,
  maxDepth: 3,
  maxAliases: 2,
  maxDirectives: 2,
  maxRootFields: 3,
  maxFields: 10,
};

function read(query: string): { document: DocumentNode; operation: OperationDefinitionNode } {
  const document = parse(query);
  return { document, operation: getOperationAST(document) as OperationDefinitionNode };
}

const codeOf = (query: string) => {
  const { document, operation } = read(query);
  return exceededLimit(document, operation, limits)?.code;
};

describe('the shape of a document', () => {
  test('is measured through fragments', () => {
    const { document, operation } = read(
      '{ a { ...F } x: a { y: b } } fragment F on T { b { c } ... { d } }',
    );
    expect(measure(document, operation)).toEqual({
      depth: 3,
      aliases: 2,
      directives: 0,
      fields: 6,
      width: 2,
    });
  });

  test.each([
    ['{ a { b { c { d } } } }', 'OPERATION_TOO_DEEP'],
    ['{ a { ...F } } fragment F on T { b { c { d } } }', 'OPERATION_TOO_DEEP'],
    ['{ a b c d }', 'OPERATION_TOO_LARGE'],
    ['{ x: a y: a z: a }', 'OPERATION_TOO_LARGE'],
    ['{ a @x @x @x }', 'OPERATION_TOO_LARGE'],
    ['query @x { a ...F @x } fragment F on T @x { b }', 'OPERATION_TOO_LARGE'],
    ['{ a @x @y }', undefined],
    ['{ a { b c d e f g h i j k } }', 'OPERATION_TOO_LARGE'],
    ['{ a { b { c } } }', undefined],
  ])('%s -> %s', (query, code) => expect(codeOf(query)).toBe(code));

  test('does not count the nesting of introspection', () => {
    expect(
      codeOf('{ __schema { types { fields { type { ofType { ofType { name } } } } } } }'),
    ).toBeUndefined();
  });

  test('is measured at once even where fragments multiply: 2^40 fields', () => {
    const fragments = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on T { ...F${i + 1} a { ...F${i + 1} } }`,
    );
    const { document, operation } = read(`{ ...F0 } ${fragments.join(' ')} fragment F40 on T { a }`);
    expect(measure(document, operation).fields).toBeGreaterThan(2 ** 40);
  });

  test('ends where fragments spread each other', () => {
    expect(codeOf('{ a { ...F } } fragment F on T { b { ...F } }')).toBeUndefined();
  });
});

describe('a rate limit', () => {
  const limiterOf = (limits: { operationsPerWindow: number; operationsPerTenantWindow: number }) => {
    const counts = new Map<string, number>();
    return createRateLimiter({
      cache: {
        increment: async (key, by) => {
          counts.set(key, (counts.get(key) ?? 0) + by);
          return { value: counts.get(key) ?? 0, resetsAt: new Date(5_000) };
        },
      },
      ...limits,
      windowMs: 10_000,
      onUncounted: () => undefined,
      now: () => 2_000,
    });
  };
  const principal = (
    credential: string,
    { operationsPerWindow = undefined as number | undefined, tenant = 't' } = {},
  ) => ({
    identity: { subject: credential, tenant, roles: [], scopes: [] },
    credential,
    expiresAt: undefined,
    operationsPerWindow,
  });

  test('counts each credential for itself and says when its window ends', async () => {
    const limiter = limiterOf({ operationsPerWindow: 1, operationsPerTenantWindow: 100 });
    await limiter.take(principal('a'));
    await limiter.take(principal('b'));
    await expect(limiter.take(principal('a'))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 3_000, limit: 1, whose: 'credential' },
    });
    await limiter.take(principal('a', { operationsPerWindow: 3 }));
  });

  test('gives a tenant no more by more keys, counts no refused operation against it, and leaves other tenants alone', async () => {
    const limiter = limiterOf({ operationsPerWindow: 2, operationsPerTenantWindow: 3 });
    await limiter.take(principal('a'));
    await limiter.take(principal('a'));
    for (let again = 0; again < 5; again += 1)
      await expect(limiter.take(principal('a'))).rejects.toMatchObject({ details: { whose: 'credential' } });
    await limiter.take(principal('b'));
    await expect(limiter.take(principal('c'))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 3_000, limit: 3, whose: 'tenant' },
    });
    await limiter.take(principal('d', { tenant: 'another' }));
  });

  test('lets everyone in while nothing can be counted, and says so', async () => {
    const failures: unknown[] = [];
    const down = new Error('connection refused');
    const limiter = createRateLimiter({
      cache: { increment: () => Promise.reject(down) },
      operationsPerWindow: 1,
      operationsPerTenantWindow: 1,
      windowMs: 1_000,
      onUncounted: (error) => failures.push(error),
    });
    const identity = { subject: 'a', tenant: 't', roles: [], scopes: [] };
    const principal = { identity, credential: 'a', expiresAt: undefined, operationsPerWindow: undefined };
    for (let index = 0; index < 3; index += 1) await limiter.take(principal);
    expect(failures).toEqual([down, down, down]);
  });
});
