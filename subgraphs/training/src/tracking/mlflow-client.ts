/**
 * What is asked of an MLflow tracking server, by its REST API 2.0. Writes repeat safely: a run is looked for by its tag before
 * it is created, and a metric of the same key, step and moment is one metric.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';

export interface MlflowClientOptions {
  /** Of the server, for instance `http://mlflow:5000`. */
  readonly trackingUri: string;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** For an answer; and for each part of a file to be taken, 64 kB. 20 s by default. */
  readonly timeoutMs?: number;
}

export interface MlflowRun {
  readonly runId: string;
  /** For instance `mlflow-artifacts:/1/<run>/artifacts`. */
  readonly artifactUri: string;
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** Since the epoch. */
  readonly timestampMs: number;
  readonly step: number;
}

export type MlflowStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

/** The server refused or did not answer. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** `RESOURCE_DOES_NOT_EXIST` and the like; undefined where the server said none. */
  readonly code: string | undefined;

  constructor(
    message: string,
    options: { readonly code?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

const runIdTag = 'fathom.runId';
const runInfo = z.object({ run_id: z.string(), artifact_uri: z.string() });
const runResponse = z.object({ run: z.object({ info: runInfo }) });
const searchResponse = z.object({ runs: z.array(z.object({ info: runInfo })).optional() });

export type MlflowClient = ReturnType<typeof createMlflowClient>;

export function createMlflowClient(options: MlflowClientOptions) {
  const base = options.trackingUri.replace(/\/+$/, '');
  const timeoutMs = options.timeoutMs ?? 20_000;

  async function send(
    path: string,
    init: RequestInit,
    signal: AbortSignal = AbortSignal.timeout(timeoutMs),
  ): Promise<unknown> {
    const response = await fetch(`${base}/api/2.0/${path}`, {
      ...init,
      headers: { ...authorization(options), ...init.headers },
      signal,
    }).catch((error: unknown) => {
      throw new MlflowError(`the MLflow server does not answer: ${String((error as Error).cause ?? error)}`, {
        cause: error,
      });
    });
    const text = await response.text();
    if (response.ok) return text === '' ? {} : JSON.parse(text);
    const code = /"error_code":\s*"(\w+)"/.exec(text)?.[1];
    throw new MlflowError(`MLflow ${path}: ${response.status} ${text.slice(0, 300)}`, { code });
  }

  const post = (path: string, body: object) =>
    send(`mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const unless = async (code: string, attempt: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof MlflowError && error.code === code) return undefined;
      throw error;
    }
  };

  return {
    /** The experiment's id; it is created if it is not there. */
    async experiment(name: string): Promise<string> {
      const find = async () => {
        const found = await unless('RESOURCE_DOES_NOT_EXIST', () =>
          send(`mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`, {
            method: 'GET',
          }),
        );
        const parsed = z.object({ experiment: z.object({ experiment_id: z.string() }) }).safeParse(found);
        return parsed.data?.experiment.experiment_id;
      };
      const known = await find();
      if (known !== undefined) return known;
      const created = await unless('RESOURCE_ALREADY_EXISTS', () => post('experiments/create', { name }));
      const parsed = z.object({ experiment_id: z.string() }).safeParse(created);
      const id = parsed.data?.experiment_id ?? (await find());
      if (id === undefined) throw new MlflowError(`MLflow knows no experiment ${name} and creates none`);
      return id;
    },

    /** The MLflow run of a run of ours, created if it is not there. */
    async run(given: {
      readonly experimentId: string;
      readonly fathomRunId: string;
      readonly name: string;
      readonly startedAtMs: number;
      readonly tags: Readonly<Record<string, string>>;
    }): Promise<MlflowRun> {
      const filter = `tags.\`${runIdTag}\` = '${given.fathomRunId}'`;
      const search = { experiment_ids: [given.experimentId], filter, max_results: 1 };
      const [existing] = searchResponse.parse(await post('runs/search', search)).runs ?? [];
      if (existing) return { runId: existing.info.run_id, artifactUri: existing.info.artifact_uri };
      const tags = { ...given.tags, [runIdTag]: given.fathomRunId };
      const created = await post('runs/create', {
        experiment_id: given.experimentId,
        run_name: given.name,
        start_time: given.startedAtMs,
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      });
      const { info } = runResponse.parse(created).run;
      return { runId: info.run_id, artifactUri: info.artifact_uri };
    },

    /** At most 1,000 metrics and 100 parameters, as the API bounds a batch. */
    async logBatch(
      runId: string,
      batch: {
        readonly metrics?: readonly MlflowMetric[];
        readonly params?: readonly { readonly key: string; readonly value: string }[];
      },
    ): Promise<void> {
      await post('runs/log-batch', {
        run_id: runId,
        metrics: (batch.metrics ?? []).map(({ key, value, timestampMs, step }) => ({
          key,
          value,
          timestamp: timestampMs,
          step,
        })),
        params: batch.params ?? [],
      });
    },

    async update(
      runId: string,
      { status, endedAtMs }: { readonly status: MlflowStatus; readonly endedAtMs?: number | undefined },
    ): Promise<void> {
      await post('runs/update', { run_id: runId, status, ...(endedAtMs ? { end_time: endedAtMs } : {}) });
    },

    /** Through the server's artifact proxy. */
    async putArtifact(root: string, path: string, file: string): Promise<void> {
      const { size } = await stat(file);
      // A large file may take as long as it needs, as long as it moves.
      const stalled = new AbortController();
      const patience = setTimeout(() => stalled.abort(new Error('the upload came to a halt')), timeoutMs);
      const content = createReadStream(file).on('data', () => patience.refresh());
      try {
        await send(
          `mlflow-artifacts/artifacts/${[root, path].join('/').split('/').map(encodeURIComponent).join('/')}`,
          {
            method: 'PUT',
            headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
            body: Readable.toWeb(content) as ReadableStream,
            duplex: 'half',
          } as RequestInit,
          stalled.signal,
        );
      } finally {
        clearTimeout(patience);
      }
    },
  };
}

/** The path below the server's artifact proxy; undefined where artifacts go past the server, to a bucket or a disk. */
export function proxiedRoot(artifactUri: string): string | undefined {
  const found = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/.exec(artifactUri);
  return found?.[1];
}

function authorization({ token, username, password }: MlflowClientOptions): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}
