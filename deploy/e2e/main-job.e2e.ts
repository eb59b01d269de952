import { readOperation } from '@fathom/schema/operations';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { command, newHome, type Product, removeHome, startProduct } from './product.ts';

// The main job, as a newcomer does it, on one data folder: start, ask, follow an answer to its origin, teach, stop,
// start again. Tests stand in the order in which they are lived.
let home: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

const services = [
  'inference',
  'deep-learning',
  'training',
  'fine-tuning',
  'features',
  'monitoring',
  'gateway',
];

function request(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  return product.client.request<Answer, Record<string, unknown>>(query, variables);
}

async function post(
  body: unknown,
  headers: Record<string, string> = { 'x-api-key': product.adminKey },
): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

async function askToTheEnd(
  question: string,
): Promise<{ text: string; id: string; events: readonly Answer[] }> {
  const events: Answer[] = [];
  for await (const { ask } of product.client.stream<{ ask: Answer }, Answer>(readOperation('ask'), {
    input: { question },
  }))
    events.push(ask);
  const text = events.map((event) => (event.__typename === 'TokenGenerated' ? event.text : '')).join('');
  return { text, id: events[0].generation.id, events };
}

describe('starting', () => {
  test('the banner names every service, every way in, every implementation and, once, the admin key', () => {
    const banner = product.output();
    for (const service of services) expect(banner).toMatch(new RegExp(`✓ ${service} +[\\d,]+ ms`));
    expect(banner).toContain(`${product.url}/graphql`);
    expect(banner).toContain('graphql-transport-ws');
    expect(banner).toMatch(/Database +PostgreSQL 18\S* /);
    expect(banner).toMatch(/Broker +embedded/);
    expect(banner).toMatch(/Cache +in-process/);
    expect(banner).toMatch(/cpu-0/);
    expect(banner).toContain(product.adminKey);
  });

  test('health and metrics answer without a key, and the console is served', async () => {
    expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${product.url}/livez`)).status).toBe(200);
    expect(await (await fetch(`${product.url}/metrics`)).text()).toContain('fathom_graphql_operations_total');
    const page = await fetch(`${product.url}/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toContain('<title>Fathom console</title>');
  });
});

describe('asking', () => {
  test('`npm run ask` prints the answer alone to stdout and one line of provenance to stderr', async () => {
    const { code, stdout, stderr } = await command(
      ['npm', 'run', '--silent', 'ask', '--', 'What is the capital of France?'],
      product,
    );
    expect(stderr).toMatch(
      /— INFERENCE \((CONFIDENT|CACHE_HIT)\) · score [\d.]+, bound [\d.]+ · model fathom-facts@\d+/,
    );
    expect(stdout).toMatch(/^[^\n]*Paris[^\n]*\n$/);
    expect(code).toBe(0);
  });

  test('a question can come by standard input', async () => {
    const { code, stdout } = await command(['npm', 'run', '--silent', 'ask'], {
      ...product,
      input: 'What is the capital of Italy?\n',
    });
    expect(stdout).toContain('Rome');
    expect(code).toBe(0);
  });

  test('any graphql-ws client gets the stream: gapless, token by token, ending by itself', async () => {
    const client = createClient({
      url: `${product.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { apiKey: product.adminKey },
    });
    const events: Answer[] = [];
    for await (const { data, errors } of client.iterate<{ ask: Answer }>({
      query: readOperation('ask'),
      variables: { input: { question: 'What is the capital of Spain?', useCache: false } },
    })) {
      expect(errors).toBeUndefined();
      events.push(data?.ask);
    }
    await client.dispose();
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events[0].__typename).toBe('GenerationStarted');
    expect(events[1]).toMatchObject({
      __typename: 'GenerationRouted',
      service: 'INFERENCE',
      reason: 'CONFIDENT',
    });
    expect(events.filter(({ __typename }) => __typename === 'TokenGenerated').length).toBeGreaterThan(3);
    expect(events.map(({ text }) => text ?? '').join('')).toContain('Madrid');
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', finishReason: 'STOP' });
  });

  test('server-sent events carry the same', async () => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${product.adminKey}`,
      },
      body: JSON.stringify({
        query:
          'subscription { ask(input: { question: "What is the capital of Spain?" }) { ... on TokenGenerated { text } } }',
      }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const body = await response.text();
    const texts = [...body.matchAll(/^data: (\{.*\})$/gm)].map(
      ([, json]) => JSON.parse(json as string).data.ask.text ?? '',
    );
    expect(texts.join('')).toContain('Madrid');
    expect(body).toMatch(/event: complete/);
  });

  test('the same question again is answered from the cache, and says so', async () => {
    await askToTheEnd('What is the capital of Portugal?');
    const { events, text } = await askToTheEnd('what is the capital of portugal');
    expect(events[1].reason).toBe('CACHE_HIT');
    expect(text).toContain('Lisbon');
  });
});

describe('provenance', () => {
  test('one federated query leads from an answer to its model, the run that trained it, its data, and its device', async () => {
    const { id, text } = await askToTheEnd('What is the capital of Norway?');
    const { generation } = await request(readOperation('generation-provenance'), { id });
    expect(generation).toMatchObject({ id, text, status: 'COMPLETED', service: 'INFERENCE' });
    expect(generation.score).toBeGreaterThanOrEqual(generation.bound);
    expect(generation.modelVersion).toMatchObject({
      id: 'fathom-facts@1',
      kind: 'FULL',
      aliases: ['champion'],
    });
    const { trainingRun } = generation.modelVersion;
    expect(trainingRun.status).toBe('COMPLETED');
    expect(trainingRun.lossCurve.length).toBeGreaterThan(10);
    expect(trainingRun.lossCurve.at(-1).loss).toBeLessThan(trainingRun.lossCurve[0].loss / 10);
    expect(trainingRun.dataSet.exampleCount).toBeGreaterThan(1000);
    expect(trainingRun.featureView).toBeNull();
    expect(generation.device).toMatchObject({ id: 'cpu-0', kind: 'CPU', status: 'READY' });
    expect(generation.modelVersion.evaluations.length).toBeGreaterThan(0);
    expect(generation.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('health of the device and of the version is there once monitoring has looked', async () => {
    const { id } = await askToTheEnd('What is the capital of Sweden?');
    await expect
      .poll(
        async () =>
          (await request(readOperation('generation-provenance'), { id })).generation.device?.health.status,
        { timeout: 30_000, interval: 500 },
      )
      .toBe('HEALTHY');
  });
});

describe('the unknown', () => {
  const question = 'When does the Lisbon office of Fathom open?';

  test('is not answered with a guess: deep-learning abstains and says why', async () => {
    const { events } = await askToTheEnd(question);
    expect(events[1]).toMatchObject({ service: 'DEEP_LEARNING' });
    expect(['LOW_CONFIDENCE', 'OUT_OF_SCOPE']).toContain(events[1].reason);
    expect(events.at(-1)).toMatchObject({ finishReason: 'ABSTAINED' });
  });

  test('is counted as unknown', async () => {
    await expect
      .poll(
        async () =>
          (await request('{ unknownQuestions { edges { node { question } } } }')).unknownQuestions.edges.map(
            ({ node }: Answer) => node.question,
          ),
        { timeout: 20_000 },
      )
      .toContain(question);
  });

  test('becomes known by teaching, also in other words, with its evidence', async () => {
    const { teach } = await request(readOperation('teach'), {
      input: { question, answer: 'It opens at nine.' },
    });
    expect(teach.__typename).toBe('Knowledge');
    const again = await askToTheEnd('what time does the lisbon office of fathom open');
    expect(again.text).toBe('It opens at nine.');
    const { generation } = await request(readOperation('generation-provenance'), { id: again.id });
    expect(generation).toMatchObject({
      service: 'DEEP_LEARNING',
      evidence: [{ knowledge: { id: teach.id, answer: 'It opens at nine.' } }],
    });
  });
});

describe('cancelling', () => {
  const long =
    'subscription ($input: GenerateInput!) { generate(input: $input) { __typename generation { id } ... on TokenGenerated { text } } }';

  test('unsubscribing cancels on the server', async () => {
    const events = product.client.stream<{ generate: Answer }, Answer>(long, {
      input: { prompt: 'Tell me about', raw: true, maxTokens: 200, temperature: 1, seed: 7 },
    });
    const { value } = await events.next();
    await events.return?.();
    const { id } = value.generate.generation;
    await expect
      .poll(
        async () =>
          (await request('query ($id: ID!) { generation(id: $id) { status } }', { id })).generation.status,
        { timeout: 20_000 },
      )
      .toMatch(/CANCELLED|COMPLETED/);
  });
});

describe('bad input', () => {
  test.each([
    ['an unknown field', { query: '{ nonsense }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no GraphQL at all', { query: '{ {' }, 'GRAPHQL_PARSE_FAILED'],
    [
      'malformed variables',
      { query: 'query ($id: ID!) { generation(id: $id) { id } }', variables: { id: { a: 1 } } },
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is too deep',
      {
        query: `{ models { edges { node { versions { ${'parent { '.repeat(30)} id ${'} '.repeat(30)} } } } } }`,
      },
      'OPERATION_TOO_DEEP',
    ],
    [
      'an operation that costs too much',
      {
        query:
          '{ models(first: 100) { edges { node { versions(first: 100) { generations(first: 100) { tokens { text } } } } } } }',
      },
      'OPERATION_TOO_COSTLY',
    ],
  ])('%s has a typed error', async (_, body, code) => {
    const { answer } = await post(body);
    expect(answer.errors[0].extensions.code).toBe(code);
  });

  test('a missing, a wrong and a revoked key are told apart', async () => {
    const query = { query: '{ viewer { subject } }' };
    expect((await post(query, {})).answer.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    const wrong = await post(query, { 'x-api-key': 'fth_wrong_key' });
    expect(wrong.status).toBe(401);
    expect(wrong.answer.errors[0].extensions.code).toBe('UNAUTHENTICATED');

    const { createApiKey } = await request(
      'mutation { createApiKey(input: { name: "short-lived" }) { ... on ApiKeyCreated { secret apiKey { id } } } }',
    );
    const headers = { 'x-api-key': createApiKey.secret };
    expect((await post(query, headers)).answer.data.viewer.subject).toBe(`key:${createApiKey.apiKey.id}`);
    await request('mutation ($id: ID!) { revokeApiKey(id: $id) { __typename } }', {
      id: createApiKey.apiKey.id,
    });
    await expect
      .poll(async () => (await post(query, headers)).answer.errors?.[0].extensions.code)
      .toBe('KEY_REVOKED');
  });

  test.each([
    ['an empty question', { question: '  ' }, 'InvalidInput'],
    ['a question of 9,000 characters', { question: 'x'.repeat(9_000) }, 'InvalidInput'],
    ['an unknown model', { question: 'x', model: 'gpt-99' }, 'UnknownModel'],
  ])('%s is refused as a member of the result', async (_, input, typename) => {
    const { ask } = await request(
      'mutation ($input: AskInput!) { ask(input: $input) { __typename ... on InvalidInput { message field } ... on UnknownModel { available } } }',
      { input },
    );
    expect(ask.__typename).toBe(typename);
  });

  test('a prompt of 1 MB is refused before it costs anything', async () => {
    const { status, answer } = await post({
      query: 'mutation ($input: AskInput!) { ask(input: $input) { __typename } }',
      variables: { input: { question: 'x'.repeat(2 ** 20) } },
    });
    expect(status).toBe(413);
    expect(answer.errors[0].extensions.code).toBe('PAYLOAD_TOO_LARGE');
  });
});

describe('stopping and starting again', () => {
  test('Ctrl-C stops everything, and the next start has every answer, every teaching and the same key', async () => {
    const { id, text } = await askToTheEnd('What is the capital of Kenya?');
    const pids = await Promise.all(services.map((service) => product.pidOf(service)));
    const { adminKey } = product;
    expect(await product.stop()).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid as number, 0)).toThrow();

    product = await startProduct({ home });
    expect(product.adminKey).toBe(adminKey);
    expect(product.output()).not.toContain(adminKey);
    const { generation } = await request('query ($id: ID!) { generation(id: $id) { text status } }', { id });
    expect(generation).toEqual({ text, status: 'COMPLETED' });
    expect((await askToTheEnd('When does the Lisbon office of Fathom open?')).text).toBe('It opens at nine.');
  });
});
