import { expect, test } from 'vitest';
import { fieldOf, parseResponseFormat } from './response-format.ts';

test('no format, and each of the three, are understood', () => {
  expect(parseResponseFormat(undefined)).toEqual({ kind: 'format', format: undefined });
  expect(parseResponseFormat({ jsonSchema: '{"type":"object"}' })).toEqual({
    kind: 'format',
    format: { kind: 'json-schema', source: '{"type":"object"}' },
  });
  expect(parseResponseFormat({ regex: '[0-9]+', jsonSchema: null })).toMatchObject({
    format: { kind: 'regex' },
  });
  expect(parseResponseFormat({ grammar: 'root ::= "yes"' })).toMatchObject({ format: { kind: 'grammar' } });
  expect(fieldOf({ kind: 'json-schema', source: '{}' })).toBe('input.responseFormat.jsonSchema');
});

test.each([
  [{}, 'input.responseFormat'],
  [{ regex: 'a', grammar: 'root ::= "a"' }, 'input.responseFormat'],
  [{ jsonSchema: '{nope' }, 'input.responseFormat.jsonSchema'],
  [{ jsonSchema: '[1]' }, 'input.responseFormat.jsonSchema'],
  [{ regex: ' ' }, 'input.responseFormat.regex'],
  [{ grammar: 'x'.repeat(16_001) }, 'input.responseFormat.grammar'],
])('%j is refused at %s', (input, field) => {
  expect(parseResponseFormat(input)).toMatchObject({ kind: 'invalid', field });
});
