/** Turns transitions and log lines into what a human wants to know: before the banner only the first failure, then all news. */
import { createDeferred } from '@fathom/platform/deferred';
import { createRepetitionFilter, describeLine } from './log-line.ts';
import type { ServiceState } from './managed-service.ts';
import type { Terminal } from './terminal.ts';

/** A service that ended before the start was complete. */
export interface EarlyEnd {
  readonly name: string;
  /** For instance `left with exit code 1`. */
  readonly exit: string;
}

export interface News {
  change(name: string, state: ServiceState): void;
  line(name: string, line: string): void;
  readonly firstFailure: Promise<EarlyEnd>;
  /** From now on, what dies is started again, and told. */
  started(): void;
}

/** The same words are shown once in so long. */
const quietMs = 10_000;

export function createNews(terminal: Terminal): News {
  const failure = createDeferred<EarlyEnd>();
  const isNews = createRepetitionFilter(quietMs);
  const lostAt = new Map<string, number>();
  let isStarted = false;

  function change(name: string, state: ServiceState): void {
    if (state.kind === 'waiting') {
      if (!isStarted) {
        failure.resolve({ name, exit: state.exit });
        return;
      }
      if (!lostAt.has(name)) lostAt.set(name, performance.now());
      terminal.warn(
        `${name} ${state.exit}; it is started again${state.forMs > 0 ? ` in ${state.forMs} ms` : ''}`,
      );
    }
    const lost = lostAt.get(name);
    if (state.kind === 'ready' && lost !== undefined) {
      lostAt.delete(name);
      terminal.warn(`${name} is back after ${Math.round(performance.now() - lost)} ms`);
    }
  }

  return {
    change,
    line(name: string, line: string): void {
      const { level, text } = describeLine(line);
      if (isStarted && level !== 'info' && isNews(`${name} ${text}`)) terminal.warn(`${name}: ${text}`);
    },
    firstFailure: failure.promise,
    started(): void {
      isStarted = true;
    },
  };
}
