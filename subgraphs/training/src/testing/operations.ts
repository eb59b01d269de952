/** What the tests ask of the service, as a client would. */
import type { TestSubgraph } from '@fathom/platform/testing/subgraph';

/** Anything that takes operations over HTTP. */
export type Client = Pick<TestSubgraph, 'request' | 'webSocketClient'>;

const letters = [...'abcdefghijklmnopqrstuvwxyz'];

/** Small, regular and learnable: which letter follows which. */
export const alphabetJsonl = letters
  .slice(0, -1)
  .map((letter, index) =>
    JSON.stringify({
      prompt: `What comes after ${letter}?`,
      completion: `After ${letter} comes ${letters[index + 1]}.`,
    }),
  )
  .join('\n');

export const tinyRun = {
  architecture: {
    hiddenSize: 32,
    layers: 1,
    attentionHeads: 2,
    keyValueHeads: 1,
    feedForwardSize: 64,
    vocabularySize: 300,
    contextLength: 64,
  },
  hyperparameters: {
    steps: 24,
    batchSize: 2,
    warmupSteps: 4,
    checkpointEverySteps: 6,
    evaluateEverySteps: 8,
    heldOutShare: 0.2,
  },
} as const;

/** The same network for long enough to be interrupted. */
export const longRun = {
  ...tinyRun,
  hyperparameters: {
    ...tinyRun.hyperparameters,
    steps: 400,
    checkpointEverySteps: 20,
    evaluateEverySteps: 100,
  },
} as const;

export async function createDataSet(subgraph: Client, content = alphabetJsonl): Promise<string> {
  const { data, errors } = await subgraph.request<{ createDataSet: { id: string } }>(
    `mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id } } }`,
    { input: { name: 'alphabet', format: 'JSONL', content } },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createDataSet.id;
}

export async function startRun(subgraph: Client, input: object): Promise<string> {
  const { data, errors } = await subgraph.request<{ startTrainingRun: { id: string; message?: string } }>(
    `mutation ($input: StartTrainingRunInput!) {
       startTrainingRun(input: $input) { ... on TrainingRun { id } ... on InvalidInput { message } ... on NotFound { message } }
     }`,
    { input },
  );
  if (!data || data.startTrainingRun.message) throw new Error(JSON.stringify(errors ?? data));
  return data.startTrainingRun.id;
}

export interface ProgressEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly cursor: string;
  readonly point?: { readonly step: number; readonly loss: number; readonly heldOutLoss: number | null };
  readonly checkpoint?: { readonly step: number; readonly sha256: string };
  readonly transition?: { readonly from: string | null; readonly to: string; readonly detail: string | null };
}

const progressed = `subscription ($id: ID!, $after: String) {
  trainingRunProgressed(id: $id, after: $after) {
    __typename sequence cursor
    ... on TrainingStepped { point { step loss heldOutLoss } }
    ... on TrainingCheckpointed { checkpoint { step sha256 } }
    ... on TrainingRunTransitioned { transition { from to detail } }
  }
}`;

/** The run's events, live, until it rests. */
export async function* follow(subgraph: Client, id: string, after?: string): AsyncGenerator<ProgressEvent> {
  const client = await subgraph.webSocketClient();
  const results = client.iterate<{ trainingRunProgressed: ProgressEvent }>({
    query: progressed,
    variables: { id, after: after ?? null },
  });
  for await (const { data, errors } of results) {
    if (!data) throw new Error(JSON.stringify(errors));
    yield data.trainingRunProgressed;
  }
}

/** Resolves with the first event that matches; the run goes on. */
export async function untilEvent(
  subgraph: Client,
  id: string,
  matches: (event: ProgressEvent) => boolean,
): Promise<ProgressEvent> {
  for await (const event of follow(subgraph, id)) if (matches(event)) return event;
  throw new Error('the run rested before that');
}

export async function untilRest(subgraph: Client, id: string): Promise<readonly ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  for await (const event of follow(subgraph, id)) events.push(event);
  return events;
}

export interface RunState {
  readonly status: string;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly step: number;
  readonly modelVersion: {
    readonly id: string;
    readonly artifactUri: string;
    readonly aliases: readonly string[];
  } | null;
  readonly checkpoints: readonly {
    readonly step: number;
    readonly sha256: string;
    readonly heldOutLoss: number | null;
    readonly artifactUri: string;
  }[];
  readonly evaluations: readonly {
    readonly suite: string;
    readonly loss: number;
    readonly exactMatch: number | null;
  }[];
}

export async function runState(subgraph: Client, id: string): Promise<RunState> {
  const { data, errors } = await subgraph.request<{ trainingRun: RunState }>(
    `query ($id: ID!) { trainingRun(id: $id) {
       status detail failureCode step modelVersion { id artifactUri aliases } checkpoints { step sha256 heldOutLoss artifactUri }
       evaluations { suite loss exactMatch }
     } }`,
    { id },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.trainingRun;
}
