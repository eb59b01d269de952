import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { createEventQueue } from '@fathom/platform/server/async-events';
import { readApiSchema } from '@fathom/schema/api-schema';
import { graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

// The commands against a gateway of a test's own with the product's schema, so that every operation of the commands is
// validated, and runs do what the test says when it says so.
type Fields = Readonly<Record<string, unknown>>;
type Root = Record<string, (args: never) => unknown>;

let gateway: Server;
let sockets: WebSocketServer;
let url: string;
let root: Root;
let unsubscribed: Deferred<void>;
let folder: string;

const run: Fields = {
  __typename: 'TrainingRun',
  id: 'run_1',
  status: 'COMPLETED',
  detail: 'alphabet@1 is registered',
  attempt: 1,
  task: 'LANGUAGE_MODEL',
  model: { name: 'alphabet' },
  modelVersion: { id: 'alphabet@1', aliases: ['champion'] },
  config: '{}',
  seed: 1,
  step: 40,
  totalSteps: 40,
  tokensSeen: 4_000,
  loss: 0.5,
  startedBy: 'tester',
  createdAt: '2026-11-25T08:00:00.000Z',
  checkpoints: [{ step: 40, sizeBytes: 1_000 }],
  evaluations: [{ suite: 'held-out', exampleCount: 5, loss: 0.75, exactMatch: 0.8 }],
  history: [],
};

beforeEach(async () => {
  unsubscribed = createDeferred();
  root = { trainingRun: () => run };
  gateway = createServer((request, response) => {
    void answer(request).then((body) => response.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  sockets = new WebSocketServer({ server: gateway, path: '/graphql' });
  useServer({ schema: readApiSchema(), roots: { subscription: rootValue() } }, sockets);
  folder = await mkdtemp(join(tmpdir(), 'fathom-train-cli-'));
});

afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** Looks the test's resolvers up when they are called. */
const rootValue = () => new Proxy({}, { get: (_, name) => root[name as string] });

async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.url !== '/graphql') return {};
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    query: string;
    variables: Fields;
  };
  return graphql({
    schema: readApiSchema(),
    source: query,
    variableValues: variables,
    rootValue: rootValue(),
  });
}

const event = (sequence: number, more: Fields): Fields => ({
  trainingRunProgressed: { sequence, cursor: `c${sequence}`, ...more },
});
const stepped = (sequence: number, step: number): Fields =>
  event(sequence, {
    __typename: 'TrainingStepped',
    etaSeconds: 1,
    point: { step, tokensSeen: 1, loss: 1.5, learningRate: 0.003, gradientNorm: 0.5, tokensPerSecond: 1_000 },
  });
const moved = (sequence: number, to: string): Fields =>
  event(sequence, {
    __typename: 'TrainingRunTransitioned',
    transition: { from: 'QUEUED', to, detail: 'because', at: '2026-11-25T08:00:00.000Z' },
  });

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function fathom(
  args: readonly string[],
  onStdout: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--import', 'tsx', 'deploy/cli/src/index.ts', ...args],
    {
      cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
      env: { ...process.env, FATHOM_URL: url, FATHOM_API_KEY: 'fth_test_key' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString('utf8');
    onStdout(child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

async function configFile(text: string): Promise<string> {
  const path = join(folder, 'config.yaml');
  await writeFile(path, text);
  return path;
}

test('a run is started from a config and its examples beside it, and shown until it completed', async () => {
  const asked: Fields[] = [];
  root['createDataSet'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    return { __typename: 'DataSet', id: 'dataset_1', exampleCount: 1 };
  };
  root['startTrainingRun'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    return run;
  };
  root['trainingRunProgressed'] = async function* () {
    yield moved(1, 'TRAINING');
    yield stepped(2, 40);
    yield moved(3, 'COMPLETED');
  };
  await writeFile(join(folder, 'a.jsonl'), '{"prompt":"a","completion":"b"}\n');
  const config = await configFile(
    'modelName: alphabet\ndataSet: { file: a.jsonl }\nhyperparameters: { steps: 40 }',
  );
  const { code, stdout, stderr } = await fathom(['train', '--config', config]);
  expect(asked).toMatchObject([
    { name: 'a.jsonl', format: 'JSONL', content: '{"prompt":"a","completion":"b"}\n' },
    { modelName: 'alphabet', dataSetId: 'dataset_1', hyperparameters: { steps: 40 } },
  ]);
  expect(stderr).toBe('run_1\n');
  expect(stdout).toBe(`TRAINING: because
step 40/40 · loss 1.5000 · lr 3.00e-3 · grad 0.50 · 1,000 tokens/s
COMPLETED: because
version alphabet@1 (champion)
held-out: loss 0.7500, exact 80.0%
`);
  expect(code).toBe(0);
});

test('a config with an unknown key is refused before anything is asked, with the key that was meant', async () => {
  const config = await configFile('modelName: a\ndataSetId: b\nhyperparameters: { learningrate: 1 }');
  const { code, stderr } = await fathom(['train', '--config', config]);
  expect(stderr).toBe(
    `${config}:3: hyperparameters.learningrate: there is no such key; did you mean \`learningRate\`?\n`,
  );
  expect(code).toBe(2);
});

test('Ctrl-C leaves the run running and says how to come back', async () => {
  const events = createEventQueue<Fields>({ maxEvents: 10, onClose: () => unsubscribed.resolve() });
  events.push(stepped(1, 10));
  root['trainingRunProgressed'] = () => events.events;
  root['trainingRun'] = () => ({ ...run, status: 'TRAINING' });
  let interrupted = false;
  const { code, stderr } = await fathom(['train', '--resume', 'run_1'], (child) => {
    if (!interrupted) child.kill('SIGINT');
    interrupted = true;
  });
  await unsubscribed.promise;
  expect(stderr).toContain('The run goes on without you. See it again:  npm run fathom -- runs watch run_1');
  expect(code).toBe(130);
});

test('a paused run is resumed and, when its stream breaks, followed behind the last event', async () => {
  const resumed: unknown[] = [];
  const after: unknown[] = [];
  root['trainingRun'] = () => ({ ...run, status: resumed.length === 0 ? 'PAUSED' : 'COMPLETED' });
  root['resumeTrainingRun'] = ({ id }: { readonly id: string }) => {
    resumed.push(id);
    return run;
  };
  root['trainingRunProgressed'] = async function* (args: Fields) {
    after.push(args['after'] ?? null);
    if (after.length === 1) {
      yield moved(1, 'TRAINING');
      for (const client of sockets.clients) client.terminate();
      await new Promise(() => undefined);
    }
    yield moved(2, 'COMPLETED');
  };
  const { code, stdout } = await fathom(['train', '--resume', 'run_1', '--json']);
  expect(resumed).toEqual(['run_1']);
  expect(after).toEqual([null, 'c1']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields);
  expect(lines.map(({ __typename, sequence }) => [__typename, sequence])).toEqual([
    ['TrainingRunTransitioned', 1],
    ['TrainingRunTransitioned', 2],
    ['TrainingRun', undefined],
  ]);
  expect(code).toBe(0);
});

test('runs are listed, changed and compared, and aliases moved', async () => {
  root['trainingRuns'] = () => ({ edges: [{ node: run }] });
  root['pauseTrainingRun'] = () => ({ ...run, status: 'PAUSED', detail: 'paused' });
  root['cancelTrainingRun'] = () => ({
    __typename: 'WrongState',
    message: 'The run is COMPLETED.',
    state: 'COMPLETED',
  });
  root['compareTrainingRuns'] = () => ({
    __typename: 'TrainingRunComparison',
    differences: [{ path: 'seed', values: ['1', '2'] }],
    metrics: [{ name: 'loss', values: [1, 2] }],
    curve: [],
  });
  const move = {
    __typename: 'AliasMove',
    alias: 'champion',
    from: { id: 'a@1' },
    to: { id: 'a@2' },
    movedBy: 'me',
    movedAt: '2026-11-25T08:00:00.000Z',
  };
  const inputs: Fields[] = [];
  const moveAlias = ({ input }: { readonly input: Fields }) => {
    inputs.push(input);
    return move;
  };
  root['moveModelAlias'] = moveAlias;
  root['rollBackModelAlias'] = moveAlias;

  expect((await fathom(['runs'])).stdout).toContain('run_1  COMPLETED  alphabet@1  40/40  0.5000');
  expect((await fathom(['runs', 'show', 'run_1'])).stdout).toContain(
    'held-out     loss 0.7500, exact 80.0% on 5',
  );
  expect((await fathom(['runs', 'pause', 'run_1'])).stdout).toBe('run_1  PAUSED: paused\n');
  expect(await fathom(['runs', 'cancel', 'run_1'])).toMatchObject({
    code: 1,
    stderr: 'The run is COMPLETED.\n',
  });
  expect((await fathom(['runs', 'compare', 'run_1', 'run_2'])).stdout).toContain('seed        1  2');
  expect((await fathom(['promote', 'a@2', '--reason', 'better'])).stdout).toContain(
    'champion: a@1 -> a@2 (me, ',
  );
  await fathom(['rollback', 'a', '--alias', 'candidate', '--reason', 'worse']);
  expect(inputs).toEqual([
    { modelName: 'a', versionId: 'a@2', alias: 'champion', reason: 'better' },
    { modelName: 'a', alias: 'candidate', reason: 'worse' },
  ]);
  expect(await fathom(['promote', 'a', '--reason', 'x'])).toMatchObject({ code: 2 });
  expect(await fathom(['runs', 'compare', 'run_1'])).toMatchObject({ code: 2 });
});

test('a version is measured on a suite, waited for, and promoted on what was found', async () => {
  const asked: Fields[] = [];
  const states = ['QUEUED', 'RUNNING', 'COMPLETED'];
  root['evaluateModelVersion'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    return { __typename: 'EvaluationRun', id: 'evaluation-run_1' };
  };
  root['evaluationRun'] = () => {
    const status = states.shift();
    const evaluation = { id: 'evaluation_1', suite: 'yes@1', exampleCount: 40, score: 0.975 };
    return { id: 'evaluation-run_1', status, evaluation: status === 'COMPLETED' ? evaluation : null };
  };
  root['moveModelAlias'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    return { __typename: 'InvalidInput', message: 'seen', field: 'input' };
  };
  expect(await fathom(['models', 'evaluate', 'a@2', '--suite', 'suite_1'])).toEqual({
    code: 0,
    stdout: 'yes@1: score 0.975 on 40 examples  evaluation_1\n',
    stderr: '',
  });
  expect(states).toEqual([]);
  await fathom(['promote', 'a@2', '--reason', 'better', '--evaluation', 'evaluation_1']);
  expect(asked).toEqual([
    { versionId: 'a@2', suiteId: 'suite_1' },
    { modelName: 'a', versionId: 'a@2', alias: 'champion', reason: 'better', evaluationId: 'evaluation_1' },
  ]);
  expect(await fathom(['models', 'evaluate', 'a@2'])).toMatchObject({ code: 2 });
});

test('a data set is removed by its id or its name and version, with a reason, and what needs it is said where it stays', async () => {
  const asked: Fields[] = [];
  const removal = { removedBy: 'me', reason: 'has names in it', removedAt: '2026-11-25T08:00:00.000Z' };
  root['removeDataSet'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    if (input['dataSetId'] === 'dataset_1')
      return { __typename: 'DataSet', id: 'dataset_1', name: 'k', version: 2, removal };
    const message = 'dataset_2 is in use: training run run_1. End what needs its examples first.';
    return { __typename: 'DataSetInUse', message, references: [{ kind: 'TRAINING_RUN', id: 'run_1' }] };
  };
  const remove = (...args: readonly string[]) => fathom(['data', 'remove', ...args]);
  const because = ['--reason', 'has names in it'];
  expect(await remove('dataset_1', ...because)).toEqual({
    code: 0,
    stdout: 'k@2  dataset_1 is removed (me, 2026-11-25T08:00:00.000Z: has names in it)\n',
    stderr: '',
  });
  expect(JSON.parse((await remove('dataset_1', ...because, '--json')).stdout)).toEqual({
    id: 'dataset_1',
    name: 'k',
    version: 2,
    removal,
  });
  expect(await remove('dataset_2', ...because)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'dataset_2 is in use: training run run_1. End what needs its examples first.\n',
  });
  expect(asked[0]).toEqual({ dataSetId: 'dataset_1', reason: 'has names in it' });

  // Two pages, as the platform lists them.
  const versions = [3, 2].map((version) => ({ id: `dataset_${version - 1}`, name: 'k', version }));
  root['dataSets'] = ({ name, after }: Fields) => {
    const left = name === 'k' ? versions.slice(after === null ? 0 : 1) : [];
    const endCursor = left.length > 1 ? 'first' : null;
    const edges = left
      .slice(0, 1)
      .map((node) => ({ node: { exampleCount: 1, sha256: '', createdAt: removal.removedAt, ...node } }));
    return { edges, pageInfo: { hasNextPage: left.length > 1, endCursor } };
  };
  asked.length = 0;
  expect(await remove('k@2', ...because)).toMatchObject({ code: 0 });
  expect(asked).toEqual([{ dataSetId: 'dataset_1', reason: 'has names in it' }]);
  expect(await remove('k@9', ...because)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no data set k@9. `fathom data list` shows those that there are.\n',
  });
  expect(asked).toHaveLength(1);
  for (const wrong of [['dataset_1'], because, ['dataset_1', 'dataset_2', ...because]])
    expect(await remove(...wrong)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('fathom data remove DATA_SET --reason WHY'),
    });
});

test('a data set is made of taught knowledge, and of a feature view as it was at a moment', async () => {
  const asked: Fields[] = [];
  const dataSet = {
    id: 'dataset_1',
    name: 'k',
    version: 1,
    exampleCount: 7,
    sizeBytes: 10,
    sha256: 'a'.repeat(64),
  };
  root['createDataSetFromKnowledge'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    return { __typename: 'DataSet', ...dataSet };
  };
  root['exportTrainingSet'] = ({ input }: { readonly input: Fields }) => {
    asked.push(input);
    const asOf = '2026-11-01T00:00:00.000Z';
    return {
      __typename: 'TrainingSetExport',
      asOf,
      exampleCount: 7,
      skippedCount: 2,
      dataSet: { id: 'dataset_1' },
    };
  };
  // The training service hears of the export a moment later.
  const answers = [null, dataSet];
  root['dataSet'] = () => answers.shift();
  const line = 'k@1  dataset_1  7 examples, 10 B, sha256 aaaaaaaaaaaa\n';
  expect(await fathom(['data', 'add', '--from-knowledge', '--name', 'k'])).toMatchObject({
    code: 0,
    stdout: line,
  });
  const view = ['--from-view', 'countries', '--as-of', '2026-11-01T00:00:00Z'];
  const words = ['--prompt', 'What is the capital of {name}?', '--completion', '{capital}'];
  expect(await fathom(['data', 'add', ...view, ...words, '--name', 'k'])).toMatchObject({
    code: 0,
    stdout: line,
    stderr: 'countries as of 2026-11-01T00:00:00.000Z; 2 things were left out\n',
  });
  expect(asked).toMatchObject([
    { name: 'k' },
    {
      view: 'countries',
      name: 'k',
      promptTemplate: 'What is the capital of {name}?',
      completionTemplate: '{capital}',
      asOf: '2026-11-01T00:00:00Z',
    },
  ]);
  expect(await fathom(['data', 'add', '--from-view', 'countries', '--name', 'k'])).toMatchObject({ code: 2 });
});
