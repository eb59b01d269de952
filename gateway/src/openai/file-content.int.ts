/** The content of a file, as OpenAI's own client downloads it, in front of the platform's own `training` SDL. */
import type { Identity } from '@fathom/platform/identity';
import type { IdentifiedExchange } from '@fathom/platform/server/identified-http';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceSdl } from '../../test/service-sdl.ts';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';

const trainingSdl = serviceSdl('training');

const line = `${JSON.stringify({ prompt: 'Who is it?', completion: 'Bathy.' })}\n`;
/** More than sockets buffer. */
const content = line.repeat(300_000);

const dataSet = {
  id: 'data-1',
  name: 'mascot.jsonl',
  version: 1,
  exampleCount: 300_000,
  sizeBytes: content.length,
  sha256: 'f'.repeat(64),
  createdAt: '2026-11-24T08:30:00.000Z',
};

let training: TestSubgraph;
let gateway: TestGateway;
let openai: OpenAI;
const downloads: { readonly url: string | undefined; readonly tenant: Identity['tenant'] }[] = [];
/** Set where the service breaks off in the middle. */
let breaksOff = false;

beforeAll(async () => {
  const identity = await testIdentity();
  training = await startTestSubgraph({
    service: 'training',
    typeDefs: trainingSdl,
    identity,
    resolvers: {
      Query: {
        dataSet: (_: unknown, { id }: { id: string }, { identity: who }: RequestContext) =>
          id === dataSet.id && who.tenant === 'test' ? dataSet : null,
      },
    },
    routes: {
      '/data-sets/': async ({ request, response, identity: who }: IdentifiedExchange) => {
        downloads.push({ url: request.url, tenant: who.tenant });
        response.writeHead(200, {
          'content-type': 'application/jsonl; charset=utf-8',
          'content-length': content.length,
        });
        if (breaksOff) response.write(content.slice(0, 100_000), () => response.destroy());
        else response.end(content);
      },
    },
  });
  gateway = await startTestGateway({
    subgraphs: { training: trainingSdl },
    urls: { training: training.url },
    identity,
  });
  openai = clientOf(gateway.key);
});
afterAll(async () => {
  await gateway.close();
  await training.close();
});

const clientOf = (apiKey: string) =>
  new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0, timeout: 60_000 });

test('is what the service holds, byte for byte, and comes under its type and name', async () => {
  const response = await openai.files.content('file-data-1');
  expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="data-1.jsonl"');
  expect((await response.text()) === content).toBe(true);
  expect(downloads.at(-1)).toEqual({ url: '/data-sets/data-1', tenant: 'test' });
});

test('of another tenant, or of no file, is not found, and nothing is asked for', async () => {
  const before = downloads.length;
  const { key } = await gateway.issueKey({ tenant: 'acme' });
  for (const [client, id] of [
    [clientOf(key), 'file-data-1'],
    [openai, 'file-nothing'],
    [openai, 'data-1'],
  ] as const)
    await expect(client.files.content(id)).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(downloads).toHaveLength(before);
});

test('that breaks off at its service is seen to break off', async () => {
  breaksOff = true;
  const whole = openai.files.content('file-data-1').then((response) => response.text());
  await expect(whole).rejects.toThrow();
  breaksOff = false;
});
