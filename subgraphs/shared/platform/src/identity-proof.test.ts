import { beforeAll, describe, expect, it } from 'vitest';
import type { PrivateJwk, PublicJwks } from './env.ts';
import type { Identity } from './identity.ts';
import { graphqlPlace, type ProofKeys, webSocketPlace } from './identity-proof.ts';
import { createIdentitySigner, createIdentityVerifier, generateIdentityKey } from './identity-token.ts';

const ada: Identity = { subject: 'ada', tenant: 'acme', roles: [], scopes: ['inference:ask'] };
const bob: Identity = { ...ada, subject: 'bob', tenant: 'globex' };
const key = Buffer.alloc(32, 1);
const olderKey = Buffer.alloc(32, 2);
const body = '{"query":"{ hello }","variables":{}}';
const mutation = '{"query":"mutation { act }","variables":{}}';
const request = { audience: 'inference', place: graphqlPlace, body } as const;
const bytes = (text: string) => Buffer.from(text);
const refusal = (because: string) => ({
  code: 'UNAUTHENTICATED',
  status: 401,
  message: expect.stringContaining(because),
});

let privateJwk: PrivateJwk;
let jwks: PublicJwks;
beforeAll(async () => {
  const pair = await generateIdentityKey('gateway-1');
  privateJwk = pair.privateJwk;
  jwks = { keys: [pair.publicJwk] };
});

type Shared = (key: string, by: number, windowMs: number) => Promise<{ value: number; resetsAt: Date }>;

function createSubject(signingKeys: ProofKeys = [key]) {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const now = () => clock.ms;
  const receiver = (increment?: Shared, onUnshared?: () => void) =>
    createIdentityVerifier({
      jwks,
      audience: 'inference',
      proofKeys: [key, olderKey],
      shared: increment && { increment },
      ...(onUnshared ? { onUnshared } : {}),
      now,
    });
  const signer = createIdentitySigner({ privateJwk, issuer: 'gateway', proofKeys: signingKeys, now });
  return { clock, signer, receiver, verifier: receiver() };
}

describe('an identity that is tied to its request', () => {
  it('is accepted with that request', async () => {
    const { signer, verifier } = createSubject();
    const { identity, confirm } = await verifier.verify(await signer.sign(ada, request), graphqlPlace);
    expect(identity).toEqual(ada);
    await confirm(bytes(body));
  });

  it('is refused when it comes a second time', async () => {
    const { signer, verifier } = createSubject();
    const credential = await signer.sign(ada, request);
    await verifier.verify(credential, graphqlPlace);
    await expect(verifier.verify(credential, graphqlPlace)).rejects.toMatchObject(refusal('sent before'));
  });

  it('is signed anew for each attempt, each of which is accepted', async () => {
    const { signer, verifier } = createSubject();
    const attempts = [await signer.sign(ada, request), await signer.sign(ada, request)];
    expect(attempts[0]?.split('~')[0]).toBe(attempts[1]?.split('~')[0]);
    for (const attempt of attempts.reverse()) await verifier.verify(attempt, graphqlPlace);
  });

  it('is refused with another body, or with none', async () => {
    const { signer, verifier } = createSubject();
    const { confirm } = await verifier.verify(await signer.sign(ada, request), graphqlPlace);
    await expect(confirm(bytes(body.replace('hello', 'purge')))).rejects.toMatchObject(
      refusal('another body'),
    );
    await expect(confirm(undefined)).rejects.toMatchObject(refusal('another body'));
  });

  it('is refused with a body where it was made for a stream', async () => {
    const { signer, verifier } = createSubject();
    const credential = await signer.sign(ada, { ...request, body: undefined });
    const { confirm } = await verifier.verify(credential, graphqlPlace);
    await expect(confirm(bytes(body))).rejects.toMatchObject(refusal('another body'));
  });

  it('is refused at another place, and by another service', async () => {
    const { signer, verifier } = createSubject();
    await expect(verifier.verify(await signer.sign(ada, request), webSocketPlace)).rejects.toMatchObject(
      refusal('another request'),
    );
    const elsewhere = await signer.sign(ada, { ...request, audience: 'training' });
    await expect(verifier.verify(elsewhere, graphqlPlace)).rejects.toMatchObject(refusal('another request'));
  });

  it('is refused with the proof of somebody else', async () => {
    const { signer, verifier } = createSubject();
    const [token] = (await signer.sign(ada, request)).split('~');
    const [, proof] = (await signer.sign(bob, request)).split('~');
    await expect(verifier.verify(`${token}~${proof}`, graphqlPlace)).rejects.toMatchObject(
      refusal('another request'),
    );
  });

  it('is refused when any character of its proof was changed', async () => {
    const { signer, verifier } = createSubject();
    const credential = await signer.sign(ada, request);
    const start = credential.indexOf('~') + 1;
    // The last character of a MAC holds two bits that no byte has.
    for (let index = start; index < credential.length - 1; index += 1) {
      const other = credential[index] === 'A' ? 'B' : 'A';
      const altered = `${credential.slice(0, index)}${other}${credential.slice(index + 1)}`;
      await expect(verifier.verify(altered, graphqlPlace)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await verifier.verify(credential, graphqlPlace);
  });

  it.each(['', '~', '~x', '~a.1.1..b'])('is refused where its proof is %j', async (proof) => {
    const { signer, verifier } = createSubject();
    const [token] = (await signer.sign(ada, request)).split('~');
    await expect(verifier.verify(`${token}${proof}`, graphqlPlace)).rejects.toMatchObject(
      refusal('no proof of its request'),
    );
  });

  it('is refused when it is older than half a minute', async () => {
    const { clock, signer, verifier } = createSubject();
    const credential = await signer.sign(ada, request);
    clock.ms += 30_001;
    await expect(verifier.verify(credential, graphqlPlace)).rejects.toMatchObject(refusal('30 s ago'));
  });

  it('bears clocks that differ by five seconds, and no more', async () => {
    const { clock, signer, verifier } = createSubject();
    clock.ms += 5_000;
    const near = await signer.sign(ada, request);
    clock.ms += 1;
    const far = await signer.sign(ada, request);
    clock.ms -= 5_001;
    await verifier.verify(near, graphqlPlace);
    await expect(verifier.verify(far, graphqlPlace)).rejects.toMatchObject(refusal('compare the clocks'));
  });

  it('is refused by a process that began after it was signed, since that has seen nothing yet', async () => {
    const { clock, signer, receiver } = createSubject();
    const credential = await signer.sign(ada, request);
    clock.ms += 1;
    await expect(receiver().verify(credential, graphqlPlace)).rejects.toMatchObject(
      refusal('before this service began'),
    );
  });

  it('is accepted by an older key while keys are exchanged, and by no unknown one', async () => {
    const { verifier, signer } = createSubject([olderKey]);
    await verifier.verify(await signer.sign(ada, request), graphqlPlace);
    const stranger = createSubject([Buffer.alloc(32, 3)]);
    await expect(
      stranger.verifier.verify(await stranger.signer.sign(ada, request), graphqlPlace),
    ).rejects.toMatchObject(refusal('another request'));
  });
});

describe('replicas that share a cache', () => {
  function sharedCounter() {
    const counts = new Map<string, number>();
    const windows: number[] = [];
    const increment: Shared = async (name, by, windowMs) => {
      windows.push(windowMs);
      const value = (counts.get(name) ?? 0) + by;
      counts.set(name, value);
      return { value, resetsAt: new Date(0) };
    };
    return { increment, counts, windows };
  }

  it('let one of them, and only one, take a mutation or a stream', async () => {
    const { signer, receiver } = createSubject();
    const { increment, windows } = sharedCounter();
    for (const sent of [mutation, undefined]) {
      const credential = await signer.sign(ada, { ...request, body: sent });
      const confirm = async () => {
        const verified = await receiver(increment).verify(credential, graphqlPlace);
        await verified.confirm(sent === undefined ? undefined : bytes(sent));
      };
      await confirm();
      await expect(confirm()).rejects.toMatchObject(refusal('sent before'));
    }
    // Kept until the request would be too old wherever it came.
    expect(windows).toEqual([35_000, 35_000, 35_000, 35_000]);
  });

  it('let only one of them take what is asked of another path than GraphQL, whatever it says', async () => {
    const { signer, receiver } = createSubject();
    const { increment } = sharedCounter();
    const place = 'POST /engine/requests';
    const credential = await signer.sign(ada, { ...request, place });
    const confirm = async () => (await receiver(increment).verify(credential, place)).confirm(bytes(body));
    await confirm();
    await expect(confirm()).rejects.toMatchObject(refusal('sent before'));
  });

  it('ask the cache nothing about a query', async () => {
    const { signer, receiver } = createSubject();
    const { increment, counts } = sharedCounter();
    const verified = await receiver(increment).verify(await signer.sign(ada, request), graphqlPlace);
    await verified.confirm(bytes(body));
    expect(counts.size).toBe(0);
  });

  it('go on by what each has seen itself, and say so, while the cache is down', async () => {
    const { signer, receiver } = createSubject();
    let unshared = 0;
    const verifier = receiver(
      () => Promise.reject(new Error('down')),
      () => {
        unshared += 1;
      },
    );
    const credential = await signer.sign(ada, { ...request, body: mutation });
    await (await verifier.verify(credential, graphqlPlace)).confirm(bytes(mutation));
    expect(unshared).toBe(1);
    await expect(verifier.verify(credential, graphqlPlace)).rejects.toMatchObject(refusal('sent before'));
  });
});
