/** A tenant of the product with at least one row in each of its lists. */
import { createFathomClient, type FathomClient } from '@fathom/gateway/client';
import { expect, vi } from 'vitest';
import type { Product } from './product.ts';

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

export interface Tenant {
  readonly apiKey: string;
  /** As its administrator. Close it. */
  readonly client: FathomClient;
  readonly dataSetId: string;
  readonly generationId: string;
  readonly runId: string;
  readonly jobId: string;
}

export function call(client: FathomClient, document: string, variables: object = {}): Promise<Answer> {
  return client.request<Answer, Record<string, unknown>>(document, { ...variables });
}

/** Everything is called by the tenant's name. `timesAsked` is how often it asks the question that nobody can answer. */
export async function populate(
  product: Product,
  name: string,
  { timesAsked }: { readonly timesAsked: number },
): Promise<Tenant> {
  const { createApiKey } = await call(
    product.client,
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on ApiKeyCreated { secret } } }`,
    { input: { name, tenant: name, roles: ['admin'] } },
  );
  const client = createFathomClient({ url: product.url, apiKey: createApiKey.secret });

  /** The id of what the mutation made. */
  async function make(field: string, type: string, input: object): Promise<string> {
    const inputType = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    const { made } = await call(
      client,
      `mutation ($input: ${inputType}!) { made: ${field}(input: $input) { __typename ... on ${type} { id } } }`,
      { input },
    );
    if (made.__typename !== type) throw new Error(`${field} of ${name} became ${JSON.stringify(made)}`);
    return made.id;
  }

  await make('teach', 'Knowledge', { question: `Who leads ${name}?`, answer: `Nobody leads ${name}.` });
  await make('defineFeatureEntity', 'FeatureEntity', { name: `${name}_thing`, description: 'A thing.' });
  await make('defineFeatureView', 'FeatureView', {
    name: `${name}_view`,
    entity: `${name}_thing`,
    description: 'How large it is.',
    features: [{ name: 'size', type: 'INTEGER' }],
  });
  const words = ['one', 'two', 'six'];
  const dataSetId = await make('createDataSet', 'DataSet', {
    name: `${name}-data`,
    format: 'JSONL',
    content: words
      .map((word) => JSON.stringify({ prompt: 'Say.', completion: `${name} ${word}` }))
      .join('\n'),
  });
  await make('createEvaluationSuite', 'EvaluationSuite', {
    name: `${name}-suite`,
    dataSetId,
    scoring: 'LOSS',
  });
  const runId = await make('startTrainingRun', 'TrainingRun', { modelName: `${name}-model`, dataSetId });
  await call(client, 'mutation ($id: ID!) { cancelTrainingRun(id: $id) { __typename } }', { id: runId });
  const tuned = { baseVersionId: 'fathom-facts@1', modelName: `${name}-tuned`, dataSetId };
  const jobId = await make('startFineTuningJob', 'FineTuningJob', tuned);
  await call(client, 'mutation ($id: ID!) { cancelFineTuningJob(id: $id) { __typename } }', { id: jobId });
  const question = { question: 'Who founded the Gildenwick?', useCache: false };
  const asked: string[] = [];
  while (asked.length < timesAsked) asked.push(await make('ask', 'Generation', question));
  // What the mutations announce arrives behind them.
  await vi.waitFor(
    async () => {
      const { unknownQuestions, auditEvents } = await call(
        client,
        '{ unknownQuestions { edges { node { timesAsked } } } auditEvents { edges { node { fields } } } }',
      );
      expect(unknownQuestions.edges).toEqual([{ node: { timesAsked } }]);
      const asks = auditEvents.edges.filter(({ node }: Answer) => node.fields.includes('ask'));
      expect(asks).toHaveLength(timesAsked);
    },
    { timeout: 60_000, interval: 100 },
  );
  return { apiKey: createApiKey.secret, client, dataSetId, generationId: asked[0] ?? '', runId, jobId };
}
