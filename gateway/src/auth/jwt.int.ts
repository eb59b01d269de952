/** Tokens of a real issuer on a free port: discovery, JWKS, signatures, claims. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJwtVerifier, type JwtOptions, type JwtVerifier } from './jwt.ts';

let server: Server;
let issuerUrl: string;
let signingKey: CryptoKey;
let foreignKey: CryptoKey;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  signingKey = pair.privateKey;
  foreignKey = (await generateKeyPair('ES256')).privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  server = createServer((request, response) => {
    const discovery = { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` };
    const body =
      request.url === '/jwks' ? jwks : request.url === '/.well-known/openid-configuration' ? discovery : {};
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

function verifier(options: Partial<JwtOptions> = {}): JwtVerifier {
  return createJwtVerifier({
    issuerUrl,
    jwksUrl: undefined,
    issuer: issuerUrl,
    audience: 'fathom',
    tenantClaim: 'tenant',
    rolesClaim: 'roles',
    ...options,
  });
}

interface Token {
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string | number;
  readonly key?: CryptoKey;
}

function sign({
  claims = {},
  issuer = issuerUrl,
  audience = 'fathom',
  expires = '1h',
  key = signingKey,
}: Token = {}): Promise<string> {
  return new SignJWT({ tenant: 'acme', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setSubject('ada')
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

describe('a token', () => {
  test('becomes subject, tenant, roles and scopes', async () => {
    const token = await sign({
      claims: { roles: ['viewer'], scope: 'inference:ask training:write', scp: ['features:read'] },
    });
    const { identity, credential, expiresAt } = await verifier().authenticate(token);
    expect(identity).toMatchObject({ subject: 'ada', tenant: 'acme', roles: ['viewer'] });
    expect(identity.scopes).toEqual(
      expect.arrayContaining(['inference:ask', 'training:write', 'features:read', 'monitoring:read']),
    );
    expect(credential).toBe(`jwt:${issuerUrl}:ada`);
    expect(expiresAt?.getTime()).toBeGreaterThan(Date.now());
  });

  test('may have its claims elsewhere, as Keycloak and others have them', async () => {
    const token = await sign({ claims: { org: { id: 'globex' }, realm_access: { roles: ['admin'] } } });
    const { identity } = await verifier({
      tenantClaim: 'org.id',
      rolesClaim: 'realm_access.roles',
    }).authenticate(token);
    expect(identity).toMatchObject({ tenant: 'globex', roles: ['admin'], scopes: ['admin'] });
  });

  test('is accepted by a configured JWKS without discovery', async () => {
    const byJwks = verifier({ issuerUrl: undefined, jwksUrl: `${issuerUrl}/jwks`, issuer: undefined });
    expect((await byJwks.authenticate(await sign({ issuer: 'anyone' }))).identity.subject).toBe('ada');
  });

  const refused: readonly [string, () => Promise<string>, string][] = [
    ['that has expired', () => sign({ expires: Math.floor(Date.now() / 1000) - 60 }), 'TOKEN_EXPIRED'],
    ['of another issuer', () => sign({ issuer: 'http://evil.example' }), 'UNAUTHENTICATED'],
    ['for another audience', () => sign({ audience: 'bank' }), 'UNAUTHENTICATED'],
    ['signed by another key', () => sign({ key: foreignKey }), 'UNAUTHENTICATED'],
    ['without a tenant', () => sign({ claims: { tenant: undefined } }), 'UNAUTHENTICATED'],
    [
      'that is signed by nobody',
      async () => `${btoa('{"alg":"none"}').replace(/=+$/, '')}.${btoa('{"sub":"ada"}').replace(/=+$/, '')}.`,
      'UNAUTHENTICATED',
    ],
  ];
  for (const [what, make, code] of refused)
    test(`${what} is refused with ${code}`, async () => {
      await expect(verifier().authenticate(await make())).rejects.toMatchObject({ code });
    });

  test('signed with a shared secret made of the public key is refused', async () => {
    const token = await new SignJWT({ tenant: 'acme' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setSubject('ada')
      .setIssuer(issuerUrl)
      .setAudience('fathom')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('public'));
    await expect(verifier().authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

test('an issuer that is down is no fault of the token, and is asked again later', async () => {
  const nowhere = verifier({ issuerUrl: 'http://127.0.0.1:1' });
  const token = await sign();
  await expect(nowhere.authenticate(token)).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    retryable: true,
  });
  const noKeys = verifier({ jwksUrl: 'http://127.0.0.1:1/jwks' });
  await expect(noKeys.authenticate(token)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});
