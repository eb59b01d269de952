/** An issuer of tokens on a free port, with discovery and a JWKS: it signs, exchanges its keys, and counts who asks for them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { JwtOptions } from '../src/auth/jwt.ts';

export interface TokenWishes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly audience?: string;
  /** Seconds since 1970; an hour from now without it. */
  readonly expires?: number;
  /** Says this key, though the present one signs. */
  readonly kid?: string;
}

export interface LocalIssuer {
  readonly options: JwtOptions;
  /** Signs by the present key. */
  sign(wishes?: TokenWishes): Promise<string>;
  /** The next tokens are signed by a new key. The others stay published until they are withdrawn. */
  rotate(): Promise<void>;
  /** Publishes the present key alone. */
  withdrawOthers(): void;
  /** How often its keys were fetched. */
  readonly fetches: () => number;
  close(): Promise<void>;
}

interface Signing {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function startLocalIssuer(): Promise<LocalIssuer> {
  let published: Signing[] = [];
  let made = 0;
  let fetches = 0;
  async function makeKey(): Promise<Signing> {
    made += 1;
    const kid = `k${made}`;
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  }
  let present = await makeKey();
  published = [present];

  const server = createServer((request, response) => {
    if (request.url === '/jwks') fetches += 1;
    const body =
      request.url === '/jwks'
        ? { keys: published.map(({ jwk }) => jwk) }
        : { issuer: url, jwks_uri: `${url}/jwks` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    options: {
      issuerUrl: url,
      jwksUrl: undefined,
      issuer: url,
      audience: 'fathom',
      tenantClaim: 'tenant',
      rolesClaim: 'roles',
    },
    sign: ({ claims = {}, audience = 'fathom', expires, kid = present.kid } = {}) =>
      new SignJWT({ tenant: 'acme', roles: ['admin'], ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setSubject('ada')
        .setIssuer(url)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(expires ?? '1h')
        .sign(present.privateKey),
    async rotate() {
      present = await makeKey();
      published.push(present);
    },
    withdrawOthers() {
      published = [present];
    },
    fetches: () => fetches,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
