/** What the tests ask of this service, and of training beside it, as a client would. */
import type { ServiceProcess } from '@fathom/platform/testing/service-process';
import type { TestSubgraph } from '@fathom/platform/testing/subgraph';

type Client = Pick<TestSubgraph, 'request' | 'webSocketClient'>;

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
export const upperCaseExamples = letters.map((letter) => ({
  prompt: `Write ${letter} large.`,
  completion: `${letter.toUpperCase()} is the large ${letter}.`,
}));

/** Trains a tiny network to start from; returns its version and its data set. */
export async function trainBase(training: ServiceProcess, modelName: string) {
  const examples = letters.map((letter) => ({
    prompt: `Which letter is ${letter}?`,
    completion: `It is ${letter}.`,
  }));
  const content = examples.map((example) => JSON.stringify(example)).join('\n');
  const created = await training.request<{ createDataSet: { id: string } }>(
    'mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id } } }',
    { input: { name: 'letters', format: 'JSONL', content } },
  );
  const dataSetId = created.data!.createDataSet.id;
  const started = await training.request<{ startTrainingRun: { id: string } }>(
    'mutation ($input: StartTrainingRunInput!) { startTrainingRun(input: $input) { ... on TrainingRun { id } } }',
    {
      input: {
        modelName,
        dataSetId,
        architecture: {
          hiddenSize: 32,
          layers: 1,
          attentionHeads: 2,
          keyValueHeads: 1,
          feedForwardSize: 64,
          vocabularySize: 300,
          contextLength: 64,
        },
        hyperparameters: { steps: 20, batchSize: 2, warmupSteps: 2 },
      },
    },
  );
  const id = started.data!.startTrainingRun.id;
  const client = await training.webSocketClient();
  const query = 'subscription ($id: ID!) { trainingRunProgressed(id: $id) { sequence } }';
  for await (const _ of client.iterate({ query, variables: { id } }));
  await client.dispose();
  return { versionId: `${modelName}@1`, dataSetId };
}

export interface StartResult {
  readonly __typename: string;
  readonly id?: string;
  readonly field?: string;
  readonly message?: string;
}

export async function start(subgraph: Client, input: object, who = {}): Promise<StartResult> {
  const { data, errors } = await subgraph.request<{ startFineTuningJob: StartResult }>(
    `mutation ($input: StartFineTuningJobInput!) { startFineTuningJob(input: $input) {
       __typename ... on FineTuningJob { id } ... on InvalidInput { field message } ... on NotFound { id message }
     } }`,
    { input },
    who,
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.startFineTuningJob;
}

export interface JobEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly cursor: string;
  readonly point?: { readonly step: number; readonly loss: number };
  readonly status?: string;
  readonly detail?: string | null;
}

export async function* follow(subgraph: Client, id: string): AsyncGenerator<JobEvent> {
  const client = await subgraph.webSocketClient();
  const query = `subscription ($id: ID!) { fineTuningJobProgressed(id: $id) {
    __typename sequence cursor
    ... on FineTuningStepped { point { step loss } }
    ... on FineTuningJobTransitioned { status detail }
  } }`;
  for await (const { data, errors } of client.iterate<{ fineTuningJobProgressed: JobEvent }>({
    query,
    variables: { id },
  })) {
    if (!data) throw new Error(JSON.stringify(errors));
    yield data.fineTuningJobProgressed;
  }
}

export async function untilRest(subgraph: Client, id: string): Promise<readonly JobEvent[]> {
  const events: JobEvent[] = [];
  for await (const event of follow(subgraph, id)) events.push(event);
  return events;
}

export interface JobState {
  readonly status: string;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly step: number;
  readonly exampleCount: number | null;
  readonly parameterCount: number | null;
  readonly initialHeldOutLoss: number | null;
  readonly finalHeldOutLoss: number | null;
  readonly modelVersion: { readonly id: string } | null;
}

export async function jobState(subgraph: Client, id: string): Promise<JobState> {
  const { data, errors } = await subgraph.request<{ fineTuningJob: JobState }>(
    `query ($id: ID!) { fineTuningJob(id: $id) { status detail failureCode step exampleCount parameterCount
       initialHeldOutLoss finalHeldOutLoss modelVersion { id } } }`,
    { id },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.fineTuningJob;
}
