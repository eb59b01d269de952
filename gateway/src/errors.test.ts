import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gatewayErrors } from './errors.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (yes|no) \|/gm)];

describe('the README', () => {
  test('lists every code of the gateway with its status and whether to retry, and no other', () => {
    const listed = Object.fromEntries(rows.map(([, code, status, retry]) => [code, [Number(status), retry]]));
    const defined = Object.fromEntries(
      Object.entries(gatewayErrors).map(([code, definition]) => [
        code,
        [definition.status, 'retryable' in definition && definition.retryable ? 'yes' : 'no'],
      ]),
    );
    expect(listed).toEqual(defined);
  });
});
