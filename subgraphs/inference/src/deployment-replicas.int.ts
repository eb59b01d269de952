/* Which process has which version, and how it stands, as two real processes tell each other. */
import { expect, test } from 'vitest';
import { type RunningService, useServiceProcesses } from './testing/service-process.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const services = useServiceProcesses(() => writeTinyModel({ layers: 48, isEndless: true }));

interface Replica {
  readonly instance: string;
  readonly status: string;
  readonly precision: string;
  readonly activeSequences: number;
  readonly maxSequences: number;
  readonly queuedRequests: number;
  readonly reportedAt: string;
  readonly devices: readonly { readonly id: string; readonly instance: string }[];
}

/** Of the one deployment that there is, by instance. */
async function replicas(service: RunningService): Promise<readonly Replica[]> {
  const { deployments } = await services.query<{
    deployments: readonly {
      readonly modelVersion: { readonly id: string };
      readonly replicas: readonly Replica[];
    }[];
  }>(
    service,
    `{ deployments { modelVersion { id } replicas { instance status precision activeSequences maxSequences queuedRequests
       reportedAt devices { id instance } } } }`,
  );
  const found = deployments.find(({ modelVersion }) => modelVersion.id === 'tiny@1')?.replicas ?? [];
  return [...found].sort((a, b) => a.instance.localeCompare(b.instance));
}

const instancesOf = async (service: RunningService): Promise<readonly string[]> =>
  (await replicas(service)).map(({ instance }) => instance);

test('a process shows its own replica and its peers’, each with its devices and its load; one that is gone is not shown', async () => {
  const one = await services.start({
    OTEL_SERVICE_INSTANCE_ID: 'one',
    MAX_SEQUENCES: '2',
    MODEL_PRECISION: 'int8',
  });
  const two = await services.start({
    OTEL_SERVICE_INSTANCE_ID: 'two',
    MAX_SEQUENCES: '3',
    ENGINE_PEERS: `http://127.0.0.1:${one.port}`,
  });
  const poll = { timeout: 60_000 };
  await expect.poll(() => instancesOf(two), poll).toEqual(['one', 'two']);
  const idle = { status: 'READY', activeSequences: 0, queuedRequests: 0 };
  expect(await replicas(two)).toMatchObject([
    {
      ...idle,
      instance: 'one',
      precision: 'int8',
      maxSequences: 2,
      devices: [{ id: 'cpu-0@one', instance: 'one' }],
    },
    {
      ...idle,
      instance: 'two',
      precision: 'fp32',
      maxSequences: 3,
      devices: [{ id: 'cpu-0', instance: 'two' }],
    },
  ]);
  // It has no peers of its own, and shows what it knows.
  expect(await instancesOf(one)).toEqual(['one']);

  const generate = `mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation { status } } }`;
  const variables = { input: { prompt: 'Who is busy?', maxTokens: 512 } };
  // Its process is killed under it.
  const cut = services.query(one, generate, variables).catch(() => undefined);
  await expect
    .poll(() => replicas(two), poll)
    .toMatchObject([{ activeSequences: 1 }, { activeSequences: 0 }]);
  one.process.kill('SIGKILL');
  await cut;
  await expect.poll(() => instancesOf(two), poll).toEqual(['two']);
});
