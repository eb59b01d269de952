import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { resumeGeneration } from './resume-generation.ts';

const flat = (document: Parameters<typeof print>[0]) => print(document).replace(/\s+/g, ' ');

describe('a stream of a generation', () => {
  const asked = resumeGeneration.begin({
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
    expect(resumeGeneration.begin({ document: asked.document, variables: own }).variables).toEqual(own);
  });

  test('continues as generationEvents with the same selection under the same name', () => {
    const resumed = resumeGeneration.after(asked, { a: { cursor: 'c1', generation: { id: 'g1' } } });
    expect(flat(resumed.document)).toBe(
      'subscription Ask($deep: Boolean!, $resumeId: ID!, $resumeAfter: String) { a: generationEvents(id: $resumeId, after: $resumeAfter) { ...E } } fragment E on GenerationEvent { cursor generation { id } sequence @include(if: $deep) }',
    );
    expect(resumed).toMatchObject({
      repeatable: true,
      variables: { deep: true, resumeId: 'g1', resumeAfter: 'c1' },
    });

    const again = resumeGeneration.after(resumed, { a: { cursor: 'c2', generation: { id: 'g1' } } });
    expect(flat(again.document)).toBe(flat(resumed.document));
    expect(again.variables).toEqual({ deep: true, resumeId: 'g1', resumeAfter: 'c2' });
  });

  test('that was joined by its id continues behind its newest event', () => {
    const joined = resumeGeneration.begin({
      document: parse(
        'subscription R($id: ID!, $after: String) { generationEvents(id: $id, after: $after) { cursor } }',
      ),
      variables: { id: 'g1', after: 'c0' },
    });
    const resumed = resumeGeneration.after(joined, { generationEvents: { cursor: 'c5' } });
    expect(resumed.variables).toEqual({ id: 'g1', resumeAfter: 'c5' });
    expect(flat(resumed.document)).toContain('generationEvents(id: $id, after: $resumeAfter)');
  });

  test('cannot be continued if its events carry no cursor', () => {
    expect(resumeGeneration.after(asked, { a: { generation: { id: 'g1' } } }).repeatable).toBe(false);
  });
});

test('another subscription is not repeated', () => {
  const document = parse('subscription { trainingRunProgressed(id: 1) { step } }');
  expect(resumeGeneration.begin({ document, variables: {} }).repeatable).toBe(false);
});
