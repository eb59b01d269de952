import { fileURLToPath } from 'node:url';
import { artifactEnvOf } from '@fathom/platform/artifacts/artifact-env';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterEach, expect, test } from 'vitest';
import { createDataSet, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

// The service with a worker that keeps CONTRACT.md and shares no line of code with the product.
const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
afterEach(() => subgraph.close());

const start = (env: Readonly<Record<string, string>> = {}) =>
  startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    executor: (parts) =>
      createChildProcessExecutor({
        entry: fileURLToPath(new URL('./testing/scripted-worker.mjs', import.meta.url)),
        env: { ...artifactEnvOf(parts.env), ...env },
        niceness: 0,
        logger: parts.logger,
      }),
  });

test('a worker that knows the contract alone takes a run to its version, also when it stopped on the way', async () => {
  // It stops by itself at step 10 each time that it gets there, as if it had been asked to.
  subgraph = await start({ SCRIPT_STOPS_AT: '10' });
  const dataSetId = await createDataSet(subgraph);
  const id = await startRun(subgraph, { modelName: 'scripted', dataSetId, ...tinyRun });
  const events = await untilRest(subgraph, id);
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'COMPLETED', step: 24, modelVersion: { id: 'scripted@1' } });
  expect(events.flatMap(({ point }) => (point ? [point.step] : []))).toEqual(
    Array.from({ length: 24 }, (_, index) => index + 1),
  );
  expect(run.checkpoints.map(({ step }) => step)).toEqual(expect.arrayContaining([24, 18, 12]));
  const details = events.flatMap(({ transition }) => (transition ? [transition.detail] : []));
  expect(details).toContain('its worker stopped unasked; it goes on from the checkpoint of step 10');
  expect(details).toContain('from step 10');

  const whole = await startRun(subgraph, { modelName: 'scripted', dataSetId, ...tinyRun });
  await untilRest(subgraph, whole);
  expect((await runState(subgraph, whole)).modelVersion?.artifactUri).toBe(run.modelVersion?.artifactUri);
});
