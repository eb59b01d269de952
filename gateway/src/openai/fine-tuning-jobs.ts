/** `/v1/fine_tuning/jobs`: LoRA jobs of the graph. The job's id is the graph's; `fine_tuned_model` is the version that came of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { raise } from '../errors.ts';
import { dataSetIdOf, fileIdOf, findDataSet } from './files.ts';
import { type GraphAccess, refusalOf } from './graph-access.ts';
import type { Model } from './models.ts';

export interface Job {
  readonly id: string;
  readonly status: string;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly baseVersion: { readonly id: string };
  readonly modelName: string;
  readonly dataSet: { readonly id: string } | null;
  readonly exampleCount: number | null;
  readonly modelVersion: { readonly id: string } | null;
  readonly step: number;
  readonly totalSteps: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

const statuses: Readonly<Record<string, string>> = {
  QUEUED: 'queued',
  PREPARING: 'validating_files',
  TRAINING: 'running',
  EVALUATING: 'running',
  REGISTERING: 'running',
  COMPLETED: 'succeeded',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

const numberOrAuto = z.union([z.literal('auto'), z.number()]).nullish();
const hyperparametersSchema = z
  .looseObject({
    n_epochs: numberOrAuto,
    batch_size: numberOrAuto,
    learning_rate_multiplier: numberOrAuto,
  })
  .nullish();

const requestSchema = z.looseObject({
  model: z.string().min(1),
  training_file: z.string().min(1),
  validation_file: z.string().nullish(),
  suffix: z.string().nullish(),
  seed: z.number().int().nullish(),
  hyperparameters: hyperparametersSchema,
  method: z
    .looseObject({
      type: z.string(),
      supervised: z.looseObject({ hyperparameters: hyperparametersSchema }).nullish(),
    })
    .nullish(),
});
type JobRequest = z.infer<typeof requestSchema>;

/** What `auto` means: the platform's own defaults. */
const auto = { epochs: 3, batchSize: 8, learningRate: 0.002 };
const maxSteps = 20_000;

interface StartData {
  readonly startFineTuningJob:
    | ({ readonly __typename: 'FineTuningJob' } & Job)
    | { readonly __typename: 'NotFound' | 'InvalidInput'; readonly message: string; readonly field?: string };
}

/** Throws AppError. `models`: those that are served, by all of their names; asked once the request can be read. */
export async function createJob(
  graph: GraphAccess,
  models: () => Promise<readonly Model[]>,
  body: unknown,
): Promise<object> {
  const request = parsed(body);
  const baseVersionId = baseOf(await models(), request.model);
  const dataSetId = dataSetIdOf(request.training_file, 'training_file');
  const dataSet = await findDataSet(graph, dataSetId);
  if (!dataSet)
    throw raise('NOT_FOUND', {
      because: `no file ${JSON.stringify(request.training_file)}`,
      details: { param: 'training_file' },
    });
  const { epochs, batchSize, learningRate } = hyperparametersOf(request);
  const input = {
    baseVersionId,
    modelName: nameOf(request.suffix, baseVersionId),
    dataSetId,
    steps: Math.min(maxSteps, Math.max(1, Math.round(epochs * Math.ceil(dataSet.exampleCount / batchSize)))),
    batchSize,
    learningRate,
    ...(request.seed == null ? {} : { seed: request.seed }),
  };
  return jobOf(await start(graph, input), graph);
}

/**
 * Fine-tuning hears of a data set by an event. One that is there, and of which it has not heard, was made a moment ago.
 */
async function start(graph: GraphAccess, input: Readonly<Record<string, unknown>>): Promise<Job> {
  for (let attempt = 0; ; attempt += 1) {
    const { startFineTuningJob: answer } = await graph.call<StartData>('StartFineTuningJob', { input });
    if (answer.__typename === 'FineTuningJob') return answer;
    const isNew = answer.__typename === 'NotFound' && answer.message.includes(String(input['dataSetId']));
    if (!isNew || attempt >= 50) throw refusalOf(answer, parameterOf(answer.field));
    await pause(100, undefined, { signal: graph.caller.signal });
  }
}

const parameters: Readonly<Record<string, string>> = {
  'input.baseVersionId': 'model',
  'input.modelName': 'suffix',
  'input.dataSetId': 'training_file',
  'input.steps': 'hyperparameters.n_epochs',
  'input.batchSize': 'hyperparameters.batch_size',
  'input.learningRate': 'hyperparameters.learning_rate_multiplier',
  'input.seed': 'seed',
};
const parameterOf = (field: string | undefined) => parameters[field ?? ''] ?? null;

function parsed(body: unknown): JobRequest {
  const { success, data, error } = requestSchema.safeParse(body);
  if (!success) {
    const [issue] = error.issues;
    const param = issue?.path.join('.') ?? '';
    throw raise('BAD_USER_INPUT', { because: `\`${param}\` ${issue?.message}`, details: { param } });
  }
  const refuse = (param: string, because: string) =>
    raise('BAD_USER_INPUT', { because: `\`${param}\` ${because}`, details: { param } });
  // What it would change may not be passed over.
  if (data.validation_file != null)
    throw refuse('validation_file', 'is not taken: a share of the training file is held out and measured');
  if (data.method != null && data.method.type !== 'supervised') throw refuse('method', 'must be supervised');
  return data;
}

/** Any name of a served model; `fathom` for the platform's own. */
function baseOf(models: readonly Model[], name: string): string {
  const found = models.find(({ id, version }) => id === name && version !== undefined);
  const own = name === 'fathom' ? models.find(({ id, version }) => version && !id.includes('@')) : undefined;
  const version = (found ?? own)?.version;
  if (version === undefined) throw raise('UNKNOWN_MODEL', { because: JSON.stringify(name) });
  return version;
}

function hyperparametersOf({ hyperparameters, method }: JobRequest) {
  const given = method?.supervised?.hyperparameters ?? hyperparameters ?? {};
  const number = (value: number | 'auto' | null | undefined, otherwise: number) =>
    typeof value === 'number' ? value : otherwise;
  return {
    epochs: number(given.n_epochs, auto.epochs),
    batchSize: number(given.batch_size, auto.batchSize),
    learningRate: auto.learningRate * number(given.learning_rate_multiplier, 1),
  };
}

/** The registry's names have lower-case letters, digits and hyphens. */
function nameOf(suffix: string | null | undefined, baseVersionId: string): string {
  const [base = ''] = baseVersionId.split('@');
  const name = `${base}-${suffix ?? 'tuned'}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return name.slice(0, 60).replace(/^-+|-+$/g, '');
}

export async function findJob(graph: GraphAccess, id: string): Promise<Job> {
  const { fineTuningJob } = await graph.call<{ fineTuningJob: Job | null }>('ShowFineTuningJob', { id });
  if (!fineTuningJob) throw raise('NOT_FOUND', { because: `no fine-tuning job ${JSON.stringify(id)}` });
  return fineTuningJob;
}

export async function retrieveJob(graph: GraphAccess, id: string): Promise<object> {
  return jobOf(await findJob(graph, id), graph);
}

interface CancelData {
  readonly cancelFineTuningJob:
    | ({ readonly __typename: 'FineTuningJob' } & Job)
    | { readonly __typename: 'NotFound' | 'WrongState'; readonly message: string };
}

export async function cancelJob(graph: GraphAccess, id: string): Promise<object> {
  const { cancelFineTuningJob: answer } = await graph.call<CancelData>('CancelFineTuningJob', { id });
  if (answer.__typename === 'FineTuningJob') return jobOf(answer, graph);
  throw refusalOf(answer, null);
}

interface ListData {
  readonly fineTuningJobs: {
    readonly edges: readonly { readonly node: Job }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export async function listJobs(graph: GraphAccess, query: URLSearchParams): Promise<object> {
  const { items, hasMore } = await graph.pageBehind<Job>({
    limit: query.get('limit'),
    after: query.get('after') ?? undefined,
    async page(first, after) {
      const { fineTuningJobs } = await graph.call<ListData>('ListFineTuningJobs', { first, after });
      return { items: fineTuningJobs.edges.map(({ node }) => node), ...fineTuningJobs.pageInfo };
    },
  });
  return { object: 'list', data: items.map((job) => jobOf(job, graph)), has_more: hasMore };
}

function jobOf(job: Job, { caller }: GraphAccess): object {
  const failed = job.status === 'FAILED';
  return {
    id: job.id,
    object: 'fine_tuning.job',
    created_at: secondsOf(job.createdAt),
    finished_at: job.finishedAt && job.status === 'COMPLETED' ? secondsOf(job.finishedAt) : null,
    model: job.baseVersion.id,
    fine_tuned_model: job.modelVersion?.id ?? null,
    organization_id: caller.principal.identity.tenant,
    status: statuses[job.status] ?? 'running',
    training_file: job.dataSet ? fileIdOf(job.dataSet.id) : null,
    validation_file: null,
    result_files: [],
    trained_tokens: null,
    estimated_finish: null,
    integrations: [],
    error: failed ? { code: job.failureCode, message: job.detail, param: null } : null,
    // Told by the graph in steps, which is what is done.
    fathom: {
      model_name: job.modelName,
      step: job.step,
      total_steps: job.totalSteps,
      examples: job.exampleCount,
    },
  };
}

export const secondsOf = (moment: string): number => Math.floor(new Date(moment).getTime() / 1000);
