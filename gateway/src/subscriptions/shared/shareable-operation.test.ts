import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ShareableOperation, shareableOperation } from './shareable-operation.ts';
import { readSharedStreams, type SharedStreamRule } from './shared-stream-rules.ts';

const rules = new Map<string, SharedStreamRule>([
  ['followed', { by: 'TENANT', begins: 'FIRST', resumable: true }],
  ['rang', { by: 'NOBODY', begins: 'NOW', resumable: true }],
  ['ticked', { by: 'NOBODY', begins: 'FIRST', resumable: false }],
]);

function shareable(operation: string, variableNames: readonly string[] = []): ShareableOperation {
  const found = shareableOperation(rules, { operation, variableNames });
  if (!found) throw new Error('it may not be shared');
  return found;
}
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('where a subscription begins is taken out of its operation', () => {
  test('with its variable, if that is used for nothing else', () => {
    const { fromStart, behindCursor, variableNames, positionOf } = shareable(
      'subscription S($id: ID!, $from: String) { followed(id: $id, after: $from) { cursor } }',
      ['id', 'from'],
    );
    expect(oneLine(fromStart)).toBe('subscription ($id: ID!) { followed(id: $id) { cursor } }');
    expect(oneLine(behindCursor)).toBe(
      'subscription ($id: ID!, $fathomAfter: String) { followed(id: $id, after: $fathomAfter) { cursor } }',
    );
    expect(variableNames).toEqual(['id']);
    expect(positionOf({ id: '7', from: 'c9' })).toEqual({ kind: 'behind', cursor: 'c9' });
    expect(positionOf({ id: '7', from: null })).toEqual({ kind: 'first' });
  });

  test('and the variable stays where something else needs it', () => {
    const { fromStart, variableNames } = shareable(
      'subscription($x: String) { followed(after: $x) { cursor echo(of: $x) } }',
      ['x'],
    );
    expect(oneLine(fromStart)).toBe('subscription ($x: String) { followed { cursor echo(of: $x) } }');
    expect(variableNames).toEqual(['x']);
  });

  test('also where it is written down', () => {
    const literal = shareable('subscription { followed(after: "c3") { cursor } }');
    expect(literal.positionOf({})).toEqual({ kind: 'behind', cursor: 'c3' });
    expect(literal.fromStart).toBe(shareable('subscription Other { followed { cursor } }').fromStart);
    expect(shareable('subscription { rang(after: null) { cursor } }').positionOf({})).toEqual({
      kind: 'now',
    });
  });

  test('but not where the service cannot continue the stream', () => {
    const { fromStart, positionOf, canResume } = shareable('subscription { ticked(after: "c3") { cursor } }');
    expect(fromStart).toContain('after: "c3"');
    expect([positionOf({}), canResume]).toEqual([{ kind: 'first' }, false]);
  });
});

describe('a stream can be continued', () => {
  const canResume = (selection: string, more = '') =>
    shareable(`subscription { followed ${selection} } ${more}`).canResume;

  test('where each event says its cursor, under that name', () => {
    expect(canResume('{ cursor }')).toBe(true);
    expect(canResume('{ ... on A { cursor } ... on B { cursor } }')).toBe(true);
    expect(canResume('{ ...F }', 'fragment F on A { cursor }')).toBe(true);
    expect(canResume('{ text }')).toBe(false);
    expect(canResume('{ run { cursor } }')).toBe(false);
    expect(canResume('{ place: cursor }')).toBe(false);
  });

  test('and not by something else that the client calls so', () => {
    expect(canResume('{ cursor: text }')).toBe(false);
    expect(canResume('{ ... on A { cursor } ... on B { cursor: id } }')).toBe(false);
  });

  test('by the cursor of an event, not of what failed', () => {
    const { cursorOf } = shareable('subscription { mine: followed { cursor } }');
    expect(cursorOf('{"data":{"mine":{"cursor":"c1"}}}')).toBe('c1');
    for (const other of ['{"data":null,"errors":[]}', '{"data":{"mine":{"cursor":7}}}', '{', 'null', '[]'])
      expect(cursorOf(other)).toBeUndefined();
  });
});

test('nothing is shared that is not declared to be', () => {
  expect(shareableOperation(rules, { operation: 'subscription { ask { cursor } }', variableNames: [] })).toBe(
    undefined,
  );
  expect(
    readSharedStreams('schema { subscription: S } type S { a: Int @sharedStream(by: NOBODY) }').size,
  ).toBe(0);
});

test('of the platform, what is followed is declared, and what starts or owns work is not', () => {
  const supergraph = readFileSync(new URL('../../../../schema/supergraph.graphql', import.meta.url), 'utf8');
  expect(Object.fromEntries(readSharedStreams(supergraph))).toEqual({
    trainingRunProgressed: { by: 'TENANT', begins: 'FIRST', resumable: true },
    fineTuningJobProgressed: { by: 'TENANT', begins: 'FIRST', resumable: true },
    alertFired: { by: 'NOBODY', begins: 'NOW', resumable: true },
  });
});
