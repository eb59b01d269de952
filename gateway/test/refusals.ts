/**
 * For tests of refusals: what a client sends, and the one audit event that it leaves, found by the trace that the request
 * carries.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseApiKey } from '../src/auth/api-key.ts';
import type { AuditRecord } from '../src/stores/audit-store.ts';
import type { TestGateway } from './test-gateway.ts';

/** Wherever a client may put something of its own, it puts this; the trail must not have it. */
export const secret = 'hunter2hunter2';

export interface Sending {
  readonly at: TestGateway;
  /** Carries the trace by which the event is found. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What one event says; `who`: the subject, and null where nobody was proven. */
export type Expected = readonly [
  transport: string,
  entrance: string | null,
  outcome: string,
  who: string | null,
];

export async function provoke(
  at: TestGateway,
  send: (sending: Sending) => Promise<unknown>,
): Promise<AuditRecord> {
  const traceId = randomBytes(16).toString('hex');
  await send({ at, headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } });
  const found = () => at.audited.filter((record) => record.traceId === traceId);
  // It was recorded before its answer left, and so was whatever else the request has caused: one flush has all of it.
  await expect.poll(found).not.toEqual([]);
  expect(found()).toHaveLength(1);
  const [record] = found() as [AuditRecord];
  expect(record).toMatchObject({ kind: 'REFUSAL', occurrences: 1 });
  for (const sent of [secret, at.key.slice(15)]) expect(JSON.stringify(record)).not.toContain(sent);
  return record;
}

export const saying = ({ transport, entrance, outcome, subject }: AuditRecord): Expected => [
  transport,
  entrance,
  outcome,
  subject,
];

export const admin = (at: TestGateway) => `key:${parseApiKey(at.key)?.id}`;
const json = { 'content-type': 'application/json' };
/** Of the chat of test graphs. */
export const query = `{ message(topic: "${secret}") { text } }`;

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another's, or nobody's. */
  readonly key?: string | undefined;
}

export async function http({ at, headers }: Sending, sent: Sent = {}): Promise<number> {
  const { method = 'POST', path = '/graphql', body } = sent;
  const key = 'key' in sent ? sent.key : at.key;
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : json),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
      ...sent.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}

type Row = readonly [what: string, sent: () => Sent | Promise<Sent>, expected: readonly string[]];

/** Rows of one entrance: what is sent, and what the event says of it, of the admin where nothing else is said. */
export function table(at: () => TestGateway, rows: readonly Row[]): void {
  test.each(rows)('%s', async (_, sent, [transport, entrance, outcome, who]) => {
    const given = await sent();
    const record = await provoke(at(), (sending) => http(sending, given));
    const expected = who === 'nobody' ? null : (who ?? admin(at()));
    expect(saying(record)).toEqual([transport, entrance, outcome, expected]);
    expect(record.reason).toEqual(expect.any(String));
    expect(record.tenant === null).toBe(expected === null);
  });
}

export const post = (body: unknown, rest: Sent = {}) => ({ body, ...rest });
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
