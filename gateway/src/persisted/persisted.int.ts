/** Operations by hash, and the safelist, over HTTP and WebSocket. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashed = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } },
});
const served = readFileSync(
  new URL('../../../schema/operations/served-models.graphql', import.meta.url),
  'utf8',
);

describe('an operation by its hash', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startTestGraph();
  });
  afterAll(() => graph.close());

  test('is unknown until its text came with it once, then does without, by POST, GET and WebSocket', async () => {
    const query = '{ message(topic: "persisted") { text } }';
    const unknown = await graph.post(hashed(query));
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
    ]);
    const data = { message: { text: 'persisted' } };
    expect(await (await graph.post({ query, ...hashed(query) })).json()).toEqual({ data });
    expect(await (await graph.post(hashed(query))).json()).toEqual({ data });
    const search = new URLSearchParams({ extensions: JSON.stringify(hashed(query).extensions) });
    const got = await fetch(`${graph.url}/graphql?${search}`, { headers: { 'x-api-key': graph.key } });
    expect(await got.json()).toEqual({ data });
    for await (const result of graph.client().iterate({ query: '', ...hashed(query) }))
      expect(result).toEqual({ data });
  });

  test('is not remembered under a hash that is not its own', async () => {
    const wrong = await graph.post({ query: '{ whoami }', ...hashed('{ trace }') });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
    expect((await graph.post(hashed('{ trace }'))).status).toBe(404);
    for (const persistedQuery of [
      {},
      { version: 2, sha256Hash: sha256('') },
      { version: 1, sha256Hash: 'x' },
      7,
    ])
      expect((await graph.post({ extensions: { persistedQuery } })).status).toBe(400);
  });
});

describe('the safelist', () => {
  let graph: InferenceGraph;
  beforeAll(async () => {
    graph = await startInferenceGraph({ safelist: 'enforce' });
  });
  afterAll(() => graph.close());

  test('admits the checked-in operations, however they are laid out, with what client libraries add, or by hash', async () => {
    const compact = print(parse(served)).replace(/\s+/g, ' ');
    const withTypeNames = served.replace('status', 'status __typename');
    for (const body of [{ query: served }, { query: compact }, { query: withTypeNames }, hashed(served)])
      expect((await (await graph.post(body)).json()) as object).not.toHaveProperty('errors');
  });

  test('refuses everything else, and answers introspection as far as it is open', async () => {
    const refused = await graph.post({ query: '{ devices { id } }' });
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'OPERATION_NOT_LISTED' } }] },
    ]);
    expect((await graph.post({ query: served.replace('status', 'id') })).status).toBe(403);
    expect((await graph.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('that is only logged admits all and tells by their hash which would be refused', async () => {
    const logging = await startInferenceGraph({ safelist: 'log' });
    const query = '{ deployments { id } }';
    expect((await logging.query(query)).errors).toBeUndefined();
    expect(logging.warnings.join()).toContain(sha256(query));
    expect(await (await fetch(`${logging.url}/metrics`)).text()).toMatch(
      /fathom_gateway_unlisted_operations_total\S* 1/,
    );
    await logging.close();
  });
});
