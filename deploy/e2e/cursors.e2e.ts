import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FathomError } from '@fathom/gateway/client';
import { encodeCursor, type KeyPart } from '@fathom/platform/cursor';
import { Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Product, removeHome, root, startProduct } from './product.ts';
import { call, populate, type Tenant } from './tenant.ts';

/*
 * Cursors that no page gave out, and those of another tenant, against every field of the product that takes one.
 *
 * `rival` makes its rows first, then `acme`, with names before `rival`'s and more of what is counted: so behind any cursor of
 * `acme` lie all rows of `rival`, and a list that let the cursor decide whose rows it shows would show others.
 */
interface List {
  readonly key: readonly KeyPart[];
  /** The list behind `$after`, as `list`. */
  readonly query: string;
}

const pages = (field: string, node: string, args = '') =>
  `query ($after: String) { list: ${field}(first: 50, after: $after${args}) { edges { cursor node { ${node} } } } }`;

const lists: Readonly<Record<string, List>> = {
  'Query.alerts': { key: ['moment', 'text'], query: pages('alerts', 'id') },
  'Query.apiKeys': { key: ['moment', 'text'], query: pages('apiKeys', 'id') },
  'Query.auditEvents': { key: ['moment', 'uuid'], query: pages('auditEvents', 'id') },
  'Query.dataSets': { key: ['moment', 'text'], query: pages('dataSets', 'id') },
  'Query.evaluationSuites': { key: ['moment', 'text'], query: pages('evaluationSuites', 'id') },
  'Query.featureViews': { key: ['text'], query: pages('featureViews', 'id: name') },
  'Query.fineTuningJobs': { key: ['moment', 'text'], query: pages('fineTuningJobs', 'id') },
  'Query.generations': { key: ['moment', 'text'], query: pages('generations', 'id') },
  'Query.models': { key: ['text'], query: pages('models', 'id: name') },
  'Query.taughtKnowledge': { key: ['moment', 'text'], query: pages('taughtKnowledge', 'id') },
  'Query.trainingRuns': { key: ['moment', 'text'], query: pages('trainingRuns', 'id') },
  'Query.unknownQuestions': { key: ['integer', 'text'], query: pages('unknownQuestions', 'id') },
};
/** Alerts are the platform's, not a tenant's. */
const ofTenants = Object.entries(lists).filter(([field]) => field !== 'Query.alerts');

const examples = `query ($id: ID!, $after: String) { dataSet(id: $id) {
  examples(first: 50, after: $after) { edges { cursor node { completion } } } } }`;

/** Streams of something: `$id` says of what; `ask` and `generate` know it by the cursor. */
const streams: Readonly<Record<string, string>> = {
  'Subscription.alertFired': 'subscription ($after: String) { alertFired(after: $after) { cursor } }',
  'Subscription.ask':
    'subscription ($after: String) { ask(input: { question: "What?" }, after: $after) { cursor } }',
  'Subscription.fineTuningJobProgressed':
    'subscription ($id: ID!, $after: String) { fineTuningJobProgressed(id: $id, after: $after) { cursor } }',
  'Subscription.generate':
    'subscription ($after: String) { generate(input: { prompt: "What?" }, after: $after) { cursor } }',
  'Subscription.generationEvents':
    'subscription ($id: ID!, $after: String) { generationEvents(id: $id, after: $after) { cursor } }',
  'Subscription.trainingRunProgressed':
    'subscription ($id: ID!, $after: String) { trainingRunProgressed(id: $id, after: $after) { cursor } }',
};

/** What no key of this kind has; each is written into an otherwise good key. */
const forged: Readonly<Record<KeyPart, readonly string[]>> = {
  text: ['\0'],
  moment: [
    '',
    'x',
    '-infinity',
    '2024-13-01T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
  ],
  uuid: ['', 'x', "'"],
  integer: ['', '-1', '1.5', '1e99', '2147483648', 'NaN'],
  offset: ['', '-1', '1.5', '9'.repeat(40)],
};
const good: Readonly<Record<KeyPart, string>> = {
  text: 'x',
  moment: '2024-01-01T00:00:00.000Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  integer: '1',
  offset: '0',
};

function forgedCursors(key: readonly KeyPart[]): readonly string[] {
  const parts = key.map((kind) => good[kind]);
  return [
    '',
    '%',
    'eyJ',
    encodeCursor([]),
    encodeCursor([...parts, 'more']),
    Buffer.from(JSON.stringify(parts.map(Number))).toString('base64url'),
    Buffer.from(JSON.stringify({ ...parts, length: parts.length })).toString('base64url'),
    ...key.flatMap((kind, place) => forged[kind].map((part) => encodeCursor(parts.with(place, part)))),
  ];
}

let home: string;
let product: Product;
let rival: Tenant;
let acme: Tenant;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
  rival = await populate(product, 'rival', { timesAsked: 1 });
  acme = await populate(product, 'acme', { timesAsked: 2 });
});
afterAll(async () => {
  await rival?.client.close();
  await acme?.client.close();
  await product?.stop();
  await removeHome(home);
});

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string };
}

async function edgesOf(
  { client }: Tenant,
  { query }: List,
  after: string | null = null,
): Promise<readonly Edge[]> {
  return (await call(client, query, { after })).list.edges;
}

function fieldsWithCursor({ name, fields = [] }: ObjectTypeDefinitionNode): readonly string[] {
  const takesCursor = fields.filter(({ arguments: args = [] }) =>
    args.some((arg) => arg.name.value === 'after'),
  );
  return takesCursor.map((field) => `${name.value}.${field.name.value}`);
}

/** Of a failed expectation. */
const describeCursor = (after: string) =>
  `behind ${JSON.stringify(Buffer.from(after, 'base64url').toString())}`;

const streamOf = (field: string) => streams[`Subscription.${field}`] ?? '';

const idsOf = (edges: readonly Edge[]) => edges.map(({ node }) => node.id);

/** The code that ends the stream before its first event. */
async function refusalOf({ client }: Tenant, subscription: string, variables: object): Promise<string> {
  const events = client.stream<object, Record<string, unknown>>(subscription, { ...variables });
  try {
    const { value } = await events.next();
    return `an event: ${JSON.stringify(value)}`;
  } catch (error) {
    return (error as FathomError).code;
  } finally {
    await events.return?.();
  }
}

test('every field of the schema that takes a cursor is tried here', () => {
  const folder = join(root, 'schema', 'subgraphs');
  const fields = readdirSync(folder).flatMap((file) =>
    parse(readFileSync(join(folder, file), 'utf8')).definitions.flatMap((type) =>
      type.kind === Kind.OBJECT_TYPE_DEFINITION ? fieldsWithCursor(type) : [],
    ),
  );
  expect(fields.sort()).toEqual([...Object.keys(lists), ...Object.keys(streams), 'DataSet.examples'].sort());
});

describe('a cursor that no page gave out is refused as one', () => {
  const badCursor = { code: 'BAD_USER_INPUT', extensions: { field: 'after' } };

  test.each(Object.entries(lists))('%s', async (_, list) => {
    for (const after of forgedCursors(list.key))
      await expect(edgesOf(acme, list, after), describeCursor(after)).rejects.toMatchObject(badCursor);
  });

  test('DataSet.examples', async () => {
    // The second begins within an example, the third behind the last.
    for (const after of [...forgedCursors(['offset']), encodeCursor(['3']), encodeCursor(['5000000000'])])
      await expect(
        call(acme.client, examples, { id: acme.dataSetId, after }),
        describeCursor(after),
      ).rejects.toMatchObject(badCursor);
  });

  test.each(['ask', 'generate', 'generationEvents'])('Subscription.%s', async (field) => {
    const id = acme.generationId;
    const places = [
      '',
      ':1',
      `${id}:`,
      `${id}:0`,
      `${id}:-1`,
      `${id}:1e1`,
      `${id}:999999999`,
      `${id}:9999999999`,
      `${id}:1:1`,
    ];
    for (const after of ['', '%', ...places.map((place) => Buffer.from(place).toString('base64url'))])
      expect([after, await refusalOf(acme, streamOf(field), { id, after })]).toEqual([
        after,
        'INVALID_CURSOR',
      ]);
  });

  test.each([
    ['trainingRunProgressed', () => acme.runId],
    ['fineTuningJobProgressed', () => acme.jobId],
  ])('Subscription.%s', async (field, idOf) => {
    const id = idOf();
    const others = [
      encodeCursor(['', '1']),
      encodeCursor([rival.runId, '1']),
      encodeCursor([rival.jobId, '1']),
    ];
    const badPlaces = forged.integer.map((part) => encodeCursor([id, part]));
    for (const after of [...forgedCursors(['text', 'integer']), ...others, ...badPlaces])
      expect([after, await refusalOf(acme, streamOf(field), { id, after })]).toEqual([
        after,
        'BAD_USER_INPUT',
      ]);
  });

  test('Subscription.alertFired', async () => {
    for (const after of forgedCursors(['integer']))
      expect([after, await refusalOf(acme, streamOf('alertFired'), { after })]).toEqual([
        after,
        'BAD_USER_INPUT',
      ]);
  });
});

describe("behind another tenant's cursor lies nothing of that tenant", () => {
  test.each(ofTenants)('%s', async (_, list) => {
    const [theirs, own] = await Promise.all([edgesOf(acme, list), edgesOf(rival, list)]);
    // What both see is the platform's.
    const shared = idsOf(own).filter((id) => idsOf(theirs).includes(id));
    expect(own.length).toBeGreaterThan(shared.length);
    const secret = theirs.filter(({ node }) => !shared.includes(node.id));
    expect(secret).not.toEqual([]);
    for (const { cursor } of secret) expect(idsOf(await edgesOf(rival, list, cursor))).toEqual(idsOf(own));
  });

  test('DataSet.examples', async () => {
    const contentOf = async ({ client }: Tenant, id: string, after: string | null = null) =>
      (await call(client, examples, { id, after })).dataSet?.examples.edges as
        | readonly { readonly cursor: string; readonly node: { readonly completion: string } }[]
        | undefined;
    const theirs = (await contentOf(acme, acme.dataSetId)) ?? [];
    expect(theirs.map(({ node }) => node.completion)).toEqual(['acme one', 'acme two', 'acme six']);
    for (const { cursor } of theirs) expect(await contentOf(rival, acme.dataSetId, cursor)).toBeUndefined();
    // A place in one file may be none in another.
    await expect(contentOf(rival, rival.dataSetId, theirs[0]?.cursor)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test.each([
    ['ask', 'generationId', 'NOT_FOUND'],
    ['generate', 'generationId', 'NOT_FOUND'],
    ['generationEvents', 'generationId', 'INVALID_CURSOR'],
    ['trainingRunProgressed', 'runId', 'BAD_USER_INPUT'],
    ['fineTuningJobProgressed', 'jobId', 'BAD_USER_INPUT'],
  ] as const)('Subscription.%s', async (field, whose, asOwn) => {
    const from = field === 'ask' || field === 'generate' ? 'generationEvents' : field;
    const events = acme.client.stream<Record<string, { cursor: string }>, Record<string, unknown>>(
      streamOf(from),
      {
        id: acme[whose],
      },
    );
    const first = await events.next();
    await events.return?.();
    const after: string = first.value[from].cursor;
    expect(
      await refusalOf(rival, streamOf(field), { id: acme[whose], after: field === from ? null : after }),
    ).toBe('NOT_FOUND');
    expect(await refusalOf(rival, streamOf(field), { id: acme[whose], after })).toBe('NOT_FOUND');
    // Its own stream behind a place in another's.
    expect(await refusalOf(rival, streamOf(field), { id: rival[whose], after })).toBe(asOwn);
  });

  test('the pages of the OpenAI API', async () => {
    const page = async (path: string) => {
      const response = await fetch(new URL(path, product.url), { headers: { 'x-api-key': rival.apiKey } });
      return { status: response.status, body: (await response.json()) as object };
    };
    for (const path of [`files?after=file-${acme.dataSetId}`, `fine_tuning/jobs?after=${acme.jobId}`])
      expect(await page(`/v1/${path}`)).toEqual({
        status: 404,
        body: { error: expect.objectContaining({ code: 'NOT_FOUND', param: 'after' }) },
      });
    for (const path of [`files/file-${acme.dataSetId}`, `fine_tuning/jobs/${acme.jobId}/events`])
      expect((await page(`/v1/${path}`)).status).toBe(404);
  });
});
