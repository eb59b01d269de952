/**
 * OWASP's GraphQL cheat sheet, item by item under its own headings (https://cheatsheetseries.owasp.org), against a gateway that
 * is started as the product starts it, with two services behind it that say who asked them for what. What attacks below GraphQL
 * (bytes, sockets, forms) is in `http/bad-input.int.ts`.
 */
import { createDeferred } from '@fathom/platform/deferred';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from '../test/test-gateway.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@cost", "@listSize", "@requiresScopes"])`;

const bankSdl = /* GraphQL */ `
  ${link}
  type Query {
    account(id: ID!): Account
    accounts(first: Int): [Account!]! @listSize(slicingArguments: ["first"])
    statement(lines: Int!, currency: Currency = EUR): String
    slow: String
    report: String @cost(weight: 20000)
    broken: String
  }
  type Mutation {
    login(pin: String!): Boolean! @cost(weight: 400)
    close(id: ID!): Account @requiresScopes(scopes: [["bank:write"]])
    open(input: OpenInput!): String!
  }
  input OpenInput { title: String! deposit: Int! currency: Currency! }
  enum Currency { EUR USD }
  type Account @key(fields: "id") {
    id: ID!
    title: String!
    holder: Customer
    paidLast: Account
    limit: Int @requiresScopes(scopes: [["bank:audit"]])
  }
  type Customer @key(fields: "id", resolvable: false) { id: ID! }
`;
const customersSdl = /* GraphQL */ `
  ${link}
  type Query { customers: Int }
  type Customer @key(fields: "id") { id: ID! name: String }
`;

interface Account {
  readonly id: string;
  readonly tenant: string;
  readonly title: string;
  readonly holder: string;
  readonly paidLast: string;
}
/** Each has paid the other, so an edge leads from one tenant to another. */
const accounts: readonly Account[] = [
  { id: 'a1', tenant: 'test', title: 'Rent', holder: 'ada', paidLast: 'b1' },
  { id: 'b1', tenant: 'rival', title: 'Secrets', holder: 'bob', paidLast: 'a1' },
];
const customers = [
  { id: 'ada', tenant: 'test', name: 'Ada' },
  { id: 'bob', tenant: 'rival', name: 'Bob' },
];

const internals = 'password=hunter2 at /srv/bank/ledger.js:7';
const settings: Partial<GatewaySettings> = {
  introspection: 'off',
  maxBatchOperations: 5,
  maxAnswerBytes: 20_000,
  concurrency: { ...defaultSettings.concurrency, perCredential: 2 },
  fetches: { ...defaultSettings.fetches, queryTimeoutMs: 1_000 },
};

let bank: TestSubgraph;
let people: TestSubgraph;
let graph: TestGateway;
/** Whatever reached a service: fields with their arguments, and entities. */
let asked: unknown[] = [];
let left = createDeferred<string>();

beforeAll(async () => {
  const identity = await testIdentity();
  const ownAccount = (id: string, { identity: { tenant } }: RequestContext) =>
    accounts.find((account) => account.id === id && account.tenant === tenant) ?? null;
  const told =
    <Args extends object, Result>(field: string, of: (args: Args, context: RequestContext) => Result) =>
    (_: unknown, args: Args, context: RequestContext): Result => {
      asked.push({ [field]: { ...args } });
      return of(args, context);
    };
  bank = await startTestSubgraph({
    service: 'bank',
    identity,
    typeDefs: bankSdl,
    resolvers: {
      Query: {
        account: told('account', ({ id }: { id: string }, context) => ownAccount(id, context)),
        accounts: told('accounts', ({ first }: { first: number }) =>
          Array.from({ length: first }, () => accounts[0]),
        ),
        statement: told('statement', ({ lines }: { lines: number }) => 'line '.repeat(lines)),
        slow: told('slow', (_args, { signal }) => {
          signal.addEventListener('abort', () => left.resolve(String(signal.reason)), { once: true });
          return left.promise;
        }),
        report: told('report', () => 'all'),
        broken: told('broken', () => {
          throw new Error(internals);
        }),
      },
      Mutation: {
        login: told('login', () => false),
        close: told('close', ({ id }: { id: string }, context) => ownAccount(id, context)),
        open: told('open', ({ input }: { input: { title: string } }) => input.title),
      },
      Account: {
        __resolveReference: ({ id }: { id: string }, context: RequestContext) => ownAccount(id, context),
        holder: ({ holder }: Account) => ({ id: holder }),
        paidLast: ({ paidLast }: Account, _args: unknown, context: RequestContext) =>
          ownAccount(paidLast, context),
        limit: told('limit', () => 100),
      },
    },
  });
  people = await startTestSubgraph({
    service: 'customers',
    identity,
    typeDefs: customersSdl,
    resolvers: {
      Customer: {
        __resolveReference: ({ id }: { id: string }, { identity: { tenant } }: RequestContext) => {
          asked.push({ Customer: id });
          return customers.find((customer) => customer.id === id && customer.tenant === tenant) ?? null;
        },
      },
    },
  });
  graph = await startTestGateway({
    subgraphs: { bank: bankSdl, customers: customersSdl },
    urls: { bank: bank.url, customers: people.url },
    identity,
    settings,
  });
});
afterAll(async () => {
  await graph?.close();
  await Promise.all([bank?.close(), people?.close()]);
});
beforeEach(() => {
  asked = [];
  left = createDeferred();
});
afterEach(async () => {
  const { data } = await ask('{ account(id: "a1") { title } }');
  expect(data, 'the gateway goes on answering').toEqual({ account: { title: 'Rent' } });
});

interface Sent {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly key?: string;
}

async function ask(query: string, { variables = {}, key = graph.key }: Sent = {}): Promise<GraphQLAnswer> {
  return (await (await graph.post({ query, variables }, { 'x-api-key': key })).json()) as GraphQLAnswer;
}

const codesOf = ({ errors = [] }: GraphQLAnswer) => errors.map(({ extensions }) => extensions['code']);

/** The code, and that no service heard of it. */
async function refusalOf(query: string, sent?: Sent): Promise<unknown> {
  const answer = await ask(query, sent);
  expect(answer.data).toBeUndefined();
  expect(asked).toEqual([]);
  return codesOf(answer)[0];
}

const aliased = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

describe('Input Validation', () => {
  const open = 'mutation ($input: OpenInput!) { open(input: $input) }';
  const good = { title: 'Rent', deposit: 5, currency: 'EUR' };

  describe('General Practices', () => {
    test.each([
      ['a value that an enum does not have', { ...good, currency: 'DOGE' }],
      ['a number beyond 32 bits', { ...good, deposit: 2 ** 31 }],
      ['a fraction for a whole number', { ...good, deposit: 1.5 }],
      ['a text for a number', { ...good, deposit: '5' }],
      ['a list for a text', { ...good, title: ['Rent'] }],
      ['an object for a text', { ...good, title: { $ne: null } }],
      ['null where none may be', { ...good, title: null }],
      ['a field left out', { title: 'Rent', currency: 'EUR' }],
      ['a field that is not there', { ...good, isAdmin: true }],
      ['nothing', undefined],
    ])('%s is BAD_USER_INPUT, and no service is asked', async (_, input) => {
      expect(await refusalOf(open, { variables: { input } })).toBe('BAD_USER_INPUT');
    });

    test('a literal that does not fit is GRAPHQL_VALIDATION_FAILED', async () => {
      for (const literal of [
        '{ title: "x", deposit: "5", currency: EUR }',
        '{ title: "x", deposit: 5, currency: "EUR" }',
      ])
        expect(await refusalOf(`mutation { open(input: ${literal}) }`)).toBe('GRAPHQL_VALIDATION_FAILED');
    });
  });

  describe('Injection Prevention', () => {
    test.each([
      ['SQL', `x'; drop table account; --`],
      ['a template', '{{7*7}} #{7*7} <%= 7*7 %>'],
      ['a shell', '$(reboot); `reboot` | reboot'],
      ['a header', 'x\r\nset-cookie: admin=1'],
      ['GraphQL', '") { id } close(id: "a1") { id } account(id: "a1'],
      ['JSON', '"},"variables":{"input":{}},"x":"'],
      ['control characters', 'a\u0000b\u2028\u202e'],
    ])(
      '%s in a value reaches the service as the very text, and means nothing on the way',
      async (_, title) => {
        const { data } = await ask(open, { variables: { input: { ...good, title } } });
        expect(data).toEqual({ open: title });
        expect(asked).toEqual([{ open: { input: { ...good, title } } }]);
      },
    );
  });

  describe('Process Validation', () => {
    test('what cannot be read is refused by a code, without a word of how it was read', async () => {
      for (const [body, code] of [
        ['{"query":', 'BAD_USER_INPUT'],
        ['{"query":7}', 'BAD_REQUEST'],
        ['{"query":"{ account("}', 'GRAPHQL_PARSE_FAILED'],
      ]) {
        const response = await graph.post(body, {});
        const text = await response.text();
        expect([response.status, codesOf(JSON.parse(text))[0]]).toEqual([400, code]);
        expect(text).not.toMatch(/node_modules|\.ts:|\.js:|stack/);
      }
      expect(asked).toEqual([]);
    });
  });
});

describe('DoS Prevention', () => {
  describe('Query Limiting (Depth & Amount)', () => {
    const nested = (levels: number) =>
      `{ account(id: "a1") ${'{ paidLast '.repeat(levels)}{ id }${' }'.repeat(levels)} }`;

    test.each([
      ['nested 1,000 levels deep', nested(1_000), 'OPERATION_TOO_DEEP'],
      ['nested one level too deep', nested(defaultSettings.limits.maxDepth - 1), 'OPERATION_TOO_DEEP'],
      ['with a field repeated 2,000 times', `{ ${'slow '.repeat(2_000)} }`, 'OPERATION_TOO_LARGE'],
      ['with 1,000 directives', `{ slow ${'@skip(if: false) '.repeat(1_000)} }`, 'OPERATION_TOO_LARGE'],
      ['of more tokens than anyone writes', `{ slow(${'a:1 '.repeat(5_000)}) }`, 'OPERATION_TOO_LARGE'],
      [
        'of fragments that spread each other',
        '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'of fragments that double forty times',
        `{ ...F0 } ${Array.from({ length: 40 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} x${i}: slow ...F${i + 1} }`).join(' ')} fragment F40 on Query { slow }`,
        'OPERATION_TOO_LARGE',
      ],
      ['that asks for a million objects', '{ accounts(first: 1000000) { title } }', 'OPERATION_TOO_COSTLY'],
    ])('an operation %s is refused', async (_, query, code) => {
      expect(await refusalOf(query)).toBe(code);
    });

    test('what fits in depth and amount is answered up to a size, and what is beyond is null with ANSWER_TOO_LARGE', async () => {
      const answer = await ask('{ statement(lines: 10000) }');
      expect(answer.data).toEqual({ statement: null });
      expect(answer.errors).toMatchObject([
        { path: ['statement'], extensions: { code: 'ANSWER_TOO_LARGE', maxBytes: 20_000 } },
      ]);
    });
  });

  describe('Pagination', () => {
    test('a list that is asked for without a size is refused, and by its size it is weighed', async () => {
      expect(await refusalOf('{ accounts { title } }')).toBe('SLICING_ARGUMENT_REQUIRED');
      expect((await ask('{ accounts(first: 2) { title } }')).data).toEqual({
        accounts: [{ title: 'Rent' }, { title: 'Rent' }],
      });
    });
  });

  describe('Timeouts', () => {
    test('what takes too long is null with SUBGRAPH_TIMEOUT, what else was asked is answered, and the service is told to stop', async () => {
      const answer = await ask('{ slow }');
      expect(answer.data).toEqual({ slow: null });
      expect(answer.errors).toMatchObject([{ path: ['slow'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }]);
      expect(await left.promise).toMatch(/DISCONNECTED|UNSUBSCRIBED/);
    });
  });

  describe('Query Cost Analysis', () => {
    test('what could cost too much is refused by what it could cost, before any work', async () => {
      const { errors } = await ask('{ report }');
      expect(errors).toMatchObject([
        {
          extensions: { code: 'OPERATION_TOO_COSTLY', cost: 20_000, maxCost: defaultSettings.limits.maxCost },
        },
      ]);
      expect(asked).toEqual([]);
    });
  });

  describe('Rate Limiting', () => {
    test('a key that asks too often is told when to come back', async () => {
      const { key } = await graph.issueKey({ operationsPerWindow: 2 });
      for (let times = 0; times < 2; times += 1)
        expect(codesOf(await ask('{ customers }', { key }))).toEqual([]);
      const response = await graph.post({ query: '{ customers }' }, { 'x-api-key': key });
      expect([response.status, codesOf((await response.json()) as GraphQLAnswer)]).toEqual([
        429,
        ['RATE_LIMITED'],
      ]);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  describe('Server-side Batching and Caching', () => {
    test('what an answer needs a hundred times is asked for once', async () => {
      const { data } = await ask('{ accounts(first: 100) { holder { name } } }');
      expect(data?.['accounts']).toHaveLength(100);
      expect(asked).toEqual([{ accounts: { first: 100 } }, { Customer: 'ada' }]);
    });
  });

  describe('System Resource Management', () => {
    test('a key that has as many operations open as it may is refused another', async () => {
      const { key } = await graph.issueKey();
      const running = [1, 2].map(() => ask('{ slow }', { key }));
      await expect.poll(() => asked.length).toBe(2);
      expect(codesOf(await ask('{ customers }', { key }))).toEqual(['TOO_MANY_OPERATIONS']);
      left.resolve('done');
      await Promise.all(running);
    });
  });
});

describe('Access Control', () => {
  let rival: string;
  let clerk: string;
  beforeAll(async () => {
    rival = (await graph.issueKey({ tenant: 'rival' })).key;
    clerk = (await graph.issueKey({ roles: [], scopes: ['bank:read'] })).key;
  });

  describe('General Data Access', () => {
    test.each([
      ['nobody', {}],
      ['a key that was never issued', { 'x-api-key': `fth_${'0'.repeat(10)}_${'0'.repeat(32)}` }],
      [
        'an identity that the client signs itself',
        { 'x-fathom-identity': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.' },
      ],
    ])('%s is UNAUTHENTICATED, and no service is asked', async (_, headers) => {
      const response = await fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ account(id: "a1") { title } }' }),
      });
      expect([response.status, codesOf((await response.json()) as GraphQLAnswer)]).toEqual([
        401,
        ['UNAUTHENTICATED'],
      ]);
      expect(asked).toEqual([]);
    });
  });

  describe('Query Access (Data Fetching)', () => {
    test('a node of another tenant is not there, by whichever id it is asked for (IDOR)', async () => {
      const both = '{ own: account(id: "a1") { title } other: account(id: "b1") { title } }';
      expect(await ask(both)).toEqual({ data: { own: { title: 'Rent' }, other: null } });
      expect(await ask(both, { key: rival })).toEqual({ data: { own: null, other: { title: 'Secrets' } } });
    });

    test('an edge to a node of another tenant leads nowhere, within a service and from one to another', async () => {
      const answer = await ask(
        '{ account(id: "a1") { paidLast { title holder { name } } holder { name } } }',
      );
      expect(answer).toEqual({ data: { account: { paidLast: null, holder: { name: 'Ada' } } } });
      // A service that hands out a reference to another's entity gives nothing away: who resolves it asks who wants it.
      const stolen = await ask('{ accounts(first: 1) { title holder { name } } }', { key: rival });
      expect(stolen.data).toEqual({ accounts: [{ title: 'Rent', holder: { name: null } }] });
      expect(asked).toContainEqual({ Customer: 'ada' });
    });

    test('a field that needs a scope is null with FORBIDDEN for who has not got it', async () => {
      const answer = await ask('{ account(id: "a1") { title limit } }', { key: clerk });
      expect(answer.data).toEqual({ account: { title: 'Rent', limit: null } });
      expect(answer.errors).toMatchObject([
        { path: ['account', 'limit'], extensions: { code: 'FORBIDDEN', requiredScopes: [['bank:audit']] } },
      ]);
      expect(asked).toEqual([{ account: { id: 'a1' } }]);
    });
  });

  describe('Mutation Access (Data Manipulation)', () => {
    test('without its scope it has no effect, and with it none on what is another tenant’s', async () => {
      const close = 'mutation ($id: ID!) { close(id: $id) { id } }';
      const answer = await ask(close, { key: clerk, variables: { id: 'a1' } });
      expect([answer.data, codesOf(answer)]).toEqual([{ close: null }, ['FORBIDDEN']]);
      expect(asked).toEqual([]);
      expect(await ask(close, { variables: { id: 'b1' } })).toEqual({ data: { close: null } });
      expect(await ask(close, { variables: { id: 'a1' } })).toEqual({ data: { close: { id: 'a1' } } });
    });
  });
});

describe('Batching Attacks', () => {
  describe('Mitigating Batching Attacks', () => {
    test('a secret cannot be guessed by aliases: many are too large, and few cost as much as they are', async () => {
      const guesses = (count: number) => `mutation { ${aliased(count, 'login(pin: "0000")')} }`;
      expect(await refusalOf(guesses(1_000))).toBe('OPERATION_TOO_LARGE');
      // Twenty root fields are allowed, and each counts its weight of 400 and 10 for being a mutation's.
      expect(codesOf(await ask(guesses(3)))).toEqual([]);
      expect(asked).toHaveLength(3);
    });

    test('nor by an array: it holds few operations, and each counts for the rate limit', async () => {
      const batch = (count: number) => Array(count).fill({ query: 'mutation { login(pin: "0000") }' });
      expect((await graph.post(batch(6))).status).toBe(400);
      expect(asked).toEqual([]);
      const { key } = await graph.issueKey({ operationsPerWindow: 2 });
      const answers = (await (await graph.post(batch(5), { 'x-api-key': key })).json()) as GraphQLAnswer[];
      const codes = answers.flatMap(codesOf);
      expect(codes).toContain('RATE_LIMITED');
      expect(asked.length).toBeLessThanOrEqual(2);
    });
  });
});

describe('Secure Configurations', () => {
  describe('Introspection + GraphiQL', () => {
    test('where introspection is off, nobody learns the schema, nor a name by misspelling it', async () => {
      for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Account") { name } }'])
        expect(await refusalOf(query)).toBe('INTROSPECTION_DISABLED');
      for (const query of [
        '{ acount(id: "a1") { title } }',
        '{ account(idd: "a1") { title } }',
        '{ account(id: "a1") { titel } }',
        '{ statement(lines: 1, currency: EURO) }',
      ]) {
        const { errors } = await ask(query);
        expect(errors?.map(({ message }) => message).join()).not.toMatch(/did you mean/i);
      }
    });

    test('a browser that opens the endpoint gets a refusal, and no page to ask from', async () => {
      const response = await fetch(`${graph.url}/graphql`, { headers: { accept: 'text/html' } });
      expect(response.headers.get('content-type')).toContain('json');
      expect(codesOf((await response.json()) as GraphQLAnswer)).toEqual(['UNAUTHENTICATED']);
    });
  });

  describe("Don't Return Excessive Errors", () => {
    test('what nobody expected is a code and a trace, and nothing of what went wrong', async () => {
      const response = await graph.post({ query: '{ broken }' });
      const text = await response.text();
      const answer = JSON.parse(text) as GraphQLAnswer;
      expect(answer.data).toEqual({ broken: null });
      expect(answer.errors).toMatchObject([
        { path: ['broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect(text).not.toMatch(/hunter2|ledger|stack|exception/i);
    });
  });
});
