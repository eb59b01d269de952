/** Workers that end by SIGKILL while the kernel counts one more that it killed for want of memory. */
import { fileURLToPath } from 'node:url';
import { artifactEnvOf } from '@fathom/platform/artifacts/artifact-env';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterEach, expect, test } from 'vitest';
import { createDataSet, longRun, runState, startRun, untilEvent, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
/** Of the kernel's killer, as /proc/vmstat has it. */
let oomKills = 0;
const pids: number[] = [];
afterEach(() => subgraph.close());

const start = () =>
  startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    executor: (parts) =>
      createChildProcessExecutor({
        entry: fileURLToPath(new URL('./worker/main.ts', import.meta.url)),
        env: artifactEnvOf(parts.env),
        niceness: 0,
        logger: parts.logger,
        onStart: (pid) => pids.push(pid),
        memory: { oomKills: () => oomKills },
      }),
  });

/** What the kernel does where memory runs out. */
function killForMemory(): void {
  oomKills += 1;
  process.kill(pids.at(-1)!, 'SIGKILL');
}

test('a worker that the kernel killed for want of memory is replaced once, and a second one in a row fails the run by name', async () => {
  subgraph = await start();
  const dataSetId = await createDataSet(subgraph);
  const hyperparameters = { ...longRun.hyperparameters, steps: 100_000, checkpointEverySteps: 100_000 };
  const id = await startRun(subgraph, { ...longRun, modelName: 'large', dataSetId, hyperparameters });
  let seen = 0;
  for (const _ of ['the first', 'its replacement']) {
    await untilEvent(subgraph, id, ({ sequence, transition }) => {
      if (sequence <= seen || transition?.to !== 'TRAINING') return false;
      seen = sequence;
      return true;
    });
    killForMemory();
  }
  await untilRest(subgraph, id);
  expect(await runState(subgraph, id)).toMatchObject({ status: 'FAILED', failureCode: 'OUT_OF_MEMORY' });
});

test('one such kill costs a run nothing but the steps since its checkpoint', async () => {
  subgraph = await start();
  const dataSetId = await createDataSet(subgraph);
  const whole = await startRun(subgraph, { ...longRun, modelName: 'whole', dataSetId });
  await untilRest(subgraph, whole);
  const id = await startRun(subgraph, { ...longRun, modelName: 'killed', dataSetId });
  await untilEvent(subgraph, id, ({ checkpoint }) => checkpoint !== undefined);
  killForMemory();
  const events = await untilRest(subgraph, id);
  const [run, untouched] = [await runState(subgraph, id), await runState(subgraph, whole)];
  expect(run).toMatchObject({ status: 'COMPLETED' });
  expect(run.modelVersion?.artifactUri).toBe(untouched.modelVersion?.artifactUri);
  expect(events.map(({ transition }) => transition?.detail)).toContainEqual(
    expect.stringMatching(/out-of-memory killer/),
  );
});
