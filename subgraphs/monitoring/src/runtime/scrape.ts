import { fetch } from 'undici';
import { conditionOf, readinessSchema, type ServiceCondition, unreachable } from '../domain/health.ts';
import { parsePrometheusText } from '../domain/prometheus-text.ts';
import { type Snapshot, toSnapshot } from '../domain/snapshot.ts';

export interface Scrape {
  readonly condition: ServiceCondition;
  readonly content: Snapshot;
}

const nothing: Snapshot = toSnapshot([]);
const maxBytes = 8 * 1024 * 1024;

/** Asks a service how it is. Never throws: what does not answer in time, or answers garbage, is down, and why is said. */
export async function scrape(baseUrl: string, timeoutMs: number): Promise<Scrape> {
  try {
    const [readiness, metrics] = await Promise.all([
      read(new URL('/readyz', baseUrl), timeoutMs),
      read(new URL('/metrics', baseUrl), timeoutMs),
    ]);
    const condition = conditionOf(readinessSchema.parse(JSON.parse(readiness)));
    return { condition, content: toSnapshot(parsePrometheusText(metrics)) };
  } catch (error) {
    return { condition: unreachable(reasonOf(error)), content: nothing };
  }
}

/** `/readyz` answers 503 with the same body when the service is not ready: that is an answer too. */
async function read(url: URL, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  const text = await response.text();
  if (text.length > maxBytes) throw new Error(`${url.pathname} answered ${text.length} bytes`);
  if (response.status !== 200 && response.status !== 503)
    throw new Error(`${url.pathname} answered ${response.status}`);
  return text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const cause = error.cause as { readonly code?: string } | undefined;
  return cause?.code === 'ECONNREFUSED' ? 'nothing listens at its address' : (cause?.code ?? error.message);
}
