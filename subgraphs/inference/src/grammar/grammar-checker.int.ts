import { afterAll, expect, test } from 'vitest';
import { createGrammarChecker } from './grammar-checker.ts';

const checker = createGrammarChecker({ limitMs: 5_000 });
afterAll(() => checker.close());

test('what can be compiled is valid, what cannot says why, and the next one is checked all the same', async () => {
  const replies = await Promise.all([
    checker.check({ kind: 'regex', source: '[0-9]+' }),
    checker.check({ kind: 'regex', source: '(a' }),
    checker.check({ kind: 'json-schema', source: '{"type":"nope"}' }),
    checker.check({ kind: 'grammar', source: 'root ::= "yes" | "no"' }),
  ]);
  expect(replies).toEqual([
    { kind: 'valid' },
    { kind: 'invalid', reason: expect.stringContaining('parenthesis') },
    { kind: 'invalid', reason: expect.stringContaining('nope') },
    { kind: 'valid' },
  ]);
});

test('what takes too long is refused, and the thread that it held is replaced', async () => {
  const impatient = createGrammarChecker({ limitMs: 300 });
  const vast = { kind: 'regex', source: '((a{1,800}){1,800}b){1,800}' } as const;
  expect(await impatient.check(vast)).toEqual({
    kind: 'invalid',
    reason: expect.stringMatching(/too complex|too large/),
  });
  const fresh = createGrammarChecker({ limitMs: 5_000 });
  expect(await fresh.check({ kind: 'regex', source: 'b' })).toEqual({ kind: 'valid' });
  await Promise.all([impatient.close(), fresh.close()]);
});
