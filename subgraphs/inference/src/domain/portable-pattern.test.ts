import { expect, test } from 'vitest';
import { PatternRefusedError, portableGrammar, portableRegex, portableSchema } from './portable-pattern.ts';

test('a dot becomes any character but a line end, unless it is escaped or in a class', () => {
  expect(portableRegex('a.b\\.c[.]')).toBe('a[^\\n\\r]b\\.c[.]');
});

test('what is beyond ASCII may stand anywhere but in a class', () => {
  expect(portableRegex('(é|中)[^"]+')).toBe('(é|中)[^"]+');
  for (const source of ['[aé]', '[^é]', '[\\u00e9]', '[a-\\u{1F600}]', '[\\xe9]', '[\\]é]'])
    expect(() => portableRegex(source)).toThrow(PatternRefusedError);
});

test('grammars are checked outside their quotes', () => {
  expect(portableGrammar('root ::= "[é]" [a-z]')).toBe('root ::= "[é]" [a-z]');
  expect(() => portableGrammar('root ::= "x" [é]')).toThrow(/\[é\]/);
});

test('patterns of a schema are rewritten wherever they are, and what is only called so is left alone', () => {
  const schema = {
    properties: { pattern: { type: 'string', pattern: '^.$' } },
    patternProperties: { '^x.': { type: 'integer' } },
    enum: [{ pattern: '.' }],
  };
  expect(JSON.parse(portableSchema(JSON.stringify(schema)))).toEqual({
    properties: { pattern: { type: 'string', pattern: '^[^"\\\\\\n\\r]$' } },
    patternProperties: { '^x[^"\\\\\\n\\r]': { type: 'integer' } },
    enum: [{ pattern: '.' }],
  });
  expect(() => portableSchema('{"items":{"pattern":"[é]"}}')).toThrow(PatternRefusedError);
});

test('the pattern of a string never produces what JSON has to escape', () => {
  const pattern = (source: string): string =>
    JSON.parse(portableSchema(JSON.stringify({ pattern: source }))).pattern;
  expect(pattern('[^a]\\D')).toBe('[^"\\\\a][^0-9"\\\\]');
  expect(pattern('[a-z]+\\.x')).toBe('[a-z]+\\.x');
  for (const source of ['a"b', '\\\\', '["]', '[\\\\x]', '[\\S]', '\\x22'])
    expect(() => pattern(source)).toThrow(PatternRefusedError);
});
