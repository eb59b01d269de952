// One online read of 1,000 entities through the domain action, against the bare SQL read with pg on the same PostgreSQL.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@fathom/platform/database/embedded-postgres';
import type { Identity } from '@fathom/platform/identity';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { openTestPlatform } from '@fathom/platform/testing/platform';
import pg from 'pg';
import { defineEntity, defineView } from '../src/actions/define.ts';
import { ingest } from '../src/actions/ingest.ts';
import { readOnline } from '../src/actions/read.ts';

/*
 * The store holds 10,000 entities of ten features. Both sides read the same 1,000 keys in the same round, one right
 * after the other, taking turns in going first; every round asks other keys. The action also finds the view, checks
 * the caller's scope, judges each value's age and answers in the order asked; the peer stops at pg's rows.
 */
const entityCount = 10_000;
const keysPerRead = 1_000;
const rounds = 400;
const warmUpRounds = 100;
const features = Array.from({ length: 10 }, (_, index) => ({
  name: `feature_${index}`,
  type: index % 2 ? ('FLOAT' as const) : ('INTEGER' as const),
  description: 'A number.',
}));
const identity: Identity = { subject: 'bench', tenant: 'bench', roles: [], scopes: ['admin'] };

const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-features-'));
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
const platform = await openTestPlatform({
  service: 'features',
  migrations: new URL('../sql/', import.meta.url),
  databaseUrl: server.url('postgres'),
});
const { database } = platform;
const bare = new pg.Pool({
  connectionString: database.url,
  max: 1,
  options: `-c search_path=${database.schema}`,
});

const viewId = await fillStore();
await database.query('analyze');
await bare.query('select 1');

const action: number[] = [];
const peer: number[] = [];
for (let round = 0; round < warmUpRounds + rounds; round += 1) {
  const keys = keysOf(round);
  const first = round % 2 === 0 ? readByAction : readBare;
  const second = first === readBare ? readByAction : readBare;
  const [one, other] = [await timed(() => first(keys)), await timed(() => second(keys))];
  if (round < warmUpRounds) continue;
  action.push(first === readByAction ? one : other);
  peer.push(first === readBare ? one : other);
}

await bare.end();
await platform.close();
await server.stop();
await rm(folder, { recursive: true, force: true });

const ms = (value: number) => Number(value.toFixed(2));
printMachine();
printTable(
  [`${keysPerRead} entities, ms`, 'p50', 'p95', 'entities/s at p50'],
  [
    ['readOnline (domain action)', action],
    ['pg, the bare read', peer],
  ].map(([name, samples]) => {
    const [p50, p95] = [0.5, 0.95].map((share) => quantile(samples as number[], share)) as [number, number];
    return [name as string, ms(p50), ms(p95), Math.round((1_000 * keysPerRead) / p50)];
  }),
);
printBound({
  name: 'online-read-of-bare-read',
  measured: quantile(action, 0.5) / quantile(peer, 0.5),
  required: 1.3,
  direction: 'at-most',
});

async function fillStore(): Promise<string> {
  const view = { name: 'bench', entity: 'thing', description: 'Numbers.', lifetimeSeconds: null, features };
  await defineEntity(database, identity, { name: 'thing', description: 'A thing.' });
  const defined = await defineView(database, identity, view);
  if (!('id' in defined)) throw new Error(`the view was refused: ${JSON.stringify(defined)}`);
  const at = new Date().toISOString();
  const rows = Array.from({ length: entityCount }, (_, index) => ({
    entityKey: keyOf(index),
    at,
    values: Object.fromEntries(
      features.map(({ name, type }, place) => [name, index * 10 + place + (type === 'FLOAT' ? 0.5 : 0)]),
    ),
  }));
  const ingested = await ingest(database, identity, { view: view.name, rows });
  if (ingested.__typename !== 'FeatureIngestion')
    throw new Error(`the rows were refused: ${JSON.stringify(ingested)}`);
  return defined.id;
}

function keyOf(index: number): string {
  return `thing-${index}`;
}

/** 1,000 different keys; 7 has no factor in common with the number of entities, so the keys are spread over the table. */
function keysOf(round: number): readonly string[] {
  return Array.from({ length: keysPerRead }, (_, index) =>
    keyOf(((round * keysPerRead + index) * 7) % entityCount),
  );
}

async function readByAction(entityKeys: readonly string[]): Promise<number> {
  const answer = await readOnline(database, identity, { view: 'bench', entityKeys });
  if (answer.__typename !== 'FeatureVectors') throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer.vectors.length;
}

async function readBare(keys: readonly string[]): Promise<number> {
  const { rows } = await bare.query(
    'select entity_key, at, values from feature_latest where view_id = $1 and entity_key = any($2)',
    [viewId, keys],
  );
  return rows.length;
}

/** Milliseconds. Throws if the read did not bring every entity. */
async function timed(read: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const count = await read();
  const elapsed = performance.now() - startedAt;
  if (count !== keysPerRead) throw new Error(`read ${count} entities of ${keysPerRead}`);
  return elapsed;
}
