/** A small MLflow tracking server for tests, after the published REST API 2.0: one experiment store in memory, artifacts proxied. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MlflowTestRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly params: Map<string, string>;
  /** By key, step and moment, as MLflow keeps them. */
  readonly metrics: Map<string, { readonly key: string; readonly value: number; readonly step: number }>;
  status: string;
  endTime: number | undefined;
}

export interface MlflowTestServer {
  readonly url: string;
  readonly experiments: Map<string, string>;
  readonly runs: Map<string, MlflowTestRun>;
  readonly artifacts: Map<string, Buffer>;
  /** The HTTP status to refuse every request with, while it is set. */
  refuseWith: number | undefined;
  refused: number;
  close(): Promise<void>;
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

export async function startMlflowTestServer(): Promise<MlflowTestServer> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: MlflowTestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    experiments: new Map(),
    runs: new Map(),
    artifacts: new Map(),
    refuseWith: undefined,
    refused: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (started.refuseWith !== undefined) {
      started.refused += 1;
      return {
        status: started.refuseWith,
        body: { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'as asked' },
      };
    }
    const url = new URL(request.url!, started.url);
    const bytes = Buffer.concat(chunks);
    const path = `${request.method} ${url.pathname.replace('/api/2.0/', '')}`;
    const artifact = /^PUT mlflow-artifacts\/artifacts\/(.+)$/.exec(path)?.[1];
    if (artifact) {
      started.artifacts.set(decodeURIComponent(artifact), bytes);
      return ok({});
    }
    const body = bytes.length > 0 ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
    switch (path) {
      case 'GET mlflow/experiments/get-by-name': {
        const id = started.experiments.get(url.searchParams.get('experiment_name')!);
        return id ? ok({ experiment: { experiment_id: id } }) : refusal('RESOURCE_DOES_NOT_EXIST', 404);
      }
      case 'POST mlflow/experiments/create': {
        const name = String(body['name']);
        if (started.experiments.has(name)) return refusal('RESOURCE_ALREADY_EXISTS', 400);
        started.experiments.set(name, String(started.experiments.size + 1));
        return ok({ experiment_id: started.experiments.get(name) });
      }
      case 'POST mlflow/runs/search': {
        const found = /^tags\.`([^`]+)` = '([^']+)'$/.exec(String(body['filter']));
        const runs = [...started.runs.values()].filter((run) => run.tags.get(found![1]!) === found![2]);
        return ok(runs.length > 0 ? { runs: runs.map(runBody) } : {});
      }
      case 'POST mlflow/runs/create':
        return ok({ run: runBody(createRun(body)) });
      case 'POST mlflow/runs/log-batch':
        return logBatch(body);
      case 'POST mlflow/runs/update': {
        const run = started.runs.get(String(body['run_id']))!;
        run.status = String(body['status']);
        run.endTime = body['end_time'] as number | undefined;
        return ok({});
      }
      default:
        return refusal('ENDPOINT_NOT_FOUND', 404);
    }
  }

  function createRun(body: Record<string, unknown>): MlflowTestRun {
    const run: MlflowTestRun = {
      runId: `mlrun${started.runs.size + 1}`,
      experimentId: String(body['experiment_id']),
      name: String(body['run_name']),
      tags: new Map((body['tags'] as Pair[]).map(({ key, value }) => [key, value])),
      params: new Map(),
      metrics: new Map(),
      status: 'RUNNING',
      endTime: undefined,
    };
    started.runs.set(run.runId, run);
    return run;
  }

  function logBatch(body: Record<string, unknown>) {
    const run = started.runs.get(String(body['run_id']));
    const params = body['params'] as Pair[];
    const metrics = body['metrics'] as { key: string; value: number; step: number; timestamp: number }[];
    if (!run) return refusal('RESOURCE_DOES_NOT_EXIST', 404);
    if (params.length > 100 || metrics.length > 1_000) return refusal('INVALID_PARAMETER_VALUE', 400);
    for (const { key, value } of params) {
      if ((run.params.get(key) ?? value) !== value) return refusal('INVALID_PARAMETER_VALUE', 400);
      run.params.set(key, value);
    }
    for (const { key, value, step, timestamp } of metrics) {
      if (!/^[\w\-. /]+$/.test(key) || !Number.isInteger(timestamp))
        return refusal('INVALID_PARAMETER_VALUE', 400);
      run.metrics.set(`${key} ${step} ${timestamp}`, { key, value, step });
    }
    return ok({});
  }
}

const ok = (body: unknown) => ({ status: 200, body });
const refusal = (code: string, status: number) => ({ status, body: { error_code: code, message: code } });
const runBody = ({ runId, experimentId }: MlflowTestRun) => ({
  info: { run_id: runId, artifact_uri: `mlflow-artifacts:/${experimentId}/${runId}/artifacts` },
});
