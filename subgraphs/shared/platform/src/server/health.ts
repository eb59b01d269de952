/**
 * `/livez`: the process answers. `/readyz`: it can do its work, part by part, and which implementation each part has.
 * `/metrics`: Prometheus text. All three need no identity and tell no secrets.
 */
import type { ServerResponse } from 'node:http';
import { within } from '../deferred.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface Probe {
  /** What does the work, for instance `PostgreSQL 18.4 (embedded)`. */
  readonly implementation?: string;
  /** False if the service still does its main work without this part. Default true. */
  readonly critical?: boolean;
  /** Resolves to a short detail when the part works; throws or answers `ok: false` when it does not. */
  check(): Promise<CheckResult>;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  /** `degraded`: it takes requests, but a part that is not critical is down. */
  readonly status: 'ready' | 'degraded' | 'not ready' | 'draining';
  readonly service: string;
  readonly checks: Readonly<Record<string, CheckResult & { readonly implementation?: string }>>;
  /** What the service tells of itself, for instance the devices it found. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface HealthOptions {
  readonly service: string;
  readonly metrics: Metrics;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly facts: () => Readonly<Record<string, string>>;
  readonly isDraining: () => boolean;
}

const checkTimeoutMs = 2_000;

export function createHealth({ service, metrics, probes, facts, isDraining }: HealthOptions) {
  const ready = metrics.gauge({
    name: 'fathom_ready',
    help: '1 if the service was ready when last asked, 0.5 if degraded, else 0.',
  });

  async function readiness(): Promise<Readiness> {
    const results = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => [name, await run(probe)] as const),
    );
    const down = results.filter(([, result]) => !result.ok).map(([name]) => name);
    const status = isDraining() ? 'draining' : statusOf(down);
    ready.set({ ready: 1, degraded: 0.5, 'not ready': 0, draining: 0 }[status]);
    return { status, service, checks: Object.fromEntries(results), facts: facts() };
  }

  function statusOf(down: readonly string[]): 'ready' | 'degraded' | 'not ready' {
    if (down.length === 0) return 'ready';
    return down.some((name) => probes[name]?.critical !== false) ? 'not ready' : 'degraded';
  }

  return {
    readiness,
    /** Answers the three paths; false if the path is none of them. */
    async handle(path: string, response: ServerResponse): Promise<boolean> {
      if (path === '/livez')
        send(response, 200, 'application/json', JSON.stringify({ status: 'alive', service }));
      else if (path === '/readyz') {
        const state = await readiness();
        const takesRequests = state.status === 'ready' || state.status === 'degraded';
        send(response, takesRequests ? 200 : 503, 'application/json', JSON.stringify(state));
      } else if (path === '/metrics') {
        send(response, 200, metrics.registry.contentType, await metrics.registry.metrics());
      } else return false;
      return true;
    },
  };
}

/** A part that hangs is a part that does not work. */
async function run(probe: Probe): Promise<CheckResult & { readonly implementation?: string }> {
  const about = probe.implementation === undefined ? {} : { implementation: probe.implementation };
  try {
    const result = await within(probe.check(), checkTimeoutMs);
    if (result === 'timeout') return { ok: false, detail: `no answer within ${checkTimeoutMs} ms`, ...about };
    return { ...result, ...about };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error), ...about };
  }
}

export function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
