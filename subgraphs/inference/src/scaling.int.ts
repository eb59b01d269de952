import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scalingGauges, scalingPath } from './runtime/scaling.ts';
import { generateSubscription, type Harness, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url, settings: { maxSequences: 2, maxQueued: 8 } });
  await harness.register('tiny@1', await writeTinyModel({ layers: 48, isEndless: true }));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
});
afterAll(() => harness.close());

const at = (path: string): URL => new URL(path, harness.subgraph.url);

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(at('/metrics'))).text();
  return Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function figures(): Promise<Record<string, number>> {
  return (await (await fetch(at(scalingPath))).json()) as Record<string, number>;
}

test('an idle service wants one replica; under load the signals rise, in Prometheus and in JSON alike', async () => {
  expect(await figures()).toEqual({
    queueSeconds: 0,
    loadRatio: 0,
    kvPressure: 0,
    desiredReplicas: 1,
    ttftP95Seconds: 0,
  });
  const client = await harness.subgraph.webSocketClient();
  const run = (number: number) =>
    client.iterate({
      query: generateSubscription,
      variables: { input: { prompt: `Question ${number}?`, maxTokens: number === 0 ? 8 : 512 } },
    });
  // One that ends tells how long requests take; then more than there are slots.
  for await (const _ of run(0));
  const streams = Array.from({ length: 6 }, (_, index) => run(index + 1));
  await Promise.all(streams.map((stream) => stream.next()));
  await expect.poll(async () => (await figures())['loadRatio']).toBe(3);
  expect(await gauge('fathom_inference_load_ratio')).toBe(3);
  expect(await gauge('fathom_inference_desired_replicas')).toBe(4);
  expect(await gauge('fathom_inference_queue_seconds')).toBeGreaterThan(0);
  expect(await gauge('fathom_inference_kv_pressure')).toBeGreaterThan(0);
  expect(await gauge('fathom_inference_ttft_p95_seconds')).toBeGreaterThan(0);
  await Promise.all(streams.map((stream) => stream.return?.()));
});

test('the manifest of the autoscaler names what is exported', async () => {
  const manifest = await readFile(
    join(repositoryRoot(), 'deploy/kubernetes/inference-scaledobject.yaml'),
    'utf8',
  );
  const names = [...manifest.matchAll(/\b(fathom_\w+)/g)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(await gauge(name), name).not.toBeNaN();
  const [, path] = /url: http:\/\/inference:4001(\S+)/.exec(manifest) ?? [];
  const [, field = ''] = /valueLocation: (\S+)/.exec(manifest) ?? [];
  expect(path).toBe(scalingPath);
  expect(Object.keys(await figures())).toContain(field);
  expect(Object.values(scalingGauges).map(([signal]) => signal)).toEqual(
    expect.arrayContaining(Object.keys(await figures())),
  );
});
