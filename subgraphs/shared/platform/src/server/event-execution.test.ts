import { buildSchema, execute, type GraphQLScalarType, type GraphQLSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { eventExecution } from './event-execution.ts';

const sdl = `
  scalar Counted
  input Asked { what: Counted!, many: [Counted!] }
  interface Event { number: Int! }
  type Said implements Event { number: Int!, text(upper: Boolean): String!, score: Float }
  type Query { none: Int }
  type Subscription { said(input: Asked!): Event!, echoed(input: Asked!): String! }
`;

/** The schema, and how often a value of `Counted` was read. */
function counting(): { readonly schema: GraphQLSchema; readonly reads: () => number } {
  let reads = 0;
  const schema = buildSchema(sdl);
  const counted = schema.getType('Counted') as GraphQLScalarType;
  counted.parseValue = (value) => {
    reads += 1;
    return value;
  };
  const { said, echoed } = schema.getSubscriptionType()!.getFields();
  said!.resolve = (event) => event;
  echoed!.resolve = (_event, { input }) => String(input.what);
  return { schema, reads: () => reads };
}

const events = [1, 2, 3].map((number) => ({
  __typename: 'Said',
  number,
  text: ({ upper }: { upper?: boolean }) => (upper ? `N${number}` : `n${number}`),
  score: () => {
    if (number === 2) throw new Error('no score');
    return number / 2;
  },
}));

const variableValues = { input: { what: 'x', many: ['y', 'z'] }, upper: true, scored: true };

test.each([
  'subscription ($input: Asked!) { said(input: $input) { __typename number } }',
  `subscription ($input: Asked!, $upper: Boolean, $scored: Boolean!) {
     told: said(input: $input) { ...Told ... on Said { score @include(if: $scored) } }
   }
   fragment Told on Said { number it: text(upper: $upper) }`,
  'subscription ($upper: Boolean) { said(input: { what: "x" }) { ... on Said { text(upper: $upper) } } }',
])('events are what they are with arguments, which are not read again: %s', async (source) => {
  const { schema, reads } = counting();
  const args = { schema, document: parse(source), variableValues };
  const expected = await Promise.all(events.map((rootValue) => execute({ ...args, rootValue })));
  const readBefore = reads();
  const perEvent = eventExecution(args);
  const got = await Promise.all(events.map((rootValue) => execute({ ...perEvent, rootValue })));
  expect(got.map(({ data }) => data)).toEqual(expected.map(({ data }) => data));
  expect(got.map(({ errors }) => errors?.map((error) => error.toJSON()))).toEqual(
    expected.map(({ errors }) => errors?.map((error) => error.toJSON())),
  );
  expect(reads()).toBe(readBefore);
});

test.each([
  ['its arguments are read for each event', 'subscription ($input: Asked!) { echoed(input: $input) }'],
  [
    'it is in a fragment',
    'subscription ($input: Asked!) { ...Root } fragment Root on Subscription { said(input: $input) { number } }',
  ],
])('a field keeps its arguments where %s', async (_, source) => {
  const { schema } = counting();
  const args = { schema, document: parse(source), variableValues };
  expect(eventExecution(args)).toBe(args);
  expect((await execute({ ...args, rootValue: events[0] })).errors).toBeUndefined();
});
