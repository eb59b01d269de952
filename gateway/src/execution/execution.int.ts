/** The executor behind the gateway's door: plans that are shown, plans that outlive a reload, services that are lost. */
import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  chatSdl,
  composeTestSupergraph,
  type GraphQLAnswer,
  peopleSdl,
  startTestGraph,
  type TestGraph,
} from '../../test/test-graph.ts';
import { defaultSettings, type GatewaySettings } from '../settings.ts';

let graph: TestGraph | undefined;
afterEach(async () => {
  await graph?.close();
  graph = undefined;
});

async function start(settings: Partial<GatewaySettings> = {}): Promise<TestGraph> {
  graph = await startTestGraph(settings);
  return graph;
}

const federated = '{ message(topic: "t") { text author { name } } }';

async function plansOf({ metrics }: TestGraph): Promise<Readonly<Record<string, number>>> {
  const { values } = await metrics.counter({ name: 'fathom_gateway_plans_total', help: '' }).get();
  return Object.fromEntries(
    values.map(({ labels, value }) => [String((labels as { outcome?: string }).outcome), value]),
  );
}

describe('a plan', () => {
  test('is made once for an operation, however often it is sent', async () => {
    const running = await start();
    for (let index = 0; index < 3; index += 1) await running.query(federated);
    expect(await plansOf(running)).toEqual({ planned: 1, reused: 2 });
  });

  test('is there already when a new supergraph comes into service', async () => {
    const running = await start();
    const { query, gateway, supergraphFile } = running;
    await query(federated);
    await query('{ whoami }');
    const wider = `${peopleSdl} extend type Person { nickname: String }`;
    await writeFile(supergraphFile, composeTestSupergraph({ chat: chatSdl, people: wider }));
    expect(await gateway.supergraph.reload()).toMatch(/reloaded|unchanged/);
    const { planned } = await plansOf(running);
    expect(planned).toBe(4);
    expect((await query(federated)).data).toEqual({ message: { text: 't', author: { name: 'Ada' } } });
    expect(await plansOf(running)).toMatchObject({ planned });
  });

  test('is shown to whoever may see it, and to nobody who did not ask', async () => {
    const { post, issueKey } = await start({ queryPlans: 'admins' });
    const ask = async (headers: Record<string, string>) =>
      (await (await post({ query: federated }, headers)).json()) as GraphQLAnswer;
    const shown = await ask({ 'x-include-query-plan': 'true' });
    expect(shown.extensions?.['queryPlan']).toMatchObject({
      text: expect.stringContaining('Fetch(service: "people")'),
      node: { kind: 'Sequence' },
    });
    expect((await ask({})).extensions).toBeUndefined();
    const { key } = await issueKey({ roles: ['user'] });
    expect((await ask({ 'x-include-query-plan': 'true', 'x-api-key': key })).extensions).toBeUndefined();
  });

  test('is shown to everyone outside production', async () => {
    const { post, issueKey } = await start({ queryPlans: 'everyone' });
    const { key } = await issueKey({ roles: ['user'] });
    const response = await post({ query: federated }, { 'x-include-query-plan': 'true', 'x-api-key': key });
    expect(await response.json()).toMatchObject({
      extensions: { queryPlan: { node: { kind: 'Sequence' } } },
    });
  });
});

describe('an answer', () => {
  test('has everything but what a lost service would have brought, and says where that is missing', async () => {
    const { query, peopleServer } = await start({ fetches: { ...defaultSettings.fetches, maxRetries: 0 } });
    await query(federated);
    await peopleServer.close();
    const { data, errors } = await query(
      '{ whoami person(id: "ada") { name } message(topic: "t") { text author { id } } }',
    );
    expect(data).toMatchObject({ person: null, message: { text: 't', author: { id: 'ada' } } });
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['person'],
        extensions: expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE', serviceName: 'people' }),
      }),
    ]);
  });

  test('of the stock executor is the same', async () => {
    const { query } = await start({ executor: 'apollo' });
    expect(await query(federated)).toEqual({ data: { message: { text: 't', author: { name: 'Ada' } } } });
    const refused = await query('{ failing { text } }');
    expect(refused.errors?.[0]).toMatchObject({ path: ['failing'], extensions: { code: 'TEAPOT' } });
  });

  test('comes in the form that the client accepts, or not at all', async () => {
    const { post } = await start();
    const typeFor = async (accept: string) => {
      const response = await post({ query: '{ whoami }' }, { accept });
      await response.body?.cancel();
      return [response.status, response.headers.get('content-type')?.split(';')[0]];
    };
    expect(await typeFor('*/*')).toEqual([200, 'application/json']);
    expect(await typeFor('application/graphql-response+json, application/json;q=0.9')).toEqual([
      200,
      'application/graphql-response+json',
    ]);
    expect(await typeFor('text/html')).toEqual([406, 'application/json']);
  });

  test('is refused to a page of another origin, which can send no header of ours', async () => {
    const { url, key } = await start();
    const ask = (headers: Record<string, string>) => fetch(`${url}/graphql?query={__typename}`, { headers });
    expect((await ask({})).status).toBe(400);
    expect((await ask({ 'x-api-key': key })).status).toBe(200);
  });
});
