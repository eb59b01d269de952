/**
 * Copies of answered generations, computed by another version: compared, counted, never shown, never billed.
 *
 *   answered --devices at ease--> computed --> same | different | failed
 *           \--they are not-----> dropped       \--somebody needs the slot--> dropped
 *
 * Invariant: a copy takes nothing from whoever waits for an answer. It begins only where half of the slots are free, on this process's
 * own devices, and leaves when that is no longer so.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GenerationRecord } from '../domain/generation.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { storableText } from '../domain/storable-text.ts';
import { compareAnswers, type ShadowOutcome, type TrafficSplit } from '../domain/traffic-split.ts';
import type { DeviceEnd } from '../engine/request-in-flight.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import type { TrafficSplitStore } from '../stores/traffic-split-store.ts';
import type { Deployments } from './deployments.ts';
import type { ServedModel } from './served-model.ts';

/** What the shadow of an alias is to compute, decided when the generation was accepted. */
export interface ShadowPlan {
  readonly split: TrafficSplit;
  /** As the generation's own, but for the version and the tokens of the prompt. */
  readonly settings: GenerationSettings;
}

export interface ShadowTrafficOptions {
  readonly pool: EnginePool;
  readonly deployments: Deployments;
  readonly store: Pick<TrafficSplitStore, 'count'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export class ShadowTraffic {
  readonly #options: ShadowTrafficOptions;
  readonly #running = new Set<string>();
  readonly #answers;
  #isClosed = false;

  constructor(options: ShadowTrafficOptions) {
    this.#options = options;
    this.#answers = options.metrics.counter({
      name: 'fathom_shadow_answers_total',
      help: "Copies of answers that a shadow's version was given, by how they came out beside what was shown.",
      labels: ['model_version', 'outcome'],
    });
  }

  /** Computes and counts a copy of what was answered. Never rejects. */
  async copy({ split, settings }: ShadowPlan, record: GenerationRecord): Promise<void> {
    const shown = ownAnswer(record);
    if (shown === undefined || this.#isClosed) return;
    const { store, logger } = this.#options;
    try {
      const outcome = await this.#outcome(settings, record.tenant, shown);
      if (outcome === undefined) return;
      this.#answers.inc({ model_version: settings.modelVersionId, outcome });
      await store.count(split, settings.modelVersionId, outcome);
    } catch (error) {
      logger.warn({ err: error, generation: record.id }, 'a copy of an answer could not be counted');
    }
  }

  /** Somebody is about to need a slot: copies leave theirs unless there are enough. */
  makeWay(): void {
    if (this.#running.size > 0 && !this.#isAtEase()) this.#leave();
  }

  close(): void {
    this.#isClosed = true;
    this.#leave();
  }

  #leave(): void {
    for (const id of this.#running) this.#options.pool.cancel(id);
  }

  async #outcome(
    settings: GenerationSettings,
    tenant: string,
    shown: string,
  ): Promise<ShadowOutcome | undefined> {
    if (!this.#isAtEase()) return 'dropped';
    const acquired = await this.#options.deployments.acquire(settings.modelVersionId);
    if (acquired.kind !== 'ready') return 'failed';
    try {
      const { end, text } = await this.#compute(settings, acquired.model, tenant);
      if (this.#isClosed) return undefined;
      if (end.kind === 'failed') return 'failed';
      return end.reason === 'CANCELLED' ? 'dropped' : compareAnswers(shown, text);
    } finally {
      acquired.release();
    }
  }

  #compute(
    { promptTokens, maxTokens, sampling, stopStrings, responseFormat }: GenerationSettings,
    { lane, adapter }: ServedModel,
    tenant: string,
  ): Promise<{ readonly end: DeviceEnd; readonly text: string }> {
    const id = `shadow/${randomUUID()}`;
    this.#running.add(id);
    let text = '';
    return new Promise((resolve) => {
      this.#options.pool.submitHere(
        {
          id,
          tenant,
          isCopy: true,
          priority: 'LOW',
          lane,
          adapter,
          promptTokens,
          priorTokens: [],
          maxTokens,
          sampling,
          stopStrings,
          responseFormat,
        },
        {
          admitted: () => undefined,
          token: (token) => {
            text += token.text;
          },
          ended: (end) => {
            this.#running.delete(id);
            resolve({ end, text: storableText(end.kind === 'finished' ? text + end.tailText : text) });
          },
        },
      );
    });
  }

  /** Nobody waits, and without the copies half of the slots are free. */
  #isAtEase(): boolean {
    const { status, activeSequences, queuedRequests, maxSequences } = this.#options.pool.ownReport();
    const requests = activeSequences + queuedRequests;
    const answers = requests - this.#running.size;
    return status === 'READY' && answers + 1 <= maxSequences / 2 && requests < maxSequences;
  }
}

/** What the model itself said, shown or held back; undefined where it was not asked, or did not come to an end. */
function ownAnswer({
  status,
  reason,
  service,
  text,
  draft,
  finishReason,
}: GenerationRecord): string | undefined {
  if (status !== 'COMPLETED' || finishReason === 'CANCELLED' || reason === 'CACHE_HIT' || reason === 'TAUGHT')
    return undefined;
  return service === 'DEEP_LEARNING' ? draft : text;
}
