import { setImmediate } from 'node:timers/promises';
import {
  buildSchema,
  type ExecutionArgs,
  execute,
  type GraphQLEnumType,
  type GraphQLInterfaceType,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { flatExecution } from './flat-events.ts';

const sdl = `
  enum Mood { GOOD BAD }
  interface Event { number: Int! }
  type Said implements Event { number: Int!, text: String!, score: Float, mood: Mood, tags: [String!], by: Person, id: ID }
  type Left implements Event { number: Int!, why: String, by: Person, code: Int! }
  type Person { name: String! }
  union Other = Said | Person
  type Query { none: Int }
  type Subscription { happened: Event!, other: Other, said: Said, asked(about: String): Event!, many: [Event!]!, count: Int! }
`;

type Json = Readonly<Record<string, unknown>>;

function schemaWith(resolvers: Readonly<Record<string, (...args: never[]) => unknown>> = {}): GraphQLSchema {
  const schema = buildSchema(sdl);
  const ofInterface = schema.getType('Event') as GraphQLInterfaceType;
  ofInterface.resolveType = ({ kind }: { readonly kind: string }) => kind;
  const mood = schema.getType('Mood') as GraphQLEnumType;
  mood.getValues()[0]!.value = 'good';
  for (const field of Object.values(schema.getSubscriptionType()!.getFields()))
    field.resolve = (event: unknown) => event;
  for (const [name, resolve] of Object.entries(resolvers)) {
    const [type, field] = name.split('.') as [string, string];
    (schema.getType(type) as GraphQLInterfaceType).getFields()[field]!.resolve = resolve as never;
  }
  return schema;
}

const said = { kind: 'Said', __typename: 'Said', number: 1, text: 'Grüße "\\u2028', score: 0.5, id: 7 };
const left = { kind: 'Left', number: 2, why: null, code: 3 };

const argsOf = (source: string, schema = schemaWith(), variableValues: Json = {}): ExecutionArgs => ({
  schema,
  document: parse(source),
  variableValues,
});

/** As text, so that the order of the fields counts. */
async function expectSame(args: ExecutionArgs, event: unknown): Promise<void> {
  const got = flatExecution(args)?.(event, {});
  expect(JSON.stringify(got)).toBe(
    JSON.stringify(await execute({ ...args, rootValue: event, contextValue: {} })),
  );
}

const fragments = 'fragment Told on Said { text number again: number } fragment Any on Event { number }';

describe('a flat event is executed to what GraphQL makes of it', () => {
  test.each([
    'subscription { happened { number } }',
    'subscription { happened { __typename number ... on Said { text score } ... on Left { why } } }',
    'subscription { it: happened { kind: __typename ... on Event { n: number number } } }',
    `subscription { happened { ...Told ...Any ... { number } ...Told } } ${fragments}`,
    `subscription { happened { ...Any } happened { ...Told } } ${fragments}`,
    'subscription ($yes: Boolean!, $no: Boolean = false) { happened { number @skip(if: $yes) a: number @include(if: $yes) b: number @include(if: $no) ... @skip(if: $no) { c: number } } }',
    'subscription { happened { ... on Said { id } } }',
  ])('%s', async (source) => {
    for (const event of [said, left]) await expectSame(argsOf(source, undefined, { yes: true }), event);
  });

  test('by resolvers, with an object type or a union, and with the context', async () => {
    const schema = schemaWith({
      'Said.text': ({ number }: { readonly number: number }) => `number ${number}`,
      'Said.score': (_: unknown, __: unknown, context: Json) => context['score'] ?? 1,
    });
    await expectSame(argsOf('subscription { said { text score } }', schema), said);
    await expectSame(argsOf('subscription { other { __typename ... on Said { text } } }', schema), said);
    const flat = flatExecution(argsOf('subscription { said { score } }', schema));
    expect(flat?.(said, { score: 2 })).toEqual({ data: { said: { score: 2 } } });
  });

  test('enum values by their names, and null where it may be', async () => {
    const source = 'subscription { happened { ... on Said { mood score } } }';
    await expectSame(argsOf(source), { ...said, mood: 'good', score: undefined });
  });
});

describe('is left to GraphQL', () => {
  const all = 'subscription { happened { number ... on Said { text mood } ... on Left { code } } }';
  test.each<[string, unknown]>([
    ['null where there may be none', { ...said, text: null }],
    ['a promise', { ...said, text: Promise.resolve('later') }],
    ['an error', { ...said, text: new Error('broken') }],
    ['a value that is not of its type', { ...left, code: 'three' }],
    ['an enum value that there is not', { ...said, mood: 'unheard of' }],
    ['a function', { ...said, text: () => 'called' }],
    ['a type that there is not', { kind: 'Unknown', number: 1 }],
    ['a type that is none of the interface', { kind: 'Person', number: 1 }],
    ['no event', null],
    ['a failed event', new Error('failed')],
  ])('%s', (_, event) => {
    const flat = flatExecution(argsOf(all));
    expect(flat).toBeDefined();
    expect(flat?.(event, {})).toBeUndefined();
  });

  // What nobody catches ends the process.
  test('a promise that is broken, which is caught', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error('broken'));
    const flat = flatExecution(argsOf(all));
    expect(flat?.({ ...said, text: broken() }, {})).toBeUndefined();
    expect(flat?.(broken(), {})).toBeUndefined();
    await setImmediate();
  });

  test('a resolver that throws, or that asks for more than its value and the context', () => {
    const source = 'subscription { said { text } }';
    const resolvers = {
      throws() {
        throw new Error('broken');
      },
      'asks where it is': (_: unknown, __: unknown, ___: unknown, info: Json) => String(info['fieldName']),
      'takes a list': (...args: never[]) => args.length,
    };
    for (const [name, resolve] of Object.entries(resolvers)) {
      const flat = flatExecution(argsOf(source, schemaWith({ 'Said.text': resolve })));
      expect(flat?.(said, {}), name).toBeUndefined();
    }
  });

  test.each([
    'subscription { happened { ... on Said { tags } } }',
    'subscription { happened { ... on Said { by { name } } } }',
  ])('a selection that is not flat, for the types that it concerns: %s', (source) => {
    const flat = flatExecution(argsOf(source));
    expect(flat?.(said, {})).toBeUndefined();
    expect(flat?.(left, {})).toEqual({ data: { happened: {} } });
  });

  test.each([
    'subscription { asked(about: "it") { number } }',
    'subscription { many { number } }',
    'subscription { count }',
    'subscription ($n: Boolean!) { happened { number @skip(if: $n) } }',
  ])('an operation that is not flat, or whose variables are not right: %s', (source) => {
    expect(flatExecution(argsOf(source))).toBeUndefined();
  });
});
