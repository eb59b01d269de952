import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { createTestDatabase } from '../testing/postgres.ts';
import { type VectorIndexTarget, vectorIndexContract } from './vector-index.contract.ts';
import { createVectorIndex, type VectorIndexOptions } from './vector-index.ts';

describe('the exact scan', () => {
  vectorIndexContract(() => openTarget('exact', /^exact scan$/));
});

if (process.env.TEST_DATABASE_URL || process.env.FATHOM_REQUIRE_REAL === '1') {
  describe('pgvector', () => {
    it('is on the server that TEST_DATABASE_URL names', () => {
      expect(process.env.TEST_DATABASE_URL).toMatch(/^postgres(ql)?:/);
    });
    vectorIndexContract(() => openTarget('best', /^pgvector \d/));

    it('takes over what an exact scan had stored', async () => {
      const { database, close } = await openMigrated();
      try {
        const exact = await createVectorIndex(database, {
          name: 'moving',
          dimensions: 2,
          implementation: 'exact',
        });
        await exact.upsert([
          { tenant: 'a', id: 'x', vector: Float32Array.of(3, 4), metadata: { kept: true } },
          { tenant: 'a', id: 'gone', vector: Float32Array.of(1, 0), metadata: null },
        ]);
        await exact.delete('a', ['gone']);
        const graph = await createVectorIndex(database, { name: 'moving', dimensions: 2 });
        expect(graph.implementation).toMatch(/^pgvector/);
        expect(await graph.search({ tenant: 'a', vector: Float32Array.of(3, 4), limit: 5 })).toEqual([
          { id: 'x', score: expect.closeTo(1, 6), metadata: { kept: true } },
        ]);
      } finally {
        await close();
      }
    });
  });
}

async function openTarget(
  implementation: NonNullable<VectorIndexOptions['implementation']>,
  expected: RegExp,
): Promise<VectorIndexTarget> {
  const { database, close } = await openMigrated();
  return {
    implementation: expected,
    open: (name, dimensions) => createVectorIndex(database, { name, dimensions, implementation }),
    close,
  };
}

async function openMigrated(): Promise<{ database: Database; close(): Promise<void> }> {
  const { url, drop } = await createTestDatabase();
  const database = await openDatabase({ url, schema: 'vectors', applicationName: 'contract' });
  const noMigrations = await mkdtemp(join(tmpdir(), 'fathom-migrations-'));
  await migrate(database, { directory: noMigrations });
  await rm(noMigrations, { recursive: true });
  return {
    database,
    close: async () => {
      await database.close();
      await drop();
    },
  };
}
