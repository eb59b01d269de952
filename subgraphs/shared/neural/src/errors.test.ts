import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { neuralErrors } from './errors.ts';

describe('the table of errors', () => {
  it('is the same in the README, code and meaning', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(Object.fromEntries(rows)).toEqual(neuralErrors);
  });
});
