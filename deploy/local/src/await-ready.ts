/** Waits until every service says that it is ready, or tells which one is not, and why. */
import { within } from '@fathom/platform/deferred';
import type { StartedService } from './banner.ts';
import { describeLine } from './log-line.ts';
import type { ManagedService } from './managed-service.ts';
import type { EarlyEnd } from './news.ts';
import { askReadiness, failingChecks, type ServiceReadiness } from './readiness.ts';
import { StartError } from './start-error.ts';
import type { Terminal } from './terminal.ts';

const readinessEveryMs = 50;
const logTailLines = 12;

export interface AwaitReadyOptions {
  readonly services: readonly ManagedService[];
  readonly baseUrl: (name: string) => string;
  readonly failed: Promise<EarlyEnd>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Throws StartError when a service ends, the time is over or the signal aborts. */
export async function awaitReady({
  services,
  baseUrl,
  failed,
  terminal,
  signal,
  timeoutMs,
}: AwaitReadyOptions): Promise<readonly StartedService[]> {
  const startedAt = performance.now();
  const waitingFor = new Map(
    services.map((service) => [service.name, undefined as ServiceReadiness | undefined]),
  );
  const giveUp = new AbortController();

  async function untilReady(service: ManagedService): Promise<StartedService> {
    for (;;) {
      if (giveUp.signal.aborted) throw giveUp.signal.reason;
      const readiness =
        service.state.kind === 'ready' ? await askReadiness(baseUrl(service.name)) : undefined;
      if (readiness?.status === 'ready') {
        waitingFor.delete(service.name);
        terminal.status(
          waitingFor.size > 0 ? `Waiting for ${[...waitingFor.keys()].join(', ')} …` : 'Asking the gateway …',
        );
        return {
          name: service.name,
          ms: Math.round(performance.now() - startedAt),
          baseUrl: baseUrl(service.name),
          readiness,
        };
      }
      if (readiness) waitingFor.set(service.name, readiness);
      await new Promise((resolve) => setTimeout(resolve, readinessEveryMs));
    }
  }

  terminal.status(`Waiting for ${[...waitingFor.keys()].join(', ')} …`);
  const all = Promise.all(services.map(untilReady));
  const aborted = new Promise<'aborted'>((resolve) =>
    signal.addEventListener('abort', () => resolve('aborted'), { once: true }),
  );
  const outcome = await within(Promise.race([all, failed, aborted]), timeoutMs);
  giveUp.abort();
  all.catch(() => undefined);
  if (outcome === 'aborted' || signal.aborted) throw new StartError('Stopped before it was ready.');
  if (outcome === 'timeout') throw notReadyInTime(waitingFor, timeoutMs);
  if ('exit' in outcome) throw await endedEarly(services, outcome);
  return outcome;
}

function notReadyInTime(
  waitingFor: ReadonlyMap<string, ServiceReadiness | undefined>,
  timeoutMs: number,
): StartError {
  const details = [...waitingFor].map(([name, readiness]) => {
    const failing = readiness ? failingChecks(readiness) : [];
    return `${name} ${failing.length > 0 ? `is not ready: ${failing.join('; ')}` : 'does not answer'}`;
  });
  return new StartError(`Not ready within ${timeoutMs / 1000} s.`, details);
}

async function endedEarly(
  services: readonly ManagedService[],
  { name, exit }: EarlyEnd,
): Promise<StartError> {
  const log = services.find((service) => service.name === name)?.log;
  const lines = (await log?.lastLines(logTailLines)) ?? [];
  return new StartError(
    `The service ${name} ${exit} before it was ready. Its last words (all of them: ${log?.path}):`,
    lines.map((line) => describeLine(line).text),
  );
}
