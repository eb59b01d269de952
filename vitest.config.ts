import { defineConfig } from 'vitest/config';

// Which runner a file belongs to is its suffix: x.test.ts is pure and fast, x.int.ts starts real servers
// (embedded PostgreSQL, worker threads, sockets), x.e2e.ts starts the whole product as a user does, x.real.ts
// needs what only .ci/contracts sets up.
const shared = {
  environment: 'node' as const,
  exclude: ['**/node_modules/**', '**/dist/**'],
  // What arrives as an event arrives when it does; the runner's own deadline of a second fails on a busy machine.
  expect: { poll: { timeout: 15_000 } },
};

/** For what hangs, not for what is slow: a machine that does much else takes many times what a test takes alone. */
const hangs = { testTimeout: 180_000, hookTimeout: 240_000 };

export default defineConfig({
  resolve: {
    conditions: ['development', 'node'],
    // graphql has a `module` build beside its CommonJS one; two copies of graphql refuse each other's schemas.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  ssr: { resolve: { conditions: ['development', 'node'], externalConditions: ['development', 'node'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'integration',
          sequence: { groupOrder: 1 },
          ...hangs,
          include: ['**/*.int.ts'],
          pool: 'forks',
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'real',
          sequence: { groupOrder: 3 },
          ...hangs,
          include: ['**/*.real.ts'],
          pool: 'forks',
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['**/*.e2e.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
