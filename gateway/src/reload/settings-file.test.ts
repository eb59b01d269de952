import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsOf } from '../env.ts';
import { changeableVariables } from './changeable.ts';
import { readConfiguration } from './settings-file.ts';

const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k' };
const environment = {
  DATABASE_URL: 'postgres://localhost/fathom',
  IDENTITY_PRIVATE_JWK: JSON.stringify({ ...jwk, d: 'd' }),
  IDENTITY_JWKS: JSON.stringify({ keys: [jwk] }),
  IDENTITY_PROOF_KEY: Buffer.alloc(32, 1).toString('base64url'),
  MAX_OPERATION_DEPTH: '9',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fathom-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  const file = join(folder, 'settings.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readConfiguration({ ...environment, SETTINGS_FILE: file });
}

function problemsOf(content: unknown): readonly string[] {
  const parsed = read(content);
  return parsed.ok ? [] : parsed.problems;
}

describe('the file of settings', () => {
  test('comes before the environment, in texts, numbers and objects', () => {
    const parsed = read({
      MAX_OPERATION_DEPTH: 12,
      CORS_ORIGINS: 'https://app.example',
      SUBGRAPH_URLS: { features: 'http://10.0.0.7:4005' },
    });
    expect(parsed.ok && settingsOf(parsed.env)).toMatchObject({
      limits: { maxDepth: 12 },
      cors: { origins: ['https://app.example'] },
      subgraphUrls: { features: 'http://10.0.0.7:4005' },
    });
    const empty = read({});
    expect(empty.ok && settingsOf(empty.env).limits.maxDepth).toBe(9);
  });

  test('is refused with the name of each variable that is wrong, that cannot change, or that there is not', () => {
    expect(problemsOf({ MAX_OPERATION_DEPTH: 0, SAFELIST: 'perhaps' })).toEqual([
      expect.stringMatching(/^SAFELIST: /),
      expect.stringMatching(/^MAX_OPERATION_DEPTH: /),
    ]);
    expect(problemsOf({ PORT: 1, DATABASE_URL: 'postgres://elsewhere', MAX_DEPTH: 3 })).toEqual([
      'PORT: cannot change while the gateway runs; set it in the environment (SETTINGS_FILE)',
      'DATABASE_URL: cannot change while the gateway runs; set it in the environment (SETTINGS_FILE)',
      'MAX_DEPTH: is no variable of the gateway (SETTINGS_FILE)',
    ]);
  });

  test.each([
    ['no JSON', '{ "RATE_LIMIT_OPERATIONS": secret', /^SETTINGS_FILE: is not valid JSON$/],
    ['a list', [], /^SETTINGS_FILE: /],
    ['a null', { SAFELIST: null }, /^SETTINGS_FILE: SAFELIST is neither a text/],
  ])('that holds %s is refused as a whole', (_, content, problem) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(problem)]);
  });

  test('that is not there is refused', () => {
    const parsed = readConfiguration({ ...environment, SETTINGS_FILE: join(folder, 'nowhere.json') });
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining('cannot be read')] });
  });

  test('may hold what the README says that it may', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const section = /\n## Settings that change while it runs\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
    const named = [...section.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name);
    expect(new Set(named.filter((name) => name !== 'SETTINGS_FILE' && name !== 'SETTINGS_INVALID'))).toEqual(
      new Set(changeableVariables),
    );
  });
});
