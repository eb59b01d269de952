/** The service as the supervisor runs it, stopped while it loads a model: what is being loaded is given up, nothing is waited for. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { writeLargeModel } from './testing/large-model.ts';
import { useServiceProcesses } from './testing/service-process.ts';

const services = useServiceProcesses(writeLargeModel);
const int8 = { MODEL_PRECISION: 'int8' };

async function statusOfVersion(): Promise<string | undefined> {
  const reader = await services.database.open();
  const [row] = await reader.query<{ status: string }>(
    `select status from inference.deployments where version_id = 'tiny@1'`,
  );
  await reader.close();
  return row?.status;
}

test('SIGTERM while a model is being loaded ends the process cleanly, and the next one loads it', async () => {
  const first = await services.start(int8);
  await expect.poll(statusOfVersion, { timeout: 60_000 }).toBe('LOADING');
  const exited = once(first.process, 'exit');
  first.process.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  // It was given up, not finished: nobody said READY.
  expect(await statusOfVersion()).toBe('LOADING');

  const second = await services.start(int8);
  await expect.poll(statusOfVersion, { timeout: 60_000 }).toBe('READY');
  const text = `mutation { generate(input: { prompt: "Hello?", maxTokens: 4 }) { __typename ... on Generation { status } } }`;
  expect(await services.query(second, text)).toMatchObject({ generate: { status: 'COMPLETED' } });
});
