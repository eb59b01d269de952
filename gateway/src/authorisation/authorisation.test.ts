/** What is withheld, and what the answer then looks like, run by graphql-js on a schema without any services. */
import {
  buildSchema,
  execute,
  type FormattedExecutionResult,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeTestSupergraph } from '../../test/test-gateway.ts';
import type { Principal } from '../auth/principal.ts';
import { fragmentsOf } from '../operations/operation.ts';
import { isMet, readRequirements, withoutSecurityMark } from './requirements.ts';
import { restoreWithheld } from './restore.ts';
import { typeKey, withheldRootFields, withhold } from './withhold.ts';

const sdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy", "@interfaceObject", "@shareable"])
  type Query {
    open: String
    secret: String @requiresScopes(scopes: [["secret"]])
    either(word: String): String @requiresScopes(scopes: [["a", "b"], ["c"]])
    member: String @authenticated
    governed: String @policy(policies: [["role:operator"]])
    mystery: String @policy(policies: [["weather:sunny"]])
    person: Person
    vault: Vault
    people: [Person!]!
    crowd: [Person]
    thing: Thing
    things: [Thing]
    any: Any
  }
  type Mutation { spend: Int @requiresScopes(scopes: [["secret"]]) save: Int }
  type Subscription { watched: Int @requiresScopes(scopes: [["secret"]]) seen: Int }
  type Person {
    name: String!
    salary: Int! @requiresScopes(scopes: [["payroll"]])
    note: String @requiresScopes(scopes: [["payroll"]])
    mood: Mood
    boss: Person
  }
  type Vault @requiresScopes(scopes: [["secret"]]) { gold: Int }
  enum Mood @requiresScopes(scopes: [["moods"]]) { FINE }
  interface Thing { id: ID! size: Int }
  type Rock implements Thing { id: ID! size: Int weight: Int }
  type Bomb implements Thing { id: ID! size: Int @requiresScopes(scopes: [["secret"]]) fuse: Int! @requiresScopes(scopes: [["secret"]]) }
  union Any = Rock | Bomb
`;
const supergraph = composeTestSupergraph({ one: sdl });
const requirements = readRequirements(supergraph);
const schema = buildSchema(
  sdl.replace(/extend schema.*\n/, '').replace(/@(requiresScopes|policy)\([^)]*\)|@authenticated/g, ''),
);

const ada = { name: 'Ada', salary: 7, note: 'n', mood: 'FINE' };
const rock = { __typename: 'Rock', id: '1', size: 2, weight: 3 };
const bomb = { __typename: 'Bomb', id: '2', size: 4, fuse: 5 };
const rootValue = {
  open: 'o',
  secret: 's',
  either: 'e',
  member: 'm',
  governed: 'g',
  mystery: 'y',
  person: { ...ada, boss: { ...ada, name: 'Bob' } },
  vault: { gold: 1 },
  people: [ada, ada],
  crowd: [ada, null],
  thing: bomb,
  things: [rock, bomb],
  any: bomb,
  spend: 1,
  save: 2,
};

function principalWith(scopes: readonly string[], roles: readonly string[] = []): Principal {
  return {
    identity: { subject: 'ada', tenant: 'test', roles, scopes },
    credential: 'key:1',
    expiresAt: undefined,
    operationsPerWindow: undefined,
  };
}

interface Asked {
  readonly answer: FormattedExecutionResult;
  /** What is left to run; `undefined` if nothing was withheld. */
  readonly left: string | undefined;
}

async function ask(
  query: string,
  principal: Principal,
  variables: Record<string, unknown> = {},
): Promise<Asked> {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const original = { document, operation, fragments: fragmentsOf(document) };
  const rest = withhold(original, {
    schema,
    requirements,
    isUnmet: (requirement) => !isMet(requirement, principal),
  });
  if (rest && !rest.withheld.isEmpty) expect(validate(schema, rest.document)).toEqual([]);
  const run = (text: typeof document) =>
    execute({ schema, document: text, rootValue, variableValues: variables }) as FormattedExecutionResult;
  if (!rest) return { answer: run(document), left: undefined };
  const result = rest.withheld.isEmpty ? { data: {} } : run(rest.document);
  return {
    answer: restoreWithheld(result, { schema, withheld: rest.withheld, variables }),
    left: rest.query.replace(/\s+/g, ' ').trim(),
  };
}

const nobody = principalWith([]);
const forbiddenAt = (...path: readonly (string | number)[]) =>
  expect.objectContaining({ path, extensions: expect.objectContaining({ code: 'FORBIDDEN' }) });
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a field that may not be had', () => {
  test('is null with FORBIDDEN and the scope, is not asked for, and the rest is answered', async () => {
    const { answer, left } = await ask('{ open secret alias: secret }', nobody);
    expect(plain(answer.data)).toEqual({ open: 'o', secret: null, alias: null });
    expect(answer.errors).toEqual([forbiddenAt('secret'), forbiddenAt('alias')]);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      requiredScopes: [['secret']],
      requiredScope: 'secret',
    });
    expect(left).toBe('{ open }');
  });

  test('is had by who holds all scopes of one of the alternatives, a wildcard or admin', async () => {
    for (const scopes of [['a', 'b'], ['c'], ['c:*'], ['admin']])
      expect((await ask('{ either }', principalWith(scopes))).left).toBeUndefined();
    for (const scopes of [[], ['a'], ['b'], ['a:b']])
      expect((await ask('{ either }', principalWith(scopes))).answer.data).toMatchObject({ either: null });
  });

  test('by policy is had by the role that it names; a policy that nobody knows holds for nobody', async () => {
    const { answer } = await ask('{ governed mystery }', principalWith(['admin'], ['operator']));
    expect(answer).toMatchObject({
      data: { governed: 'g', mystery: null },
      errors: [{ path: ['mystery'], extensions: { requiredPolicies: [['weather:sunny']] } }],
    });
    expect((await ask('{ governed }', principalWith(['admin']))).answer.data).toMatchObject({
      governed: null,
    });
    expect((await ask('{ member }', nobody)).left).toBeUndefined();
  });

  test('is withheld for the type that it returns, whether object or enum', async () => {
    const { answer, left } = await ask('{ vault { gold } person { name mood } }', nobody);
    expect(plain(answer.data)).toEqual({ vault: null, person: { name: 'Ada', mood: null } });
    expect(answer.errors).toEqual([forbiddenAt('vault'), forbiddenAt('person', 'mood')]);
    expect(left).toBe(`{ person { name ${typeKey}: __typename } }`);
  });

  test('takes unused variables and fragments with it', async () => {
    const { left } = await ask(
      'query Q($w: String, $no: Boolean!) { open @skip(if: $no) either(word: $w) vault { ...V } } fragment V on Vault { gold }',
      nobody,
      { w: 'x', no: false },
    );
    expect(left).toBe('query Q($no: Boolean!) { open @skip(if: $no) }');
  });

  test('that is skipped is no error', async () => {
    const { answer } = await ask(
      'query ($no: Boolean!) { open secret @skip(if: $no) vault @include(if: false) { gold } }',
      nobody,
      {
        no: true,
      },
    );
    expect(plain(answer)).toEqual({ data: { open: 'o' } });
  });

  test('is everything that was asked for: then nothing is run', async () => {
    const { answer, left } = await ask('{ secret }', nobody);
    expect(plain(answer.data)).toEqual({ secret: null });
    expect(left).toBe('');
  });
});

describe('a null', () => {
  test('travels up to the next place that may be null', async () => {
    const { answer } = await ask('{ person { name salary } open }', nobody);
    expect(plain(answer.data)).toEqual({ person: null, open: 'o' });
    expect(answer.errors).toEqual([forbiddenAt('person', 'salary')]);
  });

  test('takes the whole list of non-null items, and only its own item of others', async () => {
    const { answer } = await ask('{ crowd { salary } }', nobody);
    expect(plain(answer.data)).toEqual({ crowd: [null, null] });
    expect(answer.errors).toEqual([forbiddenAt('crowd', 0, 'salary')]);
    const whole = await ask('{ people { salary } }', nobody);
    expect(whole.answer.data).toBeNull();
    expect(whole.answer.errors).toEqual([
      forbiddenAt('people', 0, 'salary'),
      forbiddenAt('people', 1, 'salary'),
    ]);
  });

  test('within what is null already is no error', async () => {
    const { answer } = await ask('{ person { boss { boss { note } } } }', nobody);
    expect(plain(answer)).toEqual({ data: { person: { boss: { boss: null } } } });
  });

  test('stands where the field stands, in the order asked for', async () => {
    const { answer } = await ask('{ person { note name } }', nobody);
    expect(JSON.stringify(answer.data)).toBe('{"person":{"note":null,"name":"Ada"}}');
  });
});

describe('interfaces and unions', () => {
  test('an interface field that is forbidden on one of its types is withheld', async () => {
    const { answer, left } = await ask('{ thing { id size } }', nobody);
    expect(plain(answer.data)).toEqual({ thing: { id: '2', size: null } });
    expect(left).toBe(`{ thing { id ${typeKey}: __typename } }`);
  });

  test('a fragment on a type decides by that type', async () => {
    const query = '{ things { __typename ... on Rock { size weight } ...B } } fragment B on Bomb { size id }';
    const { answer } = await ask(query, nobody);
    expect(plain(answer.data)).toEqual({
      things: [
        { __typename: 'Rock', size: 2, weight: 3 },
        { __typename: 'Bomb', size: null, id: '2' },
      ],
    });
    expect(answer.errors).toEqual([forbiddenAt('things', 1, 'size')]);
  });

  test('a non-null field of one type makes null only where that type stands', async () => {
    const query = '{ things { id ... on Bomb { fuse } } any { ... on Bomb { fuse } } }';
    const { answer } = await ask(query, nobody);
    expect(plain(answer.data)).toEqual({ things: [{ id: '1' }, null], any: null });
    expect(answer.errors).toEqual([forbiddenAt('things', 1, 'fuse'), forbiddenAt('any', 'fuse')]);
  });
});

describe('mutations and subscriptions', () => {
  test('a mutation that is forbidden is not run, and the one beside it is', async () => {
    const { answer, left } = await ask('mutation { spend save }', nobody);
    expect(plain(answer.data)).toEqual({ spend: null, save: 2 });
    expect(left).toBe('mutation { save }');
  });

  test('a subscription to what is forbidden is found, through fragments too', () => {
    const document = parse('subscription { ...F } fragment F on Subscription { watched }');
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    const rest = withhold(
      { document, operation, fragments: fragmentsOf(document) },
      { schema, requirements, isUnmet: (requirement) => !isMet(requirement, nobody) },
    );
    expect(rest && withheldRootFields(rest.withheld)).toEqual([{ kind: 'scopes', anyOf: [['secret']] }]);
  });
});

test('many places that are forbidden are told of a hundred times at most', async () => {
  const query = `{ ${Array.from({ length: 150 }, (_, index) => `f${index}: secret`).join(' ')} }`;
  const { answer } = await ask(query, nobody);
  expect(Object.keys(answer.data ?? {})).toHaveLength(150);
  expect(answer.errors).toHaveLength(100);
});

test('an alias that every object inherits is a key like any other', async () => {
  const { answer } = await ask('{ __proto__: secret constructor: person { note } }', nobody);
  expect(JSON.stringify(answer.data)).toBe('{"__proto__":null,"constructor":{"note":null}}');
});

test('the mark that keeps Apollo from loading is taken off what is enforced here, and off nothing else', () => {
  expect(supergraph).toContain('for: SECURITY');
  expect(withoutSecurityMark(supergraph)).not.toContain('for: SECURITY');
  const unknown = '@link(url: "https://specs.apollo.dev/lock/v0.1", for: SECURITY)';
  expect(withoutSecurityMark(unknown)).toBe(unknown);
});
