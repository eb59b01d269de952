import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from './errors.ts';

test('the README lists exactly the codes of the table', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Error codes'));
  expect(
    [...section.matchAll(/^\| `([A-Z_]+)` \| (\d+)/gm)].map(([, code, status]) => [code, Number(status)]),
  ).toEqual(Object.entries(errors).map(([code, { status }]) => [code, status]));
});
