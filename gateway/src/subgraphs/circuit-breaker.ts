/**
 * Stops asking a service that does not answer.
 *
 *   closed --N failures in a row--> open --openMs--> half-open --one probe succeeds--> closed
 *                                     ^-----------------'  (the probe fails)
 *
 * Only outages count (SUBGRAPH_UNAVAILABLE, SUBGRAPH_TIMEOUT): a GraphQL error is an answer.
 */
import { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';

export interface CircuitBreaker {
  /** Throws SUBGRAPH_UNAVAILABLE at once while open. */
  run<T>(work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
}

export interface CircuitBreakerOptions {
  readonly service: string;
  readonly failures: number;
  readonly openMs: number;
  readonly now?: () => number;
  readonly onChange?: (state: 'closed' | 'open') => void;
}

export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { service, failures, openMs, now = Date.now, onChange } = options;
  let failed = 0;
  let openedAt: number | undefined;
  let probing = false;

  const isOpen = (): boolean => openedAt !== undefined && (probing || now() - openedAt < openMs);

  function onFailure(): void {
    failed += 1;
    if (failed < failures) return;
    if (openedAt === undefined) onChange?.('open');
    openedAt = now();
  }

  function onAnswer(): void {
    failed = 0;
    if (openedAt !== undefined) onChange?.('closed');
    openedAt = undefined;
  }

  return {
    isOpen,
    async run(work) {
      if (isOpen())
        throw raise('SUBGRAPH_UNAVAILABLE', {
          because: `${service} has not answered lately`,
          details: {
            serviceName: service,
            retryAfterMs: Math.max(1, openMs - (now() - (openedAt ?? now()))),
          },
        });
      const isProbe = openedAt !== undefined;
      probing = isProbe;
      try {
        const result = await work();
        onAnswer();
        return result;
      } catch (error) {
        if (error instanceof AppError && error.code.startsWith('SUBGRAPH_')) onFailure();
        throw error;
      } finally {
        if (isProbe) probing = false;
      }
    },
  };
}
