import { describe, expect, it } from 'vitest';
import { formatBanner } from './banner.ts';

const readiness = (implementation: string, facts = {}) => ({
  status: 'ready',
  checks: {
    database: { ok: true, detail: '', implementation: 'PostgreSQL 18.4' },
    cache: { ok: true, detail: '', implementation },
  },
  facts,
});

function banner(value: string | undefined): string {
  return formatBanner({
    services: [
      {
        name: 'inference',
        ms: 1234,
        baseUrl: 'http://127.0.0.1:4001',
        readiness: readiness('in-process', { devices: 'cpu' }),
      },
      { name: 'gateway', ms: 99, baseUrl: 'http://127.0.0.1:4000', readiness: readiness('postgres') },
    ],
    gatewayUrl: 'http://127.0.0.1:4000',
    ms: 6_543,
    databaseOrigin: 'embedded, port 5439',
    dataFolder: '/data',
    adminKey: { file: '/data/keys/admin', value },
  });
}

describe('the banner', () => {
  it('tells each service, each address and each part’s implementation', () => {
    const text = banner(undefined);
    expect(text).toContain('  ✓ inference  1,234 ms  http://127.0.0.1:4001');
    expect(text).toContain('WebSocket  ws://127.0.0.1:4000/graphql');
    expect(text).toContain('Database  PostgreSQL 18.4 (embedded, port 5439)');
    expect(text).toContain('Cache     in-process, postgres');
    expect(text).toContain('Devices   cpu');
    expect(text).toContain('ready (6.5 s)');
  });

  it('shows the key when it is given, else where it is', () => {
    expect(banner('fth_1_x')).toContain('fth_1_x  (shown once; kept in /data/keys/admin)');
    expect(banner(undefined)).toContain('Admin key  in /data/keys/admin');
  });
});
