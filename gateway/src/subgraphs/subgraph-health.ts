/**
 * Whether each service is ready, asked in the background, so that /readyz answers at once.
 *
 * The gateway becomes ready when every service was ready once. After that a service that is down degrades it and does
 * not take it out: it answers for the others, and says SUBGRAPH_UNAVAILABLE where this one is needed.
 */
import type { CheckResult, Probe } from '@fathom/platform/server/health';
import { request } from 'undici';
import type { Service } from './services.ts';

export interface SubgraphWatch {
  /** Watches these services from now on, and no others. */
  follow(services: Readonly<Record<string, Service>>): void;
  close(): void;
}

export interface SubgraphWatchOptions {
  /** Gets a probe `subgraph <name>` for every service that is watched. */
  readonly probes: Record<string, Probe>;
  readonly intervalMs: number;
}

const askTimeoutMs = 1_500;
/** While a service has not been ready yet, someone waits for the start. */
const startIntervalMs = 100;

export function watchSubgraphs({ probes, intervalMs }: SubgraphWatchOptions): SubgraphWatch {
  const watched = new Map<string, ReadinessWatch>();

  function forget(name: string, watch: ReadinessWatch): void {
    watch.stop();
    watched.delete(name);
    delete probes[name];
  }

  return {
    follow(services) {
      const remote = new Map<string, URL>();
      for (const [name, service] of Object.entries(services))
        if (service.kind === 'remote') remote.set(`subgraph ${name}`, service.endpoint.readiness);
      for (const [name, watch] of watched)
        if (remote.get(name)?.href !== watch.readiness.href) forget(name, watch);
      for (const [name, readiness] of remote) {
        if (watched.has(name)) continue;
        const watch = watchReadiness(readiness, intervalMs);
        watched.set(name, watch);
        probes[name] = watch;
      }
    },
    close() {
      for (const [name, watch] of watched) forget(name, watch);
    },
  };
}

interface ReadinessWatch extends Probe {
  readonly readiness: URL;
  stop(): void;
}

function watchReadiness(readiness: URL, intervalMs: number): ReadinessWatch {
  let latest: CheckResult = { ok: false, detail: 'not asked yet' };
  let wasReady = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function ask(): Promise<void> {
    latest = await askReadiness(readiness);
    wasReady ||= latest.ok;
    if (!stopped) timer = setTimeout(() => void ask(), wasReady ? intervalMs : startIntervalMs);
  }
  void ask();

  return {
    readiness,
    get critical() {
      return !wasReady;
    },
    check: async () => latest,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function askReadiness(readiness: URL): Promise<CheckResult> {
  try {
    const { statusCode, body } = await request(readiness, {
      headersTimeout: askTimeoutMs,
      bodyTimeout: askTimeoutMs,
    });
    await body.dump();
    return { ok: statusCode === 200, detail: statusCode === 200 ? 'ready' : `/readyz answers ${statusCode}` };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return { ok: false, detail: message || code || 'no answer' };
  }
}
