/** What the port answers beside GraphQL. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let folder: string;
let graph: TestGraph;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-console-'));
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  graph = await startTestGraph({
    consoleFolder: join(folder, 'dist'),
    cors: { origins: ['http://app.example'] },
  });
});
afterAll(async () => {
  await graph.close();
  await rm(folder, { recursive: true });
});

describe('the console', () => {
  test('that is not built says how to build it', async () => {
    const response = await fetch(graph.url);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('The console is not built. Run `npm run build');
  });

  test('is served with a policy that lets it load nothing from elsewhere', async () => {
    await writeFile(join(folder, 'dist', 'index.html'), '<p>console</p>');
    await writeFile(join(folder, 'dist', 'assets', 'a.js'), '1');
    const page = await fetch(graph.url);
    expect(await page.text()).toBe('<p>console</p>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const asset = await fetch(`${graph.url}/assets/a.js`);
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(asset.headers.get('cache-control')).toContain('immutable');
  });

  test('never serves what lies outside its folder', async () => {
    for (const path of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
    ]) {
      const status = await new Promise((resolve, reject) => {
        rawRequest({ port: graph.gateway.port, path }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect([path, status]).toEqual([path, 404]);
    }
  });
});

describe('health', () => {
  test('shows each service, and is ready when all were ready once', async () => {
    await expect.poll(async () => (await fetch(`${graph.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${graph.url}/readyz`)).json()).toMatchObject({
      status: 'ready',
      checks: { 'subgraph chat': { ok: true }, 'subgraph people': { ok: true }, supergraph: { ok: true } },
    });
    expect((await fetch(`${graph.url}/livez`)).status).toBe(200);
  });

  test('counts operations, errors by code and events', async () => {
    await graph.query('query Counted { whoami }');
    await graph.query('{ nope }');
    const text = await (await fetch(`${graph.url}/metrics`)).text();
    expect(text).toMatch(/fathom_graphql_operations_total\{.*operation="Counted".*code="OK".*\} 1/);
    expect(text).toMatch(/fathom_gateway_errors_total\{.*code="GRAPHQL_VALIDATION_FAILED".*\} 1/);
    expect(text).toContain('fathom_gateway_streams_active');
  });

  test('is degraded, not gone, when a service goes down later', async () => {
    const other = await startTestGraph({ healthIntervalMs: 20 });
    await expect.poll(async () => (await fetch(`${other.url}/readyz`)).status).toBe(200);
    await other.peopleServer.close();
    await expect
      .poll(async () => ((await (await fetch(`${other.url}/readyz`)).json()) as { status: string }).status)
      .toBe('degraded');
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
    await other.close();
  });
});

describe('a page of another origin', () => {
  test('may call if its origin is listed, and no other may', async () => {
    const preflight = (origin: string) =>
      fetch(`${graph.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const listed = await preflight('http://app.example');
    expect(listed.status).toBe(204);
    expect(listed.headers.get('access-control-allow-origin')).toBe('http://app.example');
    expect(listed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect((await preflight('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a method that a path does not have is answered with 405', async () => {
  expect((await fetch(`${graph.url}/livez`, { method: 'POST' })).status).toBe(405);
});
