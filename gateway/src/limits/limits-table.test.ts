/** The README's table of limits is what the gateway begins with, and each is refused by a code that there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gatewayErrors } from '../errors.ts';
import { maxEntitiesPerAnswer, maxEntitiesPerFetch } from '../execution/asked-entities.ts';
import { defaultSettings } from '../settings.ts';
import { maxOperationsPerConnection } from '../transports/websocket.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, section = ''] = /^## Limits\n([\s\S]*?)^## /m.exec(readme) ?? [];
const rows = [...section.matchAll(/^\| (.+) \| (.+) \| (.+) \|$/gm)]
  .slice(1)
  .map(([, what, value, code]) => ({
    what: what ?? '',
    numbers: [...(value ?? '').matchAll(/\d[\d,]*/g)].map(([number]) => Number(number.replaceAll(',', ''))),
    code: code ?? '',
  }));

const { limits, uploads, rateLimit, concurrency } = defaultSettings;
const mebibytes = (bytes: number) => bytes / 1024 / 1024;
const seconds = (ms: number) => ms / 1000;

/** By the first words of a row. */
const expected: readonly (readonly [what: string, ...numbers: readonly number[]])[] = [
  ['body,', mebibytes(defaultSettings.maxBodyBytes)],
  ['time for headers,', seconds(defaultSettings.headersTimeoutMs), seconds(defaultSettings.bodyTimeoutMs)],
  ['operations of a batch', defaultSettings.maxBatchOperations],
  ['chunk of an upload', mebibytes(uploads.maxChunkBytes)],
  ['silence within a chunk', seconds(uploads.patienceMs)],
  ['tokens of a document', limits.maxTokens],
  ['depth', limits.maxDepth],
  ['aliases,', limits.maxAliases, limits.maxDirectives, limits.maxRootFields, limits.maxFields],
  ['cost', limits.maxCost],
  ['entities in one fetch,', maxEntitiesPerFetch, maxEntitiesPerAnswer],
  ['one answer,', mebibytes(defaultSettings.maxAnswerBytes)],
  ['operations of one credential', rateLimit.operationsPerWindow, seconds(rateLimit.windowMs)],
  ['operations of all credentials', rateLimit.operationsPerTenantWindow, seconds(rateLimit.windowMs)],
  ['operations and streams open at once,', concurrency.perCredential, concurrency.perTenant],
  ['operations open on one WebSocket', maxOperationsPerConnection],
];

test('each limit of the README is what holds without any setting, and each that holds is there', () => {
  expect(rows).toHaveLength(expected.length);
  for (const [index, [what, ...numbers]] of expected.entries()) {
    expect(rows[index]?.what.slice(0, what.length)).toBe(what);
    expect([what, ...(rows[index]?.numbers ?? [])]).toEqual([what, ...numbers]);
  }
});

test('each refusal of the table is a code of the gateway', () => {
  const codes = rows.flatMap(({ code }) => [...code.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name ?? ''));
  expect(codes.length).toBeGreaterThan(12);
  expect(codes.filter((code) => !(code in gatewayErrors))).toEqual([]);
});
