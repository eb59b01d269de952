import { buildSchema, getOperationAST, parse, print, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { resumptionOf } from './begin-behind.ts';
import { fragmentsOf, type PreparedOperation } from './operation.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query { now: String }
  type Subscription {
    progressed(id: ID!, after: String): Event!
    followed(after: ID!): Event!
    paged(after: PageInput): Event!
    said(topic: String!): Event!
  }
  input PageInput { cursor: String }
  type Event { cursor: String text(after: String): String }
`);

function prepared(text: string, name?: string): PreparedOperation {
  const document = parse(text);
  const operation = getOperationAST(document, name);
  if (!operation) throw new Error('no operation');
  return {
    document,
    operation,
    fragments: fragmentsOf(document),
    operationName: name,
    kind: operation.operation,
    hash: '',
    query: text,
    introspectionOnly: false,
  };
}

/** What is asked for behind an event, in one line. */
function behind(text: string, name?: string): string {
  const resumption = resumptionOf(schema, prepared(text, name));
  if (resumption === 'impossible') return resumption;
  const { document, operation, fragments } = resumption.operation;
  expect(validate(schema, document)).toEqual([]);
  expect(document.definitions).toEqual([operation, ...Object.values(fragments)]);
  return print(document).replace(/\s+/g, ' ');
}

describe('an operation that goes on behind an event', () => {
  test('has the id at `after`, which it did not say, said as a text, or by a variable', () => {
    const expected =
      'subscription A($id: ID!, $lastEventId: String) { progressed(id: $id, after: $lastEventId) { cursor } }';
    for (const [definition, argument] of [
      ['', ''],
      ['', ', after: "c1"'],
      [', $from: String', ', after: $from'],
    ])
      expect(
        behind(`subscription A($id: ID!${definition}) { progressed(id: $id${argument}) { cursor } }`),
      ).toBe(expected);
  });

  test('keeps a variable that something else uses, and every other `after`', () => {
    expect(behind('subscription ($a: String) { progressed(id: 1, after: $a) { text(after: $a) } }')).toBe(
      'subscription ($a: String, $lastEventId: String) { progressed(id: 1, after: $lastEventId) { text(after: $a) } }',
    );
  });

  test('takes no name that the client has taken, and the type of the argument', () => {
    expect(behind('subscription ($lastEventId: ID!) { followed(after: "c") { text(after: "x") } }')).toBe(
      'subscription ($lastEventId_: ID!) { followed(after: $lastEventId_) { text(after: "x") } }',
    );
  });

  test('is found within fragments, written twice, and beside other operations', () => {
    expect(
      behind(
        `query Other { now } subscription S { ...F ... { progressed(id: 1) { text } } }
         fragment F on Subscription { progressed(id: 1) { cursor } }`,
        'S',
      ),
    ).toBe(
      'subscription S($lastEventId: String) { ...F ... { progressed(id: 1, after: $lastEventId) { text } } } ' +
        'fragment F on Subscription { progressed(id: 1, after: $lastEventId) { cursor } }',
    );
  });

  test('is made once for all who come again', () => {
    const operation = prepared('subscription { progressed(id: 1) { cursor } }');
    expect(resumptionOf(schema, operation)).toBe(resumptionOf(schema, operation));
  });

  test('is impossible where the field takes no text there, and for what is no subscription', () => {
    for (const text of [
      '{ now }',
      'subscription { said(topic: "a") { text } }',
      'subscription { paged { text } }',
    ])
      expect(behind(text)).toBe('impossible');
  });
});
