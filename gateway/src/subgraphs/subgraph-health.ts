/**
 * Whether each service is ready, asked in the background, so that /readyz answers at once.
 *
 * The gateway becomes ready when every service was ready once. After that a service that is down does not take the
 * gateway out: it answers for the others, and says SUBGRAPH_UNAVAILABLE where this one is needed.
 */
import type { CheckResult, Probe } from '@fathom/platform/server/health';
import { request } from 'undici';
import type { Endpoint, Endpoints } from './endpoints.ts';

export interface SubgraphWatch {
  readonly probes: Readonly<Record<string, Probe>>;
  close(): void;
}

export interface SubgraphWatchOptions {
  readonly endpoints: Endpoints;
  readonly intervalMs: number;
}

const askTimeoutMs = 1_500;
/** While a service has not been ready yet, someone waits for the start. */
const startIntervalMs = 100;

export function watchSubgraphs({ endpoints, intervalMs }: SubgraphWatchOptions): SubgraphWatch {
  let closed = false;
  const timers = new Set<NodeJS.Timeout>();

  function watch(endpoint: Endpoint): Probe {
    let latest: CheckResult = { ok: false, detail: 'not asked yet' };
    let wasReady = false;

    async function ask(): Promise<void> {
      latest = await askReadiness(endpoint);
      wasReady ||= latest.ok;
      if (closed) return;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          void ask();
        },
        wasReady ? intervalMs : startIntervalMs,
      );
      timers.add(timer);
    }
    void ask();

    return {
      async check() {
        if (latest.ok || !wasReady) return latest;
        return { ok: true, detail: `DOWN, the rest is served: ${latest.detail}` };
      },
    };
  }

  return {
    probes: Object.fromEntries(
      [...endpoints].map(([name, endpoint]) => [`subgraph ${name}`, watch(endpoint)]),
    ),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

async function askReadiness({ readiness }: Endpoint): Promise<CheckResult> {
  try {
    const { statusCode, body } = await request(readiness, {
      headersTimeout: askTimeoutMs,
      bodyTimeout: askTimeoutMs,
    });
    await body.dump();
    return { ok: statusCode === 200, detail: statusCode === 200 ? 'ready' : `/readyz answers ${statusCode}` };
  } catch (error) {
    return {
      ok: false,
      detail:
        error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error),
    };
  }
}
