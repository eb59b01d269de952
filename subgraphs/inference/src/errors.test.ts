import { readFileSync } from 'node:fs';
import { baseEnv } from '@fathom/platform/env';
import { expect, test } from 'vitest';
import { env } from './env.ts';
import { inferenceErrors } from './errors.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function section(title: string): string {
  const [, after = ''] = readme.split(`## ${title}\n`);
  return after.split('\n## ')[0] ?? '';
}

test('the README lists exactly the codes of the table', () => {
  const listed = [...section('Error codes').matchAll(/^\| `([A-Z_]+)` \| (\d+)/gm)];
  expect(listed.map(([, code, status]) => [code, Number(status)])).toEqual(
    Object.entries(inferenceErrors).map(([code, { status }]) => [code, status]),
  );
});

test('the README names every variable that inference has of its own', () => {
  const listed = [...section('Configuration').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  const platform = Object.keys(baseEnv.shape).filter((name) => name !== 'PORT');
  const own = Object.keys(env.shape).filter((name) => !platform.includes(name));
  expect(listed.sort()).toEqual(own.sort());
});
