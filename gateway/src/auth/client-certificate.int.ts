/** Certificates of clients over real TLS, made by an authority of the test's own. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Agent, fetch } from 'undici';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import type { CertificateRule } from './client-certificate.ts';

interface Issued {
  readonly cert: string;
  readonly key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const minutes = (count: number) => new Date(Date.now() + count * 60_000);
let serial = 0;

class Authority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.certificate = certificate;
  }

  static async create(name: string): Promise<Authority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: `CN=${name}`,
      notBefore: minutes(-60),
      notAfter: minutes(60),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    });
    return new Authority(keys, certificate);
  }

  async issue(name: string, san: x509.JsonGeneralName[], notAfter = minutes(30)): Promise<Issued> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    serial += 1;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial.toString(16).padStart(4, '1'),
      subject: name,
      issuer: this.certificate.subject,
      notBefore: minutes(-30),
      notAfter,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: san.length > 0 ? [new x509.SubjectAlternativeNameExtension(san)] : [],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  }
}

const rules: readonly CertificateRule[] = [
  { san: 'URI:spiffe://acme/batch', tenant: 'acme', roles: ['viewer'], scopes: ['inference:ask'] },
  { subject: 'trainer', tenant: 'globex', roles: ['engineer'] },
];

let authority: Authority;
let stranger: Authority;
let server: Issued;
beforeAll(async () => {
  x509.cryptoProvider.set(webcrypto as typeof crypto);
  authority = await Authority.create('Fathom test');
  stranger = await Authority.create('Somebody else');
  server = await authority.issue('CN=localhost', [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
});

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(required = false): Promise<TestGraph> {
  const graph = await startTestGraph({
    tls: {
      ...server,
      clients: { kind: 'certified', authority: authority.certificate.toString('pem'), required },
    },
    certificates: rules,
  });
  cleanups.push(() => graph.close());
  return graph;
}

async function ask(graph: TestGraph, client?: Issued, headers: Record<string, string> = {}) {
  const agent = new Agent({ connect: { ca: authority.certificate.toString('pem'), ...client } });
  cleanups.push(() => agent.destroy());
  const response = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ whoami }' }),
    dispatcher: agent,
  });
  const body = (await response.json()) as {
    data?: { whoami: string };
    errors?: { message: string; extensions: { code: string } }[];
  };
  return {
    status: response.status,
    hsts: response.headers.get('strict-transport-security'),
    who: body.data?.whoami,
    code: body.errors?.[0]?.extensions.code,
  };
}

describe('a certificate', () => {
  test('is whoever its rule says, by its alternative name or its common name', async () => {
    const graph = await start();
    const batch = await authority.issue('CN=anything', [{ type: 'url', value: 'spiffe://acme/batch' }]);
    const answer = await ask(graph, batch);
    expect(answer.who).toMatch(/^certificate:URI:spiffe:\/\/acme\/batch of acme /);
    expect(answer.hsts).toContain('max-age');
    expect((await ask(graph, await authority.issue('CN=trainer', []))).who).toMatch(
      /^certificate:trainer of globex /,
    );
  });

  test('that no rule knows is nobody’s, and neither is a name that only looks like one', async () => {
    const graph = await start();
    for (const [name, san] of [
      ['CN=somebody', []],
      ['CN=trainer2', [{ type: 'url', value: 'spiffe://acme/batch/2' }]],
      ['CN=x', [{ type: 'dns', value: 'trainer' }]],
      // A comma within a name must not begin another name.
      ['CN=y', [{ type: 'url', value: 'a, URI:spiffe://acme/batch' }]],
    ] as [string, x509.JsonGeneralName[]][])
      expect(await ask(graph, await authority.issue(name, san))).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
      });
    const told = { kind: 'REFUSAL', outcome: 'UNAUTHENTICATED', entrance: 'POST /graphql', subject: null };
    await expect.poll(() => graph.audited).toContainEqual(expect.objectContaining(told));
  });

  test('of another authority, or of yesterday, stands for nobody', async () => {
    const graph = await start();
    expect(await ask(graph, await stranger.issue('CN=trainer', []))).toMatchObject({ status: 401 });
    const old = await authority.issue('CN=trainer', [], minutes(-1));
    expect(await ask(graph, old)).toMatchObject({ status: 401 });
  });

  test('gives way to a key that is shown beside it', async () => {
    const graph = await start();
    const answer = await ask(graph, await authority.issue('CN=trainer', []), { 'x-api-key': graph.key });
    expect(answer.who).toMatch(/^key:\w+ of test /);
    expect((await ask(graph, undefined, { 'x-api-key': graph.key })).who).toMatch(/^key:/);
  });

  test('opens a WebSocket as well', async () => {
    const graph = await start();
    const client = await authority.issue('CN=trainer', []);
    const socket = new WebSocket(`${graph.url.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', {
      ca: authority.certificate.toString('pem'),
      ...client,
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const said = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    socket.send('{"type":"connection_init"}');
    expect(await said).toContain('connection_ack');
    socket.terminate();
  });
});

test('where certificates are required, nobody comes further than the handshake without one', async () => {
  const graph = await start(true);
  await expect(ask(graph, undefined, { 'x-api-key': graph.key })).rejects.toThrow();
  await expect(ask(graph, await stranger.issue('CN=trainer', []))).rejects.toThrow();
  expect((await ask(graph, await authority.issue('CN=trainer', []))).who).toMatch(/ of globex /);
});
