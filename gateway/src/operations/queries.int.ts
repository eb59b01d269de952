/** Queries and mutations over HTTP: through the planner, refused before work, mapped to statuses. */
import { testIdentity } from '@fathom/platform/testing/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GraphQLAnswer, startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({
    limits: {
      maxTokens: 500,
      maxDepth: 6,
      maxAliases: 5,
      maxDirectives: 20,
      maxRootFields: 8,
      maxFields: 100,
      maxCost: 500,
    },
  });
});
afterAll(() => graph.close());

async function refused(
  response: Response,
): Promise<{ status: number; code: unknown; answer: GraphQLAnswer }> {
  const answer = (await response.json()) as GraphQLAnswer;
  return { status: response.status, code: answer.errors?.[0]?.extensions['code'], answer };
}

describe('a query', () => {
  test('is answered from all subgraphs it touches', async () => {
    const answer = await graph.query('{ message(topic: "t") { text author { name } } who: whoami }');
    expect(answer).toEqual({
      data: {
        message: { text: 't', author: { name: 'Ada' } },
        who: expect.stringMatching(/^key:\w{10} of test as admin$/),
      },
    });
  });

  test('works by GET with its variables in the URL', async () => {
    const search = new URLSearchParams({
      query: 'query Q($t: String!) { message(topic: $t) { text } }',
      variables: JSON.stringify({ t: 'x' }),
    });
    const response = await fetch(`${graph.url}/graphql?${search}`, {
      headers: { authorization: `Bearer ${graph.key}` },
    });
    expect(await response.json()).toEqual({ data: { message: { text: 'x' } } });
  });

  test('uses the default values of its variables, also in @include and inside input objects', async () => {
    const answer = await graph.query(
      'query Q($on: Boolean = true, $words: [String!] = "w") { style(input: { words: $words }) whoami @include(if: $on) }',
    );
    expect(answer.data).toMatchObject({ style: 'DRY w', whoami: expect.any(String) });
  });

  test('keeps the code of a subgraph and says which subgraph it was', async () => {
    const answer = await graph.query('{ failing { text } whoami }');
    expect(answer.data).toMatchObject({ failing: null });
    expect(answer.errors?.[0]).toMatchObject({
      message: 'Short and stout.',
      path: ['failing'],
      extensions: { code: 'TEAPOT', serviceName: 'chat' },
    });
  });

  test('belongs to the trace that its client began', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const response = await graph.post(
      { query: '{ trace }' },
      { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    );
    expect(await response.json()).toEqual({ data: { trace: traceId } });
  });

  test('never passes on an identity that the client made up', async () => {
    const forged = await testIdentity();
    const body = JSON.stringify({ query: '{ whoami }' });
    const headers = await forged.headers({ audience: 'chat', body }, { tenant: 'victim' });
    const response = await graph.post(body, headers);
    expect(((await response.json()) as GraphQLAnswer).data?.['whoami']).toMatch(/ of test /);
  });
});

describe('a mutation', () => {
  test('runs by POST', async () => {
    expect(await graph.query('mutation { say(topic: "a", text: "b") { text } }')).toEqual({
      data: { say: { text: 'b' } },
    });
  });

  test('is refused by GET', async () => {
    const search = new URLSearchParams({ query: 'mutation { post(count: 1) }' });
    const response = await fetch(`${graph.url}/graphql?${search}`, { headers: { 'x-api-key': graph.key } });
    expect(await refused(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

describe('an operation is refused before any work', () => {
  const cases: readonly [string, unknown, number, string][] = [
    ['that is not GraphQL', { query: '{ whoami' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', { query: '{ whoamI }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with a malformed variable',
      { query: 'query($t: String!) { message(topic: $t) { text } }', variables: { t: [1] } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'with a missing variable',
      { query: 'query($t: String!) { message(topic: $t) { text } }' },
      400,
      'BAD_USER_INPUT',
    ],
    ['whose variables are no object', { query: '{ whoami }', variables: 'x' }, 400, 'BAD_REQUEST'],
    ['without a query', { variables: {} }, 400, 'BAD_REQUEST'],
    [
      'that is too deep',
      {
        query: '{ message(topic: "a") { replies { replies { replies { replies { replies { text } } } } } } }',
      },
      400,
      'OPERATION_TOO_DEEP',
    ],
    [
      'that is too costly',
      { query: '{ messages(first: 100) { replies { text } } }' },
      400,
      'OPERATION_TOO_COSTLY',
    ],
    [
      'that is too costly by its variable',
      { query: 'query($n: Int) { messages(first: $n) { text } }', variables: { n: 501 } },
      400,
      'OPERATION_TOO_COSTLY',
    ],
    [
      'that is too costly by what it sends',
      {
        query: 'query ($s: StyleInput!) { style(input: $s) }',
        variables: { s: { words: Array.from({ length: 125 }, (_, index) => String(index)) } },
      },
      400,
      'OPERATION_TOO_COSTLY',
    ],
    [
      'of a list without the argument that sizes it',
      { query: '{ pages { text } }' },
      400,
      'SLICING_ARGUMENT_REQUIRED',
    ],
    [
      'with too many aliases',
      { query: `{ ${'abcdef'.replace(/./g, '$&: whoami ')} }` },
      400,
      'OPERATION_TOO_LARGE',
    ],
    ['with too many root fields', { query: `{ ${'whoami '.repeat(9)} }` }, 400, 'OPERATION_TOO_LARGE'],
    ['with too many tokens', { query: `{ ${'whoami '.repeat(600)} }` }, 400, 'OPERATION_TOO_LARGE'],
    [
      'with fragments that spread each other',
      {
        query:
          '{ message(topic: "a") { ...A } } fragment A on Message { ...B } fragment B on Message { ...A }',
      },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'named where the document has no such name',
      { query: 'query A { whoami }', operationName: 'B' },
      400,
      'BAD_REQUEST',
    ],
    [
      'that subscribes without a stream',
      { query: 'subscription { said(topic: "a") { text } }' },
      406,
      'OPERATION_NEEDS_STREAM',
    ],
  ];
  for (const [what, body, status, code] of cases)
    test(what, async () => {
      expect(await refused(await graph.post(body))).toMatchObject({ status, code });
    });

  test('whose body is larger than 1 MiB, and the connection is closed', async () => {
    const response = await graph.post({ query: `{ message(topic: "${'x'.repeat(1024 * 1024)}") { text } }` });
    expect(await refused(response)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  });

  test('whose body is not JSON', async () => {
    expect(await refused(await graph.post('{"query":'))).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
  });

  test('that another origin could forge as a simple form', async () => {
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-api-key': graph.key },
      body: '{"query":"mutation { post(count: 1) }"}',
    });
    expect(await refused(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });
});

describe('the cost of an operation', () => {
  /** What was asked of the services so far. */
  const fetches = () =>
    graph.metrics.registry.getSingleMetricAsString('fathom_gateway_fetch_duration_seconds');

  test('is told with the limit where it is too high, and nothing is done then', async () => {
    const before = await fetches();
    const words = ['a', ...Array.from({ length: 124 }, () => 'b')];
    const answer = await graph.query('query ($s: StyleInput!) { style(input: $s) }', { s: { words } });
    // The input object, the list and each of its words.
    expect(answer.errors?.[0]?.extensions).toMatchObject({ cost: 1 + 4 + 125 * 4, maxCost: 500 });
    const unsized = await graph.query('{ pages(first: 1, last: 1) { text } }');
    expect(unsized.errors?.[0]?.extensions).toMatchObject({
      code: 'SLICING_ARGUMENT_REQUIRED',
      field: 'Query.pages',
      slicingArguments: ['first', 'last'],
      given: 2,
    });
    expect(await fetches()).toEqual(before);
  });

  test('of what is left out is not charged', async () => {
    const query =
      'query ($on: Boolean!) { pages(first: 400) { text } ... @include(if: $on) { more: pages(last: 400) { text } } }';
    expect((await graph.query(query, { on: true })).errors?.[0]?.extensions).toMatchObject({ cost: 800 });
    expect((await graph.query(query, { on: false })).data?.['pages']).toHaveLength(400);
  });
});
