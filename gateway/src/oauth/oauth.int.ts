/** The local issuer as a client library of OAuth sees it, and bare forms where that library is too polite. */
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterEach, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { parseApiKey } from '../auth/api-key.ts';
import type { OAuthKeyStore } from '../stores/oauth-key-store.ts';
import type { OAuthSettings } from './oauth-settings.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const oauth: OAuthSettings = {
  issuer: undefined,
  audience: 'fathom',
  tokenLifetimeMs: 600_000,
  keyLifetimeMs: 3_600_000,
};

function memoryKeyStore(): OAuthKeyStore & { readonly published: JWK[] } {
  const published: JWK[] = [];
  return {
    published,
    publish: async (_kid, jwk) => void published.push(jwk),
    list: async () => [...published],
  };
}

async function start(
  settings: Partial<OAuthSettings> = {},
  store: OAuthKeyStore = memoryKeyStore(),
): Promise<TestGraph & { issuer: string }> {
  const graph = await startTestGraph({ oauth: { ...oauth, ...settings } }, {}, { oauthKeys: store });
  cleanups.push(() => graph.close());
  return { ...graph, issuer: `http://localhost:${new URL(graph.url).port}` };
}

async function clientOf(
  graph: TestGraph & { issuer: string },
  key: string,
  authentication = client.ClientSecretBasic,
): Promise<client.Configuration> {
  const { id, secret } = parseApiKey(key) ?? { id: '', secret: '' };
  return client.discovery(new URL(graph.issuer), id, secret, authentication(secret), {
    execute: [client.allowInsecureRequests],
  });
}

async function whoIs(graph: TestGraph, token: string): Promise<unknown> {
  const response = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ whoami }' }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { whoami: string };
    errors?: { extensions: { code: string } }[];
  };
  return errors?.[0]?.extensions.code ?? data?.whoami;
}

const post = (
  graph: TestGraph,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
) => fetch(`${graph.url}/oauth/token`, { method: 'POST', headers, body: new URLSearchParams(form) });

describe('openid-client', () => {
  test.each([
    ['HTTP Basic', client.ClientSecretBasic],
    ['the form', client.ClientSecretPost],
  ])('gets a token by %s, and the graph knows whose it is', async (_way, authentication) => {
    const graph = await start();
    const { id, key } = await graph.issueKey({ roles: ['engineer'] });
    const configuration = await clientOf(graph, key, authentication);
    const tokens = await client.clientCredentialsGrant(configuration);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600 });
    expect(tokens.scope?.split(' ')).toContain('training:*');
    expect(await whoIs(graph, tokens.access_token)).toBe(`key:${id} of test as engineer`);
  });

  test('gets fewer scopes where it asks for fewer, and none that the key has not', async () => {
    const graph = await start();
    const { key } = await graph.issueKey({ roles: ['engineer'] });
    const configuration = await clientOf(graph, key);
    const { access_token, scope } = await client.clientCredentialsGrant(configuration, {
      scope: 'training:read inference:ask',
    });
    expect(scope).toBe('training:read inference:ask');
    expect(decodeJwt(access_token)).toMatchObject({ scope, tenant: 'test', aud: 'fathom' });
    expect(decodeJwt(access_token)).not.toHaveProperty('roles');
    await expect(
      client.clientCredentialsGrant(configuration, { scope: 'training:read admin' }),
    ).rejects.toMatchObject({ error: 'invalid_scope', status: 400 });
  });
});

describe('a token', () => {
  test('that is issued is on the audit trail, by whose key it was, and nothing of it', async () => {
    const graph = await start();
    const { id, key } = await graph.issueKey({ tenant: 'acme' });
    const { access_token: token } = await client.clientCredentialsGrant(await clientOf(graph, key));
    await expect.poll(() => graph.audited).not.toEqual([]);
    expect(graph.audited).toEqual([
      expect.objectContaining({
        kind: 'MUTATION',
        transport: 'oauth',
        entrance: 'POST /oauth/token',
        outcome: 'OK',
        tenant: 'acme',
        credential: `key:${id}`,
        fields: [],
      }),
    ]);
    for (const hidden of [token, parseApiKey(key)?.secret])
      expect(JSON.stringify(graph.audited)).not.toContain(hidden);
  });

  test('is verified by whoever reads the JWKS', async () => {
    const graph = await start();
    const { access_token } = await client.clientCredentialsGrant(await clientOf(graph, graph.key));
    const keys = createRemoteJWKSet(new URL(`${graph.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(access_token, keys, { issuer: graph.issuer, audience: 'fathom' });
    expect(payload.sub).toMatch(/^key:/);
    for (const jwk of ((await (await fetch(`${graph.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] })
      .keys)
      expect(jwk.d).toBeUndefined();
  });

  test('is refused within a second of its key being revoked', async () => {
    const graph = await start();
    const { id, key } = await graph.issueKey();
    const { access_token } = await client.clientCredentialsGrant(await clientOf(graph, key));
    expect(await whoIs(graph, access_token)).toContain(id);
    await graph.apiKeys.revoke('test', id, 'tester');
    await expect.poll(() => whoIs(graph, access_token)).toBe('KEY_REVOKED');
  });

  test('of one gateway is accepted by another, and keys are exchanged without a token lost', async () => {
    const store = memoryKeyStore();
    const issuer = 'http://fathom.test';
    const [one, other] = [
      await start({ issuer, keyLifetimeMs: 1 }, store),
      await start({ issuer, keyLifetimeMs: 1 }, store),
    ];
    const { key } = await one.issueKey();
    const { id = '', secret = '' } = parseApiKey(key) ?? {};
    await other.issueKey({
      id,
      secretSha256: (await one.apiKeys.find(id))?.secretSha256 ?? new Uint8Array(),
    });
    const tokens: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const response = await post(one, {
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
      });
      tokens.push(((await response.json()) as { access_token: string }).access_token);
    }
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBeGreaterThan(1);
    // A key that was made a moment ago is looked up again at most once a second.
    for (const token of tokens) await expect.poll(() => whoIs(other, token)).toContain(id);
  });

  test('that another has signed in our name is refused', async () => {
    const [graph, forger] = [await start(), await start()];
    const { access_token } = await client.clientCredentialsGrant(await clientOf(forger, forger.key));
    const [, payload] = access_token.split('.');
    expect(await whoIs(graph, access_token)).toBe('UNAUTHENTICATED');
    const { access_token: own } = await client.clientCredentialsGrant(await clientOf(graph, graph.key));
    const [header, , signature] = own.split('.');
    expect(await whoIs(graph, `${header}.${payload}.${signature}`)).toBe('UNAUTHENTICATED');
  });
});

describe('what is refused', () => {
  test.each([
    [{}, 400, 'invalid_request'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
    [
      { grant_type: 'client_credentials', client_id: '0123456789', client_secret: 'a'.repeat(32) },
      401,
      'invalid_client',
    ],
  ])('%j is answered as RFC 6749 says', async (form, status, error) => {
    const graph = await start();
    const response = await post(graph, form as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="fathom"' : null);
  });

  test('credentials sent both ways, a body that is no form, a parameter given twice', async () => {
    const graph = await start();
    const basic = { authorization: `Basic ${btoa('0123456789:secret')}` };
    const both = await post(graph, { grant_type: 'client_credentials', client_secret: 'x' }, basic);
    expect([both.status, ((await both.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const json = await fetch(`${graph.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const twice = await post(graph, 'grant_type=client_credentials&grant_type=client_credentials');
    expect(((await twice.json()) as { error: string }).error).toBe('invalid_request');
  });

  test('a secret that is guessed, after ten attempts even if it is right then', async () => {
    const graph = await start();
    const { id, secret } = parseApiKey(graph.key) ?? { id: '', secret: '' };
    const attempt = (guess: string) =>
      post(graph, { grant_type: 'client_credentials', client_id: id, client_secret: guess });
    for (let index = 0; index < 10; index += 1) expect((await attempt('b'.repeat(32))).status).toBe(401);
    const blocked = await attempt(secret);
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    const { key } = await graph.issueKey();
    const other = parseApiKey(key);
    const form = { grant_type: 'client_credentials', client_id: other?.id ?? '', client_secret: key };
    expect((await post(graph, form)).status).toBe(200);
  });

  test('everything, where no tokens are issued', async () => {
    const graph = await startTestGraph();
    cleanups.push(() => graph.close());
    expect((await post(graph, { grant_type: 'client_credentials' })).status).toBe(405);
    expect((await fetch(`${graph.url}/.well-known/openid-configuration`)).status).toBe(404);
  });
});
