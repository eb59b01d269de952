/** API keys end to end: the process that ships, its own database, its own part of the graph. */
import { readFile, stat } from 'node:fs/promises';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../test/gateway-process.ts';
import type { GraphQLAnswer } from '../../test/test-graph.ts';

const database = useTestDatabase();
let gateway: GatewayProcess;
let adminKey: string;
beforeAll(async () => {
  gateway = await startGatewayProcess({
    databaseUrl: database.url,
    // Port 1: nothing listens there, whatever else runs on this machine.
    env: { SUBGRAPH_URLS: JSON.stringify({ inference: 'http://127.0.0.1:1/graphql' }) },
  });
  adminKey = (await readFile(gateway.keyFile, 'utf8')).trim();
});
afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
});

interface Answer extends GraphQLAnswer {
  readonly status: number;
}

async function send(key: string | undefined, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as GraphQLAnswer) };
}

const createKey = /* GraphQL */ `
  mutation Create($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      ... on ApiKeyCreated { secret apiKey { id name tenant roles scopes status createdBy } }
      ... on InvalidInput { field message }
    }
  }
`;

interface Created {
  readonly secret: string;
  readonly apiKey: { readonly id: string };
}

async function create(input: object, key = adminKey): Promise<Created> {
  const { data } = await send(key, createKey, { input });
  return data?.['createApiKey'] as Created;
}

const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions['code'];

test('what is left for generating is shown to whoever may spend it', async () => {
  const { data } = await send(
    adminKey,
    '{ viewer { tenant budgets { per tokensLimit tokensLeft deviceSecondsLimit refillsInSeconds } } tenantUsage { day } }',
  );
  expect(data).toEqual({
    viewer: {
      tenant: 'default',
      budgets: [
        {
          per: 'KEY',
          tokensLimit: 1e7,
          tokensLeft: 1e7,
          deviceSecondsLimit: 14_400,
          refillsInSeconds: 3_600,
        },
        {
          per: 'TENANT',
          tokensLimit: 5e7,
          tokensLeft: 5e7,
          deviceSecondsLimit: 72_000,
          refillsInSeconds: 3_600,
        },
      ],
    },
    tenantUsage: [],
  });
});

test('a key gets a token at /oauth/token, by which the graph answers', async () => {
  const [, id = '', secret = ''] = adminKey.split('_');
  const response = await fetch(`${gateway.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  expect((await send(access_token, '{ viewer { subject tenant } }')).data).toEqual({
    viewer: { subject: `key:${id}`, tenant: 'default' },
  });
});

describe('the bootstrap key', () => {
  test('is written for its owner only, and is an admin and operator', async () => {
    expect((await stat(gateway.keyFile)).mode & 0o777).toBe(0o600);
    expect(adminKey).toMatch(/^fth_[0-9A-Za-z]{10}_[0-9A-Za-z]{32}$/);
    const { data } = await send(adminKey, '{ viewer { tenant roles scopes expiresAt } }');
    expect(data).toEqual({
      viewer: { tenant: 'default', roles: ['admin', 'operator'], scopes: ['admin'], expiresAt: null },
    });
  });

  test('appears nowhere in the log', () => {
    expect(gateway.output()).toContain('an admin key was created');
    expect(gateway.output()).not.toContain(adminKey.slice(15));
  });
});

describe('an API key', () => {
  test('is created with its secret, which is shown once and stored as a hash only', async () => {
    const created = await create({ name: 'ci', roles: ['viewer'], scopes: ['inference:ask'] });
    expect(created).toMatchObject({
      secret: expect.stringMatching(/^fth_/),
      apiKey: {
        name: 'ci',
        tenant: 'default',
        roles: ['viewer'],
        scopes: ['inference:ask'],
        status: 'ACTIVE',
      },
    });
    const pool = await database.open({ schema: 'gateway' });
    const row = await pool.one<{ text: string }>(
      'select api_keys::text as text from api_keys where id = $1',
      [created.apiKey.id],
    );
    expect(row.text).not.toContain(created.secret.slice(15));
    const { data } = await send(created.secret, '{ viewer { subject scopes } }');
    expect(data).toMatchObject({ viewer: { subject: `key:${created.apiKey.id}` } });
    expect(data).toMatchObject({ viewer: { scopes: expect.arrayContaining(['inference:ask']) } });
  });

  test('that is revoked is refused at once, and stays in the list', async () => {
    const created = await create({ name: 'leaver' });
    expect((await send(created.secret, '{ viewer { tenant } }')).status).toBe(200);
    const revoked = await send(
      adminKey,
      'mutation($id: ID!) { revokeApiKey(id: $id) { ... on ApiKey { status revokedBy } } }',
      {
        id: created.apiKey.id,
      },
    );
    expect(revoked.data).toEqual({
      revokeApiKey: { status: 'REVOKED', revokedBy: `key:${adminKey.slice(4, 14)}` },
    });
    await expect
      .poll(async () => codeOf(await send(created.secret, '{ viewer { tenant } }')), { interval: 20 })
      .toBe('KEY_REVOKED');
    const { data } = await send(
      adminKey,
      '{ apiKeys(first: 100) { edges { node { id status } } pageInfo { hasNextPage } } }',
    );
    const revokedNode = { node: { id: created.apiKey.id, status: 'REVOKED' } };
    expect(data).toMatchObject({ apiKeys: { edges: expect.arrayContaining([revokedNode]) } });
  });

  test('ends at the moment it was created with', async () => {
    // A moment that has passed before the request came is refused: then it was too near.
    let created: Partial<Created> = {};
    for (let inMs = 250; created.secret === undefined; inMs *= 2)
      created = await create({ name: 'brief', expiresAt: new Date(Date.now() + inMs).toISOString() });
    await expect
      .poll(async () => codeOf(await send(created.secret, '{ viewer { tenant } }')), { interval: 20 })
      .toBe('KEY_EXPIRED');
  });

  test('of one tenant neither sees nor revokes the keys of another', async () => {
    const other = await create({ name: 'other', tenant: 'acme', roles: ['admin'] });
    const mine = await create({ name: 'mine' });
    const { data } = await send(other.secret, '{ apiKeys { edges { node { tenant } } } }');
    expect(data).toEqual({ apiKeys: { edges: [{ node: { tenant: 'acme' } }] } });
    const revoked = await send(other.secret, 'mutation($id: ID!) { revokeApiKey(id: $id) { __typename } }', {
      id: mine.apiKey.id,
    });
    expect(revoked.data).toEqual({ revokeApiKey: { __typename: 'NotFound' } });
    expect((await send(mine.secret, '{ viewer { tenant } }')).status).toBe(200);
  });

  test('without the scope admin cannot manage keys', async () => {
    const created = await create({ name: 'user', roles: ['user'] });
    const answer = await send(created.secret, createKey, { input: { name: 'more' } });
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN', requiredScope: 'admin' } });
  });

  test('cannot be made with more than its creator holds, nor for another tenant by who is no operator', async () => {
    const admin = await create({ name: 'tenant admin', roles: ['admin'] });
    expect(await create({ name: 'x', roles: ['operator'] }, admin.secret)).toMatchObject({
      field: 'input.roles',
    });
    expect(await create({ name: 'x', tenant: 'acme' }, admin.secret)).toMatchObject({
      field: 'input.tenant',
    });
    expect(await create({ name: 'x', roles: ['king'] })).toMatchObject({ field: 'input.roles' });
    expect(await create({ name: 'x', scopes: ['DROP TABLE'] })).toMatchObject({ field: 'input.scopes' });
    expect(await create({ name: ' ' })).toMatchObject({ field: 'input.name' });
    expect(await create({ name: 'x', expiresAt: '2001-01-01T00:00:00Z' })).toMatchObject({
      field: 'input.expiresAt',
    });
  });

  test('pages through the list without missing or repeating one', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await send(
        adminKey,
        'query($after: String) { apiKeys(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      const page = data?.['apiKeys'] as {
        edges: { node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      seen.push(...page.edges.map(({ node }) => node.id));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(4);
  });
});

describe('a request', () => {
  test('without a key gets introspection in development and nothing else', async () => {
    expect((await send(undefined, '{ __schema { queryType { name } } }')).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    expect(await send(undefined, '{ viewer { tenant } }')).toMatchObject({ status: 401 });
  });

  test('with a wrong secret or an unknown id gets the same answer', async () => {
    const wrong = await send(
      `${adminKey.slice(0, -1)}${adminKey.endsWith('a') ? 'b' : 'a'}`,
      '{ viewer { tenant } }',
    );
    const unknown = await send(`fth_0000000000_${'0'.repeat(32)}`, '{ viewer { tenant } }');
    expect(wrong).toMatchObject({ status: 401 });
    expect(codeOf(wrong)).toBe('UNAUTHENTICATED');
    expect(unknown).toEqual(wrong);
  });
});

describe('a part of the graph whose service is down', () => {
  test('is answered with a typed, retryable error, and the rest of the graph still answers', async () => {
    const { data, errors } = await send(adminKey, '{ viewer { tenant } devices { id } }');
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, serviceName: 'inference' },
    });
    expect((await send(adminKey, '{ viewer { tenant } }')).data).toEqual({ viewer: { tenant: 'default' } });
  });

  test('keeps the gateway from becoming ready, by name', async () => {
    const response = await fetch(`${gateway.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'not ready',
      checks: { 'subgraph inference': { ok: false }, supergraph: { ok: true }, database: { ok: true } },
    });
  });
});

describe('the audit trail', () => {
  const trail = async (key = adminKey, after?: string) => {
    const { data } = await send(
      key,
      'query ($after: String) { auditEvents(first: 50, after: $after) { edges { cursor node { kind subject fields outcome occurrences transport operationName traceId } } pageInfo { endCursor } } }',
      { after },
    );
    const connection = data?.['auditEvents'] as
      | { edges: { cursor: string; node: Record<string, unknown> }[] }
      | undefined;
    return connection?.edges ?? [];
  };

  test('holds every mutation and every refusal of the tenant, and announces each', async () => {
    const { secret, apiKey } = await create({ name: 'audited', roles: ['viewer'] });
    await send(secret, createKey, { input: { name: 'x' } });
    await send(secret, '{ nope }');
    await send(secret, '{ nope }');
    // Equal refusals are one row where they are written together, and two where the moment of writing fell between them.
    const timesAudited = async () => {
      const own = (await trail())
        .map(({ node }) => node)
        .filter((node) => node['subject'] === `key:${apiKey.id}`);
      return own.reduce((sum, { occurrences }) => sum + Number(occurrences), 0);
    };
    await expect.poll(timesAudited).toBe(3);
    const nodes = (await trail()).map(({ node }) => node);
    expect(nodes).toContainEqual(
      expect.objectContaining({
        kind: 'MUTATION',
        fields: ['createApiKey'],
        operationName: 'Create',
        outcome: 'OK',
        transport: 'http',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      }),
    );
    const ofKey = nodes.filter(({ subject }) => subject === `key:${apiKey.id}`);
    expect(ofKey).toContainEqual(
      expect.objectContaining({ kind: 'MUTATION', fields: ['createApiKey'], outcome: 'FORBIDDEN' }),
    );
    const refusals = ofKey.filter(({ outcome }) => outcome === 'GRAPHQL_VALIDATION_FAILED');
    expect(refusals.reduce((sum, { occurrences }) => sum + Number(occurrences), 0)).toBe(2);
    const opened = await database.open({ schema: 'gateway' });
    await expect
      .poll(() =>
        opened.query(
          `select 1 from broker.messages where topic = 'audit.recorded' and payload->>'subject' = $1
             and payload->>'outcome' = 'FORBIDDEN'`,
          [`key:${apiKey.id}`],
        ),
      )
      .toHaveLength(1);
  });

  test('is shown to admins of its tenant alone, a page behind a cursor', async () => {
    const { secret } = await create({ name: 'elsewhere', roles: ['admin'], tenant: 'elsewhere' });
    expect((await trail(secret)).map(({ node }) => node['fields'])).not.toContainEqual(['createApiKey']);
    const [first, ...rest] = await trail();
    expect((await trail(adminKey, first?.cursor)).map(({ cursor }) => cursor)).toEqual(
      rest.map(({ cursor }) => cursor),
    );
    // A cursor of one tenant shows another nothing that is not its own.
    for (const { node } of await trail(secret, first?.cursor))
      expect(node['subject']).not.toBe(first?.node['subject']);
    const { secret: viewer } = await create({ name: 'viewer', roles: ['viewer'] });
    expect(codeOf(await send(viewer, '{ auditEvents { edges { cursor } } }'))).toBe('FORBIDDEN');
  });
});
