import { expect, test } from 'vitest';
import { parseTemplate } from './template.ts';

function template(source: string) {
  const result = parseTemplate(source, ['name', 'score', 'tags']);
  if (result.kind === 'invalid') throw new Error(result.message);
  return result.template;
}

test('values, the thing itself and escaped braces are filled in', () => {
  expect(
    template('{{{name}}} is {entityKey}: {score} ({tags})').render('k1', {
      name: 'N',
      score: 0,
      tags: [1, 2],
    }),
  ).toBe('{N} is k1: 0 (1, 2)');
});

test('a template with a missing value renders nothing rather than a gap', () => {
  expect(template('{name}').render('k1', { name: null })).toBeUndefined();
});

test('the features that a template needs are named once', () => {
  expect(template('{name} {score} {name} {entityKey}').features).toEqual(['name', 'score']);
});

test.each([
  ['{colour}', 'no feature "colour"'],
  ['a { b', 'a lone "{"'],
  ['a } b', 'a lone "}"'],
  ['', 'empty'],
])('%j is refused', (source, reason) => {
  const result = parseTemplate(source, ['name']);
  expect(result.kind === 'invalid' && result.message).toContain(reason);
});
