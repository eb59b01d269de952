/** A real issuer that exchanges its keys: no token is lost, and nobody can make the gateway hammer it. */
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalIssuer, startLocalIssuer } from '../../test/local-issuer.ts';
import { createJwtVerifier, type JwtVerifier } from './jwt.ts';

let issuer: LocalIssuer;
let verifier: JwtVerifier;
/** Time passes as the test says. */
let nowMs: number;
let pauses: { readonly ms: number; readonly over: Deferred<void> }[];
beforeEach(async () => {
  issuer = await startLocalIssuer();
  nowMs = 0;
  pauses = [];
  const pause = (ms: number): Promise<void> => {
    if (ms === 0) return turn();
    const over = createDeferred<void>();
    pauses.push({ ms, over });
    return over.promise;
  };
  verifier = createJwtVerifier({
    ...issuer.options,
    fetching: { minIntervalMs: 1_000, now: () => nowMs, pause },
  });
});
afterEach(() => issuer.close());

const subjectOf = async (token: string) => (await verifier.authenticate(token)).identity.subject;

test('tokens of the old key are accepted until they are over, those of the new one from the first on', async () => {
  const old = await issuer.sign();
  const over = await issuer.sign({ expires: Math.floor(Date.now() / 1000) - 60 });
  expect(await subjectOf(old)).toBe('ada');
  // A moment behind the fetch before.
  await issuer.rotate();
  expect(await subjectOf(await issuer.sign())).toBe('ada');
  expect(await subjectOf(old)).toBe('ada');
  await expect(subjectOf(over)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  expect(issuer.fetches()).toBe(2);
});

test('a key that is withdrawn is refused as soon as the keys were fetched again', async () => {
  const old = await issuer.sign();
  expect(await subjectOf(old)).toBe('ada');
  await issuer.rotate();
  issuer.withdrawOthers();
  expect(await subjectOf(await issuer.sign())).toBe('ada');
  nowMs += 1_000;
  await expect(subjectOf(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a thousand tokens of unknown keys are one question to the issuer a second, and a new key among them is accepted', async () => {
  const unknown = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => issuer.sign({ kid: `unknown-${index}` })),
  );
  const codes = async (tokens: readonly string[]) => {
    const all = await Promise.all(tokens.map((token) => subjectOf(token).catch(({ code }) => code)));
    return [...new Set(all)];
  };
  expect(await codes(unknown)).toEqual(['UNAUTHENTICATED']);
  // The first of all, and the one that the unknown ones brought about.
  expect(issuer.fetches()).toBe(2);

  const flood = codes(unknown);
  await expect.poll(() => pauses).toHaveLength(1);
  await issuer.rotate();
  const sound = subjectOf(await issuer.sign());
  expect(pauses.map(({ ms }) => ms)).toEqual([1_000]);
  // By then everybody waits for the same fetch.
  await turn();
  nowMs += 1_000;
  pauses[0]?.over.resolve();
  expect(await flood).toEqual(['UNAUTHENTICATED']);
  expect(await sound).toBe('ada');
  expect(issuer.fetches()).toBe(3);
});
