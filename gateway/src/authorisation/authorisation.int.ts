/** Authorisation by the supergraph's directives, through a real gateway: two services, one of which counts who asks it. */
import { createEventQueue } from '@fathom/platform/server/async-events';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readEvents } from '../../test/sse-client.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../../test/test-gateway.ts';

const link = (names: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${names}])`;

const staffSdl = /* GraphQL */ `
  ${link('"@key", "@requiresScopes", "@authenticated", "@policy"')}
  type Query {
    me: String! @authenticated
    staff: [Person!]!
    board: String @policy(policies: [["role:operator"]])
  }
  type Mutation { hire(name: String!): Person @requiresScopes(scopes: [["staff:write"]]) wave: String }
  type Subscription { arrived: Person secretlyArrived: Person @requiresScopes(scopes: [["staff:write"]]) }
  type Person @key(fields: "id") { id: ID! name: String! }
`;
const payrollSdl = /* GraphQL */ `
  ${link('"@key", "@requiresScopes"')}
  type Query { budget: Int @requiresScopes(scopes: [["payroll:read"]]) }
  type Person @key(fields: "id") {
    id: ID!
    salary: Int @requiresScopes(scopes: [["payroll:read"]])
    grade: Int! @requiresScopes(scopes: [["payroll:read"]])
  }
`;

let staff: TestSubgraph;
let payroll: TestSubgraph;
let graph: TestGateway;
let clerk: string;
let payrollAsked = 0;
let hired = 0;
beforeAll(async () => {
  const identity = await testIdentity();
  const arrivals = () => {
    const queue = createEventQueue<object>({ maxEvents: 10 });
    queue.push({ arrived: { id: '1', name: 'Ada' } });
    queue.push({ arrived: { id: '2', name: 'Bob' } });
    queue.end();
    return queue.events;
  };
  staff = await startTestSubgraph({
    service: 'staff',
    identity,
    typeDefs: staffSdl,
    resolvers: {
      Query: {
        me: () => 'me',
        staff: () => [
          { id: '1', name: 'Ada' },
          { id: '2', name: 'Bob' },
        ],
        board: () => 'board',
      },
      Mutation: {
        hire: (_: unknown, { name }: { name: string }) => {
          hired += 1;
          return { id: '3', name };
        },
        wave: () => 'hello',
      },
      Subscription: { arrived: { subscribe: arrivals }, secretlyArrived: { subscribe: arrivals } },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ada' }) },
    },
  });
  payroll = await startTestSubgraph({
    service: 'payroll',
    identity,
    typeDefs: payrollSdl,
    resolvers: {
      Query: { budget: () => 1 },
      Person: {
        __resolveReference: ({ id }: { id: string }) => {
          payrollAsked += 1;
          return { id, salary: 7, grade: 1 };
        },
      },
    },
  });
  graph = await startTestGateway({
    subgraphs: { staff: staffSdl, payroll: payrollSdl },
    urls: { staff: staff.url, payroll: payroll.url },
    identity,
  });
  clerk = (await graph.issueKey({ roles: [], scopes: ['staff:read'] })).key;
});
afterAll(async () => {
  await graph.close();
  await Promise.all([staff.close(), payroll.close()]);
});
beforeEach(() => {
  payrollAsked = 0;
});

async function ask(query: string, key = clerk): Promise<GraphQLAnswer> {
  return (await (await graph.post({ query }, { 'x-api-key': key })).json()) as GraphQLAnswer;
}

const needs = (scope: string, ...path: readonly (string | number)[]) =>
  expect.objectContaining({
    path,
    extensions: expect.objectContaining({ code: 'FORBIDDEN', requiredScopes: [[scope]] }),
  });

describe('a query', () => {
  test('is answered without what its sender may not have, and the service behind that is not asked', async () => {
    const { data, errors } = await ask('{ staff { name salary } budget me }');
    expect(data).toEqual({
      staff: [
        { name: 'Ada', salary: null },
        { name: 'Bob', salary: null },
      ],
      budget: null,
      me: 'me',
    });
    expect(errors).toEqual([
      needs('payroll:read', 'staff', 0, 'salary'),
      needs('payroll:read', 'staff', 1, 'salary'),
      needs('payroll:read', 'budget'),
    ]);
    expect(payrollAsked).toBe(0);
  });

  test('that defers what its sender may not have is answered in one, to whoever accepts parts as well', async () => {
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': clerk,
        accept: 'multipart/mixed;deferSpec=20220824,application/json',
      },
      body: JSON.stringify({ query: '{ me staff { name ... @defer { salary } } }' }),
    });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { data, errors } = (await response.json()) as GraphQLAnswer;
    expect(data).toMatchObject({ me: 'me', staff: [{ name: 'Ada', salary: null }, { salary: null }] });
    expect(errors?.[0]).toEqual(needs('payroll:read', 'staff', 0, 'salary'));
    expect(payrollAsked).toBe(0);
  });

  test('of who holds the scope is answered whole', async () => {
    const { key } = await graph.issueKey({ roles: [], scopes: ['payroll:read'] });
    expect(await ask('{ staff { name salary } budget }', key)).toEqual({
      data: {
        staff: [
          { name: 'Ada', salary: 7 },
          { name: 'Bob', salary: 7 },
        ],
        budget: 1,
      },
    });
    expect((await ask('{ staff { salary } budget }', graph.key)).errors).toBeUndefined();
  });

  test('loses what may not be null with it', async () => {
    const { data, errors } = await ask('{ staff { name grade } }');
    expect(data).toBeNull();
    expect(errors?.[0]).toEqual(needs('payroll:read', 'staff', 0, 'grade'));
  });

  test('by policy needs the role, which no scope replaces', async () => {
    const { key } = await graph.issueKey({ roles: ['operator'] });
    expect((await ask('{ board }', key)).data).toEqual({ board: 'board' });
    const { data, errors } = await ask('{ board }', graph.key);
    expect([data, errors?.[0]?.extensions]).toMatchObject([
      { board: null },
      { code: 'FORBIDDEN', requiredPolicies: [['role:operator']] },
    ]);
  });
});

test('a mutation that is forbidden has no effect, and the one beside it has', async () => {
  const { data, errors } = await ask('mutation { hire(name: "Eve") { name } wave }');
  expect(data).toEqual({ hire: null, wave: 'hello' });
  expect(errors).toEqual([needs('staff:write', 'hire')]);
  expect((await ask('mutation { hire(name: "Eve") { name } }')).data).toEqual({ hire: null });
  expect(hired).toBe(0);
});

describe('a subscription', () => {
  const arrived = 'subscription { arrived { name salary } }';

  test('carries null and the error in each event, over SSE and WebSocket alike', async () => {
    const expected = ['Ada', 'Bob'].map((name) => ({
      data: { arrived: { name, salary: null } },
      errors: [needs('payroll:read', 'arrived', 'salary')],
    }));
    const response = await graph.post(
      { query: arrived },
      { 'x-api-key': clerk, accept: 'text/event-stream' },
    );
    const overSse: unknown[] = [];
    for await (const { event, data } of readEvents(response))
      if (event === 'next') overSse.push(JSON.parse(data));
    expect(overSse).toEqual(expected);

    const client = createClient({
      url: `${graph.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { apiKey: clerk },
    });
    const overWebSocket: unknown[] = [];
    for await (const result of client.iterate({ query: arrived })) overWebSocket.push(result);
    expect(overWebSocket).toEqual(expected);
    await client.dispose();
    expect(payrollAsked).toBe(0);
  });

  test('to what is forbidden is refused before the service is asked', async () => {
    const response = await graph.post(
      { query: 'subscription { secretlyArrived { name } }' },
      { 'x-api-key': clerk, accept: 'text/event-stream' },
    );
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});
