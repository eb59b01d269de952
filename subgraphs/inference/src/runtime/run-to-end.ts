/** Computes a generation by its strategy, and sees to it that its result is stored and announced, whatever happens. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@fathom/platform/logging';
import { withSpan } from '@fathom/platform/telemetry/tracing';
import { announcementsOf } from '../domain/announcements.ts';
import { type GenerationRecord, isEnded } from '../domain/generation.ts';
import type { GenerationStore } from '../stores/generation-store.ts';
import { FencedError } from './event-log.ts';
import type { GenerationMetrics } from './generation-metrics.ts';
import type { GenerationRun } from './generation-run.ts';
import { isStopping } from './version-loader.ts';

/** How a generation is computed; resolves when its last event is stored. */
export type Strategy = (run: GenerationRun) => Promise<void>;

export interface RunToEndParts {
  readonly store: GenerationStore;
  readonly metrics: GenerationMetrics;
  readonly logger: Logger;
  /** Aborts when this process stops: the generation is left as it is. */
  readonly closing: AbortSignal;
}

const storeRetryMs = 500;

/** Never rejects. Begins in the next microtask, so that its caller can register the run first. */
export async function runToEnd(run: GenerationRun, strategy: Strategy, parts: RunToEndParts): Promise<void> {
  await Promise.resolve();
  const { logger } = parts;
  const { id, kind } = run.record;
  const attributes = {
    'fathom.generation.id': id,
    'fathom.generation.kind': kind,
    'fathom.model.version': run.settings.modelVersionId,
  };
  try {
    await withSpan('inference.generation', attributes, async (span) => {
      if (!isEnded(run.record)) await execute(run, strategy, logger);
      const { service, reason, usage } = run.record;
      span.setAttributes({
        'fathom.generation.service': service ?? 'none',
        'fathom.generation.reason': reason ?? 'none',
        'fathom.engine.tokens': usage.completionTokens,
        'fathom.engine.device_ms': usage.deviceMs,
        'fathom.engine.time_to_first_token_ms': usage.timeToFirstTokenMs ?? 0,
      });
      await storeResult(run.record, parts);
    });
  } catch (error) {
    if (error instanceof FencedError) logger.warn({ generation: id }, error.message);
    else if (!isLeft(run, error)) {
      logger.error({ err: error, generation: id }, 'a generation could not be ended');
    }
  }
}

/** This process stops: the next one goes on with it. */
const isLeft = (run: GenerationRun, error: unknown): boolean =>
  run.signal.reason === 'SUSPENDED' || isStopping(error);

async function execute(run: GenerationRun, strategy: Strategy, logger: Logger): Promise<void> {
  try {
    await strategy(run);
  } catch (error) {
    if (error instanceof FencedError || isLeft(run, error) || isEnded(run.record)) throw error;
    logger.error({ err: error, generation: run.record.id }, 'a generation failed');
    await run.fail(
      'INTERNAL_SERVER_ERROR',
      'Something unexpected went wrong. The log has it under the trace id.',
    );
  }
}

/** In one transaction with its announcements; a database that is down is waited for. */
async function storeResult(record: GenerationRecord, parts: RunToEndParts): Promise<void> {
  const { store, metrics, logger, closing } = parts;
  for (;;) {
    closing.throwIfAborted();
    try {
      const isFirst = await store.finish(record, announcementsOf(record));
      if (isFirst) metrics.ended(record);
      return;
    } catch (error) {
      logger.warn({ err: error, generation: record.id }, 'the result could not be stored; it is tried again');
      await pause(storeRetryMs, undefined, { signal: closing });
    }
  }
}
