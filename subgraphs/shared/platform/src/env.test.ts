import { describe, expect, it } from 'vitest';
import { baseEnv, parseEnv } from './env.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'abc', kid: 'gateway-1' };
const valid = {
  DATABASE_URL: 'postgres://localhost/fathom',
  IDENTITY_JWKS: JSON.stringify({ keys: [key] }),
  IDENTITY_PROOF_KEY: 'A'.repeat(43),
};

describe('the environment', () => {
  it('has defaults for all that is not a secret or an address', () => {
    const parsed = parseEnv(baseEnv, valid);
    expect(parsed).toMatchObject({
      ok: true,
      env: { HOST: '127.0.0.1', LOG_LEVEL: 'info', DRAIN_TIMEOUT_MS: 10_000 },
    });
  });

  it('names all problems at once, and no values', () => {
    const parsed = parseEnv(baseEnv, { PORT: 'http', REDIS_URL: 'secret-host', IDENTITY_JWKS: '{' });
    expect(parsed.ok).toBe(false);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'IDENTITY_JWKS',
      'IDENTITY_PROOF_KEY',
      'PORT',
      'REDIS_URL',
    ]);
    expect(problems).toContain('DATABASE_URL: is required');
    expect(problems.join()).not.toContain('secret-host');
  });

  it('takes a variable that is empty for one that is not set', () => {
    expect(parseEnv(baseEnv, { ...valid, HOST: '', REDIS_URL: '' })).toMatchObject({
      ok: true,
      env: { HOST: '127.0.0.1' },
    });
  });

  it('takes keys of proofs by commas, or that there are none, and nothing shorter', () => {
    const keysOf = (IDENTITY_PROOF_KEY: string) => {
      const parsed = parseEnv(baseEnv, { ...valid, IDENTITY_PROOF_KEY });
      return parsed.ok ? parsed.env.IDENTITY_PROOF_KEY?.length : parsed.problems;
    };
    expect(keysOf(`${'A'.repeat(43)}, ${'B'.repeat(43)}`)).toBe(2);
    expect(keysOf('off')).toBeUndefined();
    expect(keysOf('short')).toEqual([expect.stringMatching(/^IDENTITY_PROOF_KEY: .*32 bytes/)]);
  });

  it('refuses a private key where public ones belong', () => {
    const IDENTITY_JWKS = JSON.stringify({ keys: [{ ...key, d: 'private' }] });
    expect(parseEnv(baseEnv, { ...valid, IDENTITY_JWKS })).toEqual({
      ok: false,
      problems: ['IDENTITY_JWKS (at keys.0): holds a private key'],
    });
  });
});
