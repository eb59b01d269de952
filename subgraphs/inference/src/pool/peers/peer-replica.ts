/**
 * Another inference process as a replica.
 *
 *   READY --no answer, or refused--> RECOVERING --next report--> READY --no report for `lostAfterMs`--> gone
 *
 * Invariant: a request that it was given ends by its own end, or is given back (`release`) the moment the answer breaks off:
 * what came of it until then was told, so it goes on elsewhere behind it.
 */
import { createInterface } from 'node:readline';
import type { Logger } from '@fathom/platform/logging';
import type { ReplicaReport } from '../../balancer/replica.ts';
import type { LoadedModel } from '../../engine/protocol.ts';
import {
  continuationOf,
  type RequestInFlight,
  tellAdmitted,
  tellEnd,
  tellToken,
} from '../../engine/request-in-flight.ts';
import type { Replica } from '../replica.ts';
import type { PeerClient } from './peer-client.ts';
import { type PeerEvent, type PeerReport, peerEventSchema } from './peer-protocol.ts';

export interface PeerReplicaOptions {
  readonly client: PeerClient;
  readonly report: PeerReport;
  readonly logger: Logger;
  /** Has another replica go on with a request. `lost`: the peer may have died of it. */
  readonly release: (inFlight: RequestInFlight, how: 'lost' | 'returned') => void;
}

interface Answer {
  readonly inFlight: RequestInFlight;
  readonly abort: AbortController;
}

export class PeerReplica implements Replica {
  readonly id: string;
  readonly isPeer = true;
  readonly #options: PeerReplicaOptions;
  readonly #answers = new Map<string, Answer>();
  #report: PeerReport;
  #models: ReadonlyMap<string, LoadedModel> = new Map();
  #reportedAt = 0;
  /** It refused or broke off since its last report: what that says is not true any more. */
  #isDoubtful = false;

  constructor(options: PeerReplicaOptions) {
    this.id = options.report.instance;
    this.#options = options;
    this.#report = options.report;
    this.update(options.report);
  }

  get peerReport(): PeerReport {
    return this.#report;
  }

  get reportedAt(): number {
    return this.#reportedAt;
  }

  update(report: PeerReport): void {
    this.#report = report;
    this.#models = new Map(report.models.map((model) => [model.versionId, model]));
    this.#reportedAt = performance.now();
    this.#isDoubtful = false;
  }

  /** It is given nothing until it reports again. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  report(): ReplicaReport {
    const { instance, models, devices, protocol, ...report } = this.#report;
    return {
      ...report,
      replicaId: this.id,
      atMs: this.#reportedAt,
      status: this.#isDoubtful ? 'RECOVERING' : report.status,
      resident: new Set(this.#models.keys()),
    };
  }

  loaded(versionId: string): LoadedModel | undefined {
    return this.#models.get(versionId);
  }

  take(inFlight: RequestInFlight): void {
    const answer: Answer = { inFlight, abort: new AbortController() };
    this.#answers.set(inFlight.request.id, answer);
    void this.#relay(answer);
  }

  cancel(id: string): void {
    const answer = this.#forget(id);
    if (!answer) return;
    answer.inFlight.isCancelled = true;
    answer.abort.abort();
    tellEnd(answer.inFlight, { kind: 'finished', reason: 'CANCELLED', tailText: '' });
  }

  /** It is gone: all that it had is given back. */
  leave(): void {
    this.#isDoubtful = true;
    for (const { inFlight, abort } of [...this.#answers.values()]) {
      this.#forget(inFlight.request.id);
      abort.abort();
      this.#options.release(inFlight, 'lost');
    }
  }

  /** This process stops: what it had there is left to whoever resumes the generations. */
  close(): void {
    const answers = [...this.#answers.values()];
    this.#answers.clear();
    for (const { abort } of answers) abort.abort();
  }

  async #relay(answer: Answer): Promise<void> {
    const { inFlight, abort } = answer;
    const { id } = inFlight.request;
    const { client, logger, release } = this.#options;
    let how: 'lost' | 'returned' = 'returned';
    try {
      const body = await client.compute(continuationOf(inFlight), abort.signal);
      how = 'lost';
      const lines = createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY });
      // The loop hears of it while it reads; whoever leaves it in the middle has the answer break off behind it, and several lines
      // may have come at once.
      lines.on('error', () => undefined);
      for await (const line of lines) {
        if (!this.#answers.has(id)) return;
        const event = peerEventSchema.parse(JSON.parse(line));
        if (event.type === 'released') how = 'returned';
        else this.#tell(inFlight, event);
      }
    } catch (error) {
      if (this.#answers.has(id)) logger.warn({ err: error, peer: this.id }, 'a peer gave a request back');
    }
    if (!this.#forget(id)) return;
    this.#isDoubtful = true;
    abort.abort();
    release(inFlight, how);
  }

  #tell(inFlight: RequestInFlight, event: Exclude<PeerEvent, { type: 'released' }>): void {
    const { id } = inFlight.request;
    switch (event.type) {
      case 'placed':
        inFlight.listener.placed?.(peerDeviceId(this.id, event.deviceId));
        break;
      case 'admitted':
        tellAdmitted(inFlight);
        break;
      case 'token':
        tellToken(inFlight, { ...event, id });
        break;
      case 'finished':
      case 'failed': {
        this.#forget(id);
        inFlight.deviceMs += event.deviceMs;
        inFlight.cachedPromptTokens ??= event.cachedPromptTokens;
        const { type, deviceMs, cachedPromptTokens, ...end } = event;
        tellEnd(inFlight, { kind: type, ...end } as Parameters<typeof tellEnd>[1]);
        break;
      }
    }
  }

  #forget(id: string): Answer | undefined {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    return answer;
  }
}

/** A device of another process, as clients see it. */
export const peerDeviceId = (instance: string, deviceId: string): string => `${deviceId}@${instance}`;
