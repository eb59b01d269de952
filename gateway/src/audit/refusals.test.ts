import { readdirSync, readFileSync } from 'node:fs';
import { createLogger } from '@fathom/platform/logging';
import { describe, expect, test } from 'vitest';
import { raise } from '../errors.ts';
import { refusal } from '../operations/refusal.ts';
import type { AuditedEvent } from './audit-trail.ts';
import { entranceOf } from './entrance.ts';
import { reasonText, storable } from './reason-text.ts';
import { createRefusals } from './refusals.ts';

const asked = {
  transport: 'http',
  entrance: 'POST /graphql',
  principal: undefined,
  trace: { traceId: 't', startedAtMs: 0 },
} as const;

function open() {
  const events: AuditedEvent[] = [];
  const ended: string[] = [];
  const refusals = createRefusals({
    log: { refused: ({ code }) => void ended.push(code) },
    trail: { record: (event) => void events.push(event) },
    logger: createLogger({ service: 'gateway', level: 'silent' }),
  });
  return { refusals, events, ended };
}

describe('a refusal', () => {
  test('is recorded once, through however many hands it goes', () => {
    const { refusals, events, ended } = open();
    const error = raise('RATE_LIMITED', { details: { retryAfterMs: 5 } });
    const first = refusals.record(asked, error);
    expect(refusals.record({ ...asked, entrance: 'elsewhere' }, error)).toBe(first);
    expect(first.headers).toEqual({ 'retry-after': '1' });
    expect(events).toMatchObject([{ kind: 'REFUSAL', outcome: 'RATE_LIMITED', entrance: 'POST /graphql' }]);
    expect(ended).toEqual(['RATE_LIMITED']);
    const whole = refusal(raise('BAD_REQUEST'));
    expect(refusals.record(asked, whole)).toBe(refusals.record(asked, whole));
    expect(events).toHaveLength(2);
  });

  test('that is the outcome of an admitted operation is passed on without a second record', () => {
    const { refusals, events } = open();
    const error = refusals.told(
      { traceId: 't', sent: () => undefined, end: () => undefined },
      raise('FORBIDDEN'),
    );
    expect(refusals.record(asked, error).status).toBe(403);
    expect(events).toEqual([]);
  });

  test('for what nobody expected says so, and nothing of it', () => {
    const { refusals, events } = open();
    const [error] = refusals.record(asked, new Error('hunter2')).errors;
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(events).toMatchObject([{ outcome: 'INTERNAL_SERVER_ERROR' }]);
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });
});

test('a reason holds the gateway’s words, and no credential, quote or control character of the client’s', () => {
  const because = `no "${'x'.repeat(9)}" by fth_0123456789_${'a'.repeat(32)} or Bearer abc or eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl\u0000`;
  const text = reasonText(raise('BAD_REQUEST', { because })) ?? '';
  expect(text).toMatch(/: no "…" by … or … or …�$/);
  expect(reasonText(raise('BAD_USER_INPUT', { because: 'hunter2' }))).not.toContain('hunter2');
  expect(reasonText({ code: 'OF_A_SERVICE', message: 'hunter2' })).toBeNull();
  expect(storable('a\u0000b\ud800c😀')).toBe('a�b�c😀');
});

test('an entrance is named by the gateway’s own words alone', () => {
  expect(entranceOf({ method: 'GET', url: '/v1/files/file-7/content?key=hunter2' })).toBe(
    'GET /v1/files/*/content',
  );
  expect(entranceOf({ method: 'POST', url: `/${'a/'.repeat(50)}` })).toBe('POST /*/*/*/*/*/*');
  expect(entranceOf({ method: 'GET', url: '//' })).toBe('GET //');
});

test('nothing but `sendRefusal` and the files that are no refusals answers with a status of 400 or more', () => {
  const src = new URL('../', import.meta.url);
  const senders = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|int|bench|real|e2e)\.ts$/.test(file))
    .filter((file) =>
      /writeHead\(\s*[45]\d\d|statusCode = [45]|HTTP\/1\.1 [45]\d\d/.test(
        readFileSync(new URL(file, src), 'utf8'),
      ),
    );
  // A page that is not there; the answer of MCP to who asks for a stream of notifications, which it has not.
  expect(senders.sort()).toEqual(['http/console-files.ts', 'mcp/mcp-endpoint.ts']);
});
