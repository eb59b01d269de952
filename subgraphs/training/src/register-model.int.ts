import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { exportModel } from '@fathom/neural/export/export-model';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { writeModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import { createDeferred } from '@fathom/platform/deferred';
import type { Identity } from '@fathom/platform/identity';
import { createLogger } from '@fathom/platform/logging';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModelChecker } from './runtime/model-checker.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';
import { announce, createUploadClient } from './testing/uploads.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let client: ReturnType<typeof createUploadClient>;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  client = createUploadClient(subgraph);
});
afterAll(() => subgraph.close());

const tokenizer = trainByteLevelBpe({
  texts: [],
  vocabularySize: 260,
  specialTokens: [...questionAnswerTokens],
});
const config: ModelConfig = {
  vocabularySize: 260,
  hiddenSize: 32,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 128,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};

/** A model of its own for each seed, as a folder of safetensors or of ONNX. */
async function modelFolder(seed: number, layout: 'safetensors' | 'onnx'): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-register-')), 'model');
  const model = {
    config,
    weights: initializeLlama(config, seed),
    tokenizer,
    chatTemplate: ChatTemplate.questionAnswer(),
  };
  if (layout === 'safetensors') await writeModelFolder(folder, model);
  else await exportModel(folder, model, { layout: 'hugging-face', precisions: ['fp32', 'int4'] });
  return folder;
}

async function upload(folder: string): Promise<string> {
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const begun = await client.begin(paths.map((path, at) => announce(contents[at]!, path)));
  for (const [at, content] of contents.entries())
    expect(await client.put(begun.files[at]!.url, 0, content)).toMatchObject({ status: 200 });
  return begun.id;
}

interface Registered {
  readonly __typename: string;
  readonly id?: string;
  readonly message?: string;
  readonly code?: string;
}

async function register(input: object, who?: Partial<Identity>): Promise<Registered> {
  const { data, errors } = await subgraph.request<{ registerModel: Registered }>(
    `mutation ($input: RegisterModelInput!) { registerModel(input: $input) { __typename
       ... on ModelVersion { id number kind parameterCount config artifactUri sizeBytes aliases trainingRun { id } }
       ... on ModelRefused { code message } ... on InvalidInput { field message } ... on NotFound { message }
       ... on WrongState { state message } } }`,
    { input },
    who,
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.registerModel;
}

test('an uploaded folder becomes a version, is announced, and an alias leads to it with its reason on record', async () => {
  const announced = createDeferred<unknown>();
  const subscription = await subgraph.parts.broker.subscribe({
    topics: ['model-version.registered'],
    group: 'test',
    handle: async ({ payload }) => announced.resolve(payload),
  });
  const folder = await modelFolder(1, 'onnx');
  const uploadId = await upload(folder);
  const made = await register({
    uploadId,
    modelName: 'elsewhere',
    alias: 'candidate',
    reason: 'from the hub',
  });
  expect(made).toMatchObject({
    __typename: 'ModelVersion',
    id: 'elsewhere@1',
    number: 1,
    kind: 'FULL',
    aliases: ['candidate'],
    trainingRun: null,
    config: await readFile(join(folder, 'config.json'), 'utf8'),
  });
  const { artifactUri } = made as unknown as { artifactUri: string };
  expect(await announced.promise).toMatchObject({ versionId: 'elsewhere@1', kind: 'FULL', artifactUri });
  await subscription.close();
  const stored = await subgraph.parts.artifacts.fetch(artifactUri);
  expect(await readFile(join(stored, 'onnx/model_q4.onnx'))).toEqual(
    await readFile(join(folder, 'onnx/model_q4.onnx')),
  );
  const { data } = await subgraph.request<{ model: object }>(
    '{ model(name: "elsewhere") { aliases { name moves { reason movedBy to { id } } } } }',
  );
  expect(data?.model).toMatchObject({
    aliases: [{ name: 'candidate', moves: [{ reason: 'from the hub', to: { id: 'elsewhere@1' } }] }],
  });
  // Whoever lost the answer asks again, and the same files sent again are the same version.
  expect(await register({ uploadId, modelName: 'elsewhere' })).toEqual(made);
  expect(await register({ uploadId: await upload(folder), modelName: 'elsewhere' })).toEqual(made);
  expect(
    (await register({ uploadId: await upload(await modelFolder(2, 'safetensors')), modelName: 'elsewhere' }))
      .id,
  ).toBe('elsewhere@2');
});

test('two who ask at once wait for one check, and there is one version', async () => {
  const uploadId = await upload(await modelFolder(3, 'safetensors'));
  const answers = await Promise.all([1, 2].map(() => register({ uploadId, modelName: 'twins' })));
  expect(answers.map(({ id }) => id)).toEqual(['twins@1', 'twins@1']);
});

test('what cannot be served is refused by name, nothing is registered, and the upload stays', async () => {
  const cut = await modelFolder(4, 'safetensors');
  await truncate(join(cut, 'model.safetensors'), 9_000);
  const cutGraph = await modelFolder(5, 'onnx');
  await truncate(join(cutGraph, 'onnx/model_q4.onnx'), 9_000);
  const noTokenizer = await modelFolder(6, 'onnx');
  await rm(join(noTokenizer, 'tokenizer.json'));
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    [cut, 'SAFETENSORS_CORRUPT', /^model\.safetensors: .*truncated/],
    [cutGraph, 'ONNX_CORRUPT', /^onnx\/model_q4\.onnx: at byte \d+ .*truncated/],
    [noTokenizer, 'MODEL_INCOMPLETE', /^tokenizer\.json is missing/],
  ];
  for (const [folder, code, message] of refusals) {
    const uploadId = await upload(folder);
    const refused = await register({ uploadId, modelName: 'broken', alias: 'champion' });
    expect(refused).toMatchObject({
      __typename: 'ModelRefused',
      code,
      message: expect.stringMatching(message),
    });
    const { data } = await subgraph.request<{ upload: object; model: object | null }>(
      'query ($id: ID!) { upload(id: $id) { isComplete } model(name: "broken") { name } }',
      { id: uploadId },
    );
    expect(data).toEqual({ upload: { isComplete: true }, model: null });
  }
});

test('a process that is killed, or takes too long, while it loads a model is a refusal with a code', async () => {
  const folder = await modelFolder(8, 'safetensors');
  const options = { threads: 1, niceness: 0, logger: createLogger({ service: 'test', level: 'silent' }) };
  const killed = createModelChecker({
    ...options,
    patienceMs: 60_000,
    onStart: (pid) => process.kill(pid, 'SIGKILL'),
  });
  const hurried = createModelChecker({ ...options, patienceMs: 0 });
  for (const checker of [killed, hurried])
    expect(await checker.check(folder)).toMatchObject({
      kind: 'refused',
      code: 'MODEL_CHECK_CRASHED',
      message: expect.stringContaining('ended by SIGKILL'),
    });
});

test("a name that is another's, and what the caller may not or does not know, are refused before anything is read", async () => {
  const uploadId = await upload(await modelFolder(7, 'safetensors'));
  await register({ uploadId, modelName: 'mine' });
  const rival = { tenant: 'rival' };
  expect(await register({ uploadId: 'upload_x', modelName: 'mine' }, rival)).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.modelName',
  });
  expect(await register({ uploadId, modelName: 'theirs' }, rival)).toMatchObject({ __typename: 'NotFound' });
  expect(await register({ uploadId, modelName: 'No Name' })).toMatchObject({ __typename: 'InvalidInput' });
  await expect(register({ uploadId, modelName: 'x' }, { scopes: ['training:read'] })).rejects.toThrow(
    'FORBIDDEN',
  );
});
