// Time from startTrainingRun to the first step, over the real service: queue, worker process, data set, vocabulary, graph.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@fathom/platform/database/embedded-postgres';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { alphabetJsonl, createDataSet, follow, startRun, tinyRun } from '../src/testing/operations.ts';
import { startTrainingSubgraph } from '../src/testing/training-subgraph.ts';

/*
 * The service with its server and PostgreSQL, asked over HTTP and followed over WebSocket. Time runs from the request to
 * the event that tells of each state, and of the first step; a worker tells steps at most every 250 ms. The data set is
 * small: what is measured is the way, not the work on it.
 */
const rounds = 7;
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-start-'));
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
const subgraph = await startTrainingSubgraph({ databaseUrl: server.url('postgres') });
const dataSetId = await createDataSet(subgraph, alphabetJsonl);
const samples = new Map<string, number[]>();
const record = (what: string, ms: number) => samples.set(what, [...(samples.get(what) ?? []), ms]);

for (let round = 0; round < rounds; round += 1) {
  const began = performance.now();
  const id = await startRun(subgraph, { modelName: `start-${round}`, dataSetId, ...tinyRun });
  record('accepted', performance.now() - began);
  let stepped = false;
  for await (const { transition, point } of follow(subgraph, id)) {
    if (transition && transition.to !== 'QUEUED' && !stepped)
      record(transition.to.toLowerCase(), performance.now() - began);
    if (point && !stepped) {
      stepped = true;
      record('first step', performance.now() - began);
    }
  }
}
await subgraph.close();
await server.stop();
await rm(folder, { recursive: true });

printMachine();
printTable(
  ['after startTrainingRun', 'median ms', 'slowest ms'],
  [...samples].map(([what, each]) => [what, Math.round(quantile(each, 0.5)), Math.round(Math.max(...each))]),
);
printBound({
  name: 'start-to-first-step-ms',
  measured: quantile(samples.get('first step') ?? [], 0.5),
  required: 3_000,
  direction: 'at-most',
});
