/** The process as an operator meets it: its environment, its port, its signals, its bootstrap key between starts. */
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLogger } from '@fathom/platform/logging';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../test/gateway-process.ts';
import type { GraphQLAnswer } from '../test/test-gateway.ts';
import { ensureBootstrapKey } from './access/bootstrap-key.ts';
import { parseApiKey } from './auth/api-key.ts';
import { defaultSettings } from './settings.ts';
import { createApiKeyStore } from './stores/api-key-store.ts';

const database = useTestDatabase();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-gateway-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the process', () => {
  test('names every problem of its environment at once and exits with 2', async () => {
    const started = startGatewayProcess({
      databaseUrl: 'nonsense',
      env: { IDENTITY_PRIVATE_JWK: '{', SUBGRAPH_URLS: '{"chat": 1}' },
    });
    await expect(started).rejects.toThrow(
      /ended with 2[\s\S]*DATABASE_URL[\s\S]*IDENTITY_PRIVATE_JWK[\s\S]*SUBGRAPH_URLS/,
    );
  });

  test('names a port that is taken and exits with 3', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const started = startGatewayProcess({ databaseUrl: database.url, env: { PORT: String(port) } });
    await expect(started).rejects.toThrow(new RegExp(`ended with 3[\\s\\S]*${port}`));
    holder.close();
  });

  test('says which supergraph it could not load and exits with 1', async () => {
    const file = join(folder, 'broken.graphql');
    await writeFile(file, 'type Query {');
    const started = startGatewayProcess({ databaseUrl: database.url, env: { SUPERGRAPH_FILE: file } });
    await expect(started).rejects.toThrow(/ended with 1[\s\S]*broken\.graphql/);
  });

  test('puts a new supergraph into service on SIGHUP and when its file is replaced; keeps the old one if it is broken', async () => {
    // Behind a link nobody watches the text itself: what comes into service first comes by the signal.
    const target = join(folder, 'target.graphql');
    const file = join(folder, 'live', 'supergraph.graphql');
    await copyFile(defaultSettings.supergraphFile, target);
    await mkdir(dirname(file));
    await symlink(target, file);
    const gateway = await startGatewayProcess({ databaseUrl: database.url, env: { SUPERGRAPH_FILE: file } });
    const viewerHas = async (name: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __type(name: "Viewer") { fields { name } } }' }),
      });
      const { data } = (await response.json()) as { data: { __type: { fields: { name: string }[] } } };
      return data.__type.fields.some((field) => field.name === name);
    };
    const original = await readFile(target, 'utf8');
    const withField = (name: string) => original.replace(/(type Viewer\n[^{]*\{)/, `$1\n  ${name}: String`);
    await writeFile(target, withField('nickname'));
    gateway.child.kill('SIGHUP');
    await expect.poll(() => viewerHas('nickname')).toBe(true);

    await writeFile(join(folder, 'broken'), 'type Query {');
    await rename(join(folder, 'broken'), file);
    await expect.poll(() => gateway.output()).toContain('the one in service stays');
    expect(await viewerHas('nickname')).toBe(true);

    await writeFile(join(folder, 'mended'), withField('motto'));
    await rename(join(folder, 'mended'), file);
    await expect.poll(() => viewerHas('motto')).toBe(true);
    expect(await gateway.stop()).toBe(0);
  });
});

describe('the file of settings', () => {
  const deep = '{ viewer { tenant } }';
  const depthAllows = async (gateway: GatewayProcess): Promise<boolean> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'x-api-key': (await readFile(gateway.keyFile, 'utf8')).trim(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: deep }),
    });
    const { data, errors } = (await response.json()) as GraphQLAnswer;
    if (errors) expect(errors[0]?.extensions['code']).toBe('OPERATION_TOO_DEEP');
    return data != null;
  };
  const shown = async (gateway: GatewayProcess): Promise<string> => {
    const { checks } = (await (await fetch(`${gateway.url}/readyz`)).json()) as {
      checks: Record<string, { detail: string }>;
    };
    return checks['settings']?.detail ?? '';
  };

  test('holds when it is replaced and on SIGHUP; what is wrong with it is named, and what was before stays', async () => {
    // Behind a link nobody watches the text itself: what comes into service first comes by the signal.
    const target = join(folder, 'settings-target.json');
    const file = join(folder, 'live-settings', 'settings.json');
    await writeFile(target, '{ "MAX_OPERATION_DEPTH": 5 }');
    await mkdir(dirname(file));
    await symlink(target, file);
    const gateway = await startGatewayProcess({
      databaseUrl: database.url,
      env: { SETTINGS_FILE: file, MAX_OPERATION_DEPTH: '1' },
    });
    const replace = async (text: string) => {
      await writeFile(join(folder, 'next.json'), text);
      await rename(join(folder, 'next.json'), file);
    };
    expect(await depthAllows(gateway)).toBe(true);
    await writeFile(target, '{ "MAX_OPERATION_DEPTH": 1 }');
    gateway.child.kill('SIGHUP');
    await expect.poll(() => depthAllows(gateway)).toBe(false);
    const strict = await shown(gateway);
    expect(strict).toMatch(/^settings [0-9a-f]{12}$/);

    for (const [text, problem] of [
      ['{ "MAX_OPERATION_DEPTH": "deep", "PORT": 1 }', 'PORT: cannot change while the gateway runs'],
      ['{ "MAX_OPERATION_DEPTH": "deep" }', 'MAX_OPERATION_DEPTH: '],
      ['{ "SUBGRAPH_URLS": { "inference": 7 } }', 'SUBGRAPH_URLS (at inference): '],
      ['{', 'SETTINGS_FILE: is not valid JSON'],
    ] as const) {
      await replace(text);
      await expect
        .poll(() => shown(gateway))
        .toContain(`${strict}, the newest were refused: SETTINGS_INVALID: ${problem}`);
      expect(await depthAllows(gateway)).toBe(false);
    }
    expect(gateway.output()).toContain('those in service stay');

    await replace('{ "MAX_OPERATION_DEPTH": 5 }');
    await expect.poll(() => depthAllows(gateway)).toBe(true);
    expect(await shown(gateway)).not.toContain('refused');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/settings_reloads_total\{.*outcome="reloaded".*\} 2/);
    expect(metrics).toMatch(/settings_reloads_total\{.*outcome="refused".*\} [4-9]/);
    expect(await gateway.stop()).toBe(0);
  });

  test('that is wrong at the start ends the process with 2 and its problems', async () => {
    const file = join(folder, 'wrong.json');
    await writeFile(file, '{ "SAFELIST": "perhaps", "MAX_OPERATION_COST": 0 }');
    const started = startGatewayProcess({ databaseUrl: database.url, env: { SETTINGS_FILE: file } });
    await expect(started).rejects.toThrow(/ended with 2[\s\S]*SAFELIST[\s\S]*MAX_OPERATION_COST/);
  });
});

describe('in production', () => {
  test('nothing is told of the schema, of faults inside, or to pages of elsewhere', async () => {
    const gateway = await startGatewayProcess({ databaseUrl: database.url, env: { NODE_ENV: 'production' } });
    const key = (await readFile(gateway.keyFile, 'utf8')).trim();
    const ask = async (query: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'x-api-key': key,
          'content-type': 'application/json',
          origin: 'https://elsewhere.example',
          'x-include-query-plan': 'true',
        },
        body: JSON.stringify({ query }),
      });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      return (await response.json()) as {
        data?: unknown;
        errors?: { message: string; extensions: Record<string, unknown> }[];
      };
    };
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Viewer") { name } }'])
      expect(await ask(query)).toEqual({
        errors: [
          expect.objectContaining({
            extensions: expect.objectContaining({ code: 'INTROSPECTION_DISABLED' }),
          }),
        ],
      });
    const [misspelt] = (await ask('{ viewr { tenant } }')).errors ?? [];
    expect(misspelt?.message).not.toContain('viewer');

    const admin = await database.open({ schema: 'gateway' });
    await admin.query('alter table audit_events rename to audit_events_hidden');
    const [broken] = (await ask('{ auditEvents { edges { cursor } } }')).errors ?? [];
    await admin.query('alter table audit_events_hidden rename to audit_events');
    expect(broken?.extensions).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(JSON.stringify(broken)).not.toMatch(/audit_events|relation|select|\.ts/);
    // Who guesses at keys is given nothing to guess at.
    expect((await fetch(`${gateway.url}/oauth/token`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${gateway.url}/.well-known/openid-configuration`)).status).toBe(404);
    expect(await gateway.stop()).toBe(0);
  });
});

describe('the bootstrap key', () => {
  const logger = createLogger({ service: 'gateway', level: 'silent' });

  test('is kept while it is admitted, replaced when lost, and left when it was revoked in favour of another', async () => {
    const gateway = await startGatewayProcess({ databaseUrl: database.url });
    await gateway.stop();
    const store = createApiKeyStore(await database.open({ schema: 'gateway' }));
    const file = join(folder, 'keys', 'admin');
    expect(await ensureBootstrapKey({ file, store, logger })).toBe('created');
    const first = await readFile(file, 'utf8');
    expect(await ensureBootstrapKey({ file, store, logger })).toBe('kept');
    expect(await readFile(file, 'utf8')).toBe(first);

    await rm(file);
    expect(await ensureBootstrapKey({ file, store, logger })).toBe('created');
    const second = parseApiKey((await readFile(file, 'utf8')).trim());
    await store.revoke('default', second?.id ?? '', 'test');
    expect(await ensureBootstrapKey({ file, store, logger })).toBe('left');
  });
});
