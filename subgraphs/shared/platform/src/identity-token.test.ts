import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivateJwk, PublicJwks } from './env.ts';
import type { Identity } from './identity.ts';
import { createIdentitySigner, createIdentityVerifier, generateIdentityKey } from './identity-token.ts';

const ada: Identity = { subject: 'ada', tenant: 'acme', roles: ['engineer'], scopes: ['inference:ask'] };
const place = 'POST /graphql';
const request = { audience: 'inference', place } as const;
let privateJwk: PrivateJwk;
let jwks: PublicJwks;

beforeAll(async () => {
  const pair = await generateIdentityKey('gateway-1');
  privateJwk = pair.privateJwk;
  jwks = { keys: [pair.publicJwk] };
});

function createSubject() {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const now = () => clock.ms;
  return {
    clock,
    signer: createIdentitySigner({ privateJwk, issuer: 'gateway', proofKeys: undefined, now }),
    verifier: createIdentityVerifier({ jwks, audience: 'inference', proofKeys: undefined, now }),
  };
}

describe('a signed identity', () => {
  it('arrives as it was signed', async () => {
    const { signer, verifier } = createSubject();
    expect((await verifier.verify(await signer.sign(ada, request), place)).identity).toEqual(ada);
  });

  it('is signed once for half its life, and for one identity only', async () => {
    const { clock, signer } = createSubject();
    const first = await signer.sign(ada, request);
    clock.ms += 29_000;
    expect(await signer.sign({ ...ada }, request)).toBe(first);
    expect(await signer.sign({ ...ada, tenant: 'other' }, request)).not.toBe(first);
    clock.ms += 1_000;
    expect(await signer.sign(ada, request)).not.toBe(first);
  });

  it('ends after its minute, also where it was verified before', async () => {
    const { clock, signer, verifier } = createSubject();
    const token = await signer.sign(ada, request);
    await verifier.verify(token, place);
    clock.ms += 66_000;
    await expect(verifier.verify(token, place)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is for one service, and refused by every other', async () => {
    const { signer, verifier } = createSubject();
    const token = await signer.sign(ada, { audience: 'training', place });
    await expect(verifier.verify(token, place)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('aud'),
    });
  });

  it('is refused when a single character was changed', async () => {
    const { signer, verifier } = createSubject();
    const [header, payload, signature] = (await signer.sign(ada, request)).split('.') as [
      string,
      string,
      string,
    ];
    const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('acme', 'evil')).toString(
      'base64url',
    );
    await expect(verifier.verify(`${header}.${forged}.${signature}`, place)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('is refused when it was signed by a key nobody published', async () => {
    const { verifier, clock } = createSubject();
    const stranger = await generateIdentityKey('gateway-1');
    const signer = createIdentitySigner({
      privateJwk: stranger.privateJwk,
      issuer: 'gateway',
      proofKeys: undefined,
      now: () => clock.ms,
    });
    await expect(verifier.verify(await signer.sign(ada, request), place)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    });
  });

  it.each(['', 'nonsense', 'a.b.c'])('is refused when it is %j', async (token) => {
    await expect(createSubject().verifier.verify(token, place)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});
