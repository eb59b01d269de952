import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { resumeStream } from './resume.ts';

const flat = (document: Parameters<typeof print>[0]) => print(document).replace(/\s+/g, ' ');

describe('a stream of a generation', () => {
  const asked = resumeStream.begin({
    document: parse(
      'subscription Ask($input: AskInput!, $deep: Boolean!) { a: ask(input: $input) { ...E } } fragment E on GenerationEvent { cursor generation { id } sequence @include(if: $deep) }',
    ),
    variables: { input: { question: 'Why?' }, deep: true },
  });

  test('begins with a key that makes asking again harmless', () => {
    expect(asked).toMatchObject({
      repeatable: true,
      variables: { input: { question: 'Why?', idempotencyKey: expect.any(String) } },
    });
    const own = { input: { question: 'Why?', idempotencyKey: 'mine' } };
    expect(resumeStream.begin({ document: asked.document, variables: own }).variables).toEqual(own);
  });

  test('continues as generationEvents with the same selection under the same name', () => {
    const resumed = resumeStream.after(asked, { a: { cursor: 'c1', generation: { id: 'g1' } } });
    expect(flat(resumed.document)).toBe(
      'subscription Ask($deep: Boolean!, $resumeId: ID!, $resumeAfter: String) { a: generationEvents(id: $resumeId, after: $resumeAfter) { ...E } } fragment E on GenerationEvent { cursor generation { id } sequence @include(if: $deep) }',
    );
    expect(resumed).toMatchObject({
      repeatable: true,
      variables: { deep: true, resumeId: 'g1', resumeAfter: 'c1' },
    });

    const again = resumeStream.after(resumed, { a: { cursor: 'c2', generation: { id: 'g1' } } });
    expect(flat(again.document)).toBe(flat(resumed.document));
    expect(again.variables).toEqual({ deep: true, resumeId: 'g1', resumeAfter: 'c2' });
  });

  test('that was joined by its id continues behind its newest event', () => {
    const joined = resumeStream.begin({
      document: parse(
        'subscription R($id: ID!, $after: String) { generationEvents(id: $id, after: $after) { cursor } }',
      ),
      variables: { id: 'g1', after: 'c0' },
    });
    const resumed = resumeStream.after(joined, { generationEvents: { cursor: 'c5' } });
    expect(resumed.variables).toEqual({ id: 'g1', resumeAfter: 'c5' });
    expect(flat(resumed.document)).toContain('generationEvents(id: $id, after: $resumeAfter)');
  });

  test('cannot be continued if its events carry no cursor', () => {
    expect(resumeStream.after(asked, { a: { generation: { id: 'g1' } } }).repeatable).toBe(false);
  });
});

describe('another long-lived stream', () => {
  const read = (text: string, variables = {}) => resumeStream.begin({ document: parse(text), variables });

  test.each(['trainingRunProgressed', 'fineTuningJobProgressed'])(
    '%s begins again before its first event, and continues behind its last',
    (field) => {
      const begun = read(`subscription P($id: ID!) { p: ${field}(id: $id) { cursor } }`, { id: 'r1' });
      expect(begun.repeatable).toBe(true);
      const resumed = resumeStream.after(begun, { p: { cursor: 'c3' } });
      expect(flat(resumed.document)).toBe(
        `subscription P($id: ID!, $resumeAfter: String) { p: ${field}(id: $id, after: $resumeAfter) { cursor } }`,
      );
      expect(resumed).toMatchObject({ repeatable: true, variables: { id: 'r1', resumeAfter: 'c3' } });
    },
  );

  test('that begins at the present is repeated only behind a cursor: what happened in between would be lost', () => {
    const alerts = 'subscription A($after: String) { alertFired(after: $after) { cursor } }';
    expect(read(alerts).repeatable).toBe(false);
    expect(read(alerts, { after: 'c1' }).repeatable).toBe(true);
    expect(resumeStream.after(read(alerts), { alertFired: { cursor: 'c2' } })).toMatchObject({
      repeatable: true,
      variables: { resumeAfter: 'c2' },
    });
  });

  test('that takes no cursor is never repeated', () => {
    const begun = read('subscription { said(topic: "a") { text cursor } }');
    expect(begun.repeatable).toBe(false);
    expect(resumeStream.after(begun, { said: { cursor: 'c1' } }).repeatable).toBe(false);
  });
});
