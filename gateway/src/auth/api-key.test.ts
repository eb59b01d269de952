import { describe, expect, test } from 'vitest';
import { generateApiKey, hashSecret, parseApiKey, printApiKey, secretMatches } from './api-key.ts';
import { credentialOfHeaders, credentialOfParams } from './credentials.ts';
import { scopesOf } from './roles.ts';

describe('an API key', () => {
  test('prints and parses to itself, and is different each time', () => {
    const keys = Array.from({ length: 50 }, generateApiKey);
    for (const key of keys) expect(parseApiKey(printApiKey(key))).toEqual(key);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(50);
  });

  test.each([
    '',
    'fth_',
    'fth_short_x',
    `fth_0123456789_${'a'.repeat(31)}`,
    `fth_0123456789_${'-'.repeat(32)}`,
    `xth_0123456789_${'a'.repeat(32)}`,
  ])('is not %j', (text) => expect(parseApiKey(text)).toBeUndefined());

  test('is proved by its secret and no other', () => {
    const hash = hashSecret('a'.repeat(32));
    expect(secretMatches('a'.repeat(32), hash)).toBe(true);
    expect(secretMatches('b'.repeat(32), hash)).toBe(false);
    expect(secretMatches('a'.repeat(32), new Uint8Array())).toBe(false);
  });
});

describe('a credential', () => {
  test('is found in headers', () => {
    expect(credentialOfHeaders({})).toEqual({ kind: 'none' });
    expect(credentialOfHeaders({ 'x-api-key': 'fth_a' })).toEqual({ kind: 'api-key', text: 'fth_a' });
    expect(credentialOfHeaders({ authorization: 'Bearer fth_a' })).toEqual({
      kind: 'api-key',
      text: 'fth_a',
    });
    expect(credentialOfHeaders({ authorization: 'bearer a.b.c' })).toEqual({ kind: 'jwt', text: 'a.b.c' });
  });

  test('that is there but not readable is not taken for none', () => {
    expect(credentialOfHeaders({ authorization: 'Basic YTpi' })).toEqual({ kind: 'unreadable' });
    expect(credentialOfHeaders({ authorization: 'Bearer opaque' })).toEqual({ kind: 'unreadable' });
    expect(credentialOfHeaders({ 'x-api-key': '' })).toEqual({ kind: 'api-key', text: '' });
  });

  test('is found in what a WebSocket opens with', () => {
    expect(credentialOfParams(undefined)).toEqual({ kind: 'none' });
    expect(credentialOfParams({ apiKey: 'fth_a' })).toEqual({ kind: 'api-key', text: 'fth_a' });
    expect(credentialOfParams({ authorization: 'Bearer fth_a' })).toEqual({ kind: 'api-key', text: 'fth_a' });
    expect(credentialOfParams({ apiKey: 7 })).toEqual({ kind: 'none' });
  });
});

test('roles bring their scopes, each once; an unknown role brings none', () => {
  expect(scopesOf(['admin', 'nobody'], ['admin', 'x:y'])).toEqual(['admin', 'x:y']);
  expect(scopesOf(['viewer'], [])).toContain('training:read');
});
