/** Models deleted by OpenAI's own client, in front of the platform's own `training` SDL. */
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceSdl } from '../../test/service-sdl.ts';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';

const trainingSdl = serviceSdl('training');

let training: TestSubgraph;
let gateway: TestGateway;
let openai: OpenAI;
const asked: object[] = [];

beforeAll(async () => {
  const identity = await testIdentity();
  training = await startTestSubgraph({
    service: 'training',
    typeDefs: trainingSdl,
    identity,
    resolvers: {
      Mutation: {
        removeModelVersion: (_: unknown, { input }: { input: { versionId: string } }) => {
          asked.push({ ...input });
          const id = input.versionId;
          if (id === 'tuned@1') return { __typename: 'ModelVersion', id, sizeBytes: 1, removal: null };
          if (id === 'fathom-facts@1')
            return {
              __typename: 'ModelVersionInUse',
              message: `${id} is in use: alias fathom-facts/champion. Move or end what refers to it first.`,
              references: [{ kind: 'ALIAS', id: 'fathom-facts/champion' }],
            };
          return { __typename: 'NotFound', message: `There is no model version ${id}.`, id };
        },
      },
      RemoveModelVersionResult: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    },
  });
  gateway = await startTestGateway({
    subgraphs: { training: trainingSdl },
    urls: { training: training.url },
    identity,
  });
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await training.close();
});

test('a version is removed, with the request as the reason', async () => {
  expect(await openai.models.delete('tuned@1')).toEqual({ id: 'tuned@1', object: 'model', deleted: true });
  expect(asked).toEqual([{ versionId: 'tuned@1', reason: 'DELETE /v1/models/tuned@1' }]);
});

test('what is in use, unknown or no version stays, and the refusal says why', async () => {
  await expect(openai.models.delete('fathom-facts@1')).rejects.toMatchObject({
    status: 409,
    code: 'MODEL_IN_USE',
    param: 'model',
    message: expect.stringContaining('alias fathom-facts/champion'),
  });
  await expect(openai.models.delete('nothing@7')).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
  asked.length = 0;
  for (const name of ['fathom-facts@champion', 'fathom', 'tuned'])
    await expect(openai.models.delete(name)).rejects.toMatchObject({ status: 400, param: 'model' });
  expect(asked).toEqual([]);
});
