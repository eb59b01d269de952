import { readFileSync } from 'node:fs';
import { baseEnv, parseEnv } from '@fathom/platform/env';
import { generateIdentityKey } from '@fathom/platform/identity-token';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GatewayEnv, gatewayEnv, jwtOptionsOf, settingsOf } from './env.ts';

let required: Record<string, string>;
beforeAll(async () => {
  const { privateJwk, publicJwk } = await generateIdentityKey('gateway');
  required = {
    DATABASE_URL: 'postgres://localhost/fathom',
    IDENTITY_JWKS: JSON.stringify({ keys: [publicJwk] }),
    IDENTITY_PROOF_KEY: 'A'.repeat(43),
    IDENTITY_PRIVATE_JWK: JSON.stringify(privateJwk),
  };
});

function parse(source: Record<string, string>): GatewayEnv {
  const parsed = parseEnv(gatewayEnv, { ...required, ...source });
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.env;
}

describe('the environment', () => {
  test('is open to tools in development and closed in production', () => {
    expect(settingsOf(parse({}))).toMatchObject({
      port: 4000,
      introspection: 'public',
      cors: { origins: ['*'] },
    });
    expect(settingsOf(parse({ NODE_ENV: 'production' }))).toMatchObject({
      introspection: 'off',
      cors: { origins: [] },
    });
    expect(settingsOf(parse({ NODE_ENV: 'production', INTROSPECTION: 'authenticated' }))).toMatchObject({
      introspection: 'authenticated',
    });
  });

  test('issues tokens in development, and in production only where it is told who it is', () => {
    expect(settingsOf(parse({})).oauth).toMatchObject({ issuer: undefined, tokenLifetimeMs: 600_000 });
    expect(settingsOf(parse({ OAUTH_ISSUER_URL: 'off' })).oauth).toBeUndefined();
    expect(settingsOf(parse({ NODE_ENV: 'production' })).oauth).toBeUndefined();
    const named = { NODE_ENV: 'production', OAUTH_ISSUER_URL: 'https://fathom.example/' };
    expect(settingsOf(parse(named)).oauth).toMatchObject({ issuer: 'https://fathom.example' });
  });

  test('speaks TLS with a certificate and its key, and does not start with half of that', () => {
    const file = new URL(import.meta.url).pathname;
    const problemsOf = (source: Record<string, string>) => {
      const parsed = parseEnv(gatewayEnv, { ...required, ...source });
      return parsed.ok ? settingsOf(parsed.env).tls?.clients.kind : parsed.problems;
    };
    expect(problemsOf({ TLS_CERT_FILE: file, TLS_KEY_FILE: file })).toBe('anybody');
    expect(problemsOf({ TLS_CERT_FILE: file, TLS_KEY_FILE: file, TLS_CLIENT_CA_FILE: file })).toBe(
      'certified',
    );
    for (const half of [
      { TLS_CERT_FILE: file },
      { TLS_KEY_FILE: file },
      { TLS_CLIENT_CA_FILE: file },
      { TLS_CERT_FILE: '/nowhere', TLS_KEY_FILE: file },
      { TLS_CLIENTS: '[{"tenant":"acme"}]' },
    ])
      expect(problemsOf(half)).toEqual([expect.stringContaining('TLS_')]);
  });

  test('lists origins by commas', () => {
    expect(settingsOf(parse({ CORS_ORIGINS: 'http://a.example,http://b.example' })).cors.origins).toEqual([
      'http://a.example',
      'http://b.example',
    ]);
  });

  test('accepts tokens only where an issuer or a JWKS is configured', () => {
    expect(jwtOptionsOf(parse({}))).toBeUndefined();
    expect(jwtOptionsOf(parse({ OIDC_ISSUER_URL: 'https://id.example' }))).toMatchObject({
      issuer: 'https://id.example',
      audience: 'fathom',
    });
  });

  test('refuses a bound that is no positive number', () => {
    expect(parseEnv(gatewayEnv, { ...required, MAX_OPERATION_DEPTH: '0' })).toMatchObject({ ok: false });
  });

  test('is described in the README, variable by variable', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const own = Object.keys(gatewayEnv.shape).filter((name) => !(name in baseEnv.shape) || name === 'PORT');
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \| [^0-9]/gm)].map(([, name]) => name);
    expect(own.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
    expect(listed.filter((name) => !((name as string) in gatewayEnv.shape))).toEqual([]);
  });

  test('has the defaults that the README says', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const env: Readonly<Record<string, unknown>> = parse({});
    /** None, or what another variable says. */
    const isWord = (value: string) => value === 'none' || value === 'required' || value in gatewayEnv.shape;
    const said = [...readme.matchAll(/^\| `([A-Z_]+)` \| `?([\w.{}/[\]]+)`? \|/gm)]
      .map(([, name = '', value = '']) => ({ name, value }))
      .filter(({ name, value }) => name in gatewayEnv.shape && !isWord(value));
    expect(said.length).toBeGreaterThan(45);
    const textOf = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
    for (const { name, value } of said) {
      const actual = textOf(env[name]);
      expect([name, value.includes('/') ? actual.endsWith(value) : actual === value, actual]).toEqual([
        name,
        true,
        actual,
      ]);
    }
  });
});
