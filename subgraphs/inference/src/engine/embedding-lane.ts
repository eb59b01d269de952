/**
 * Texts that wait for their vectors on a device, and the runs that compute them.
 *
 *   waiting (first come, first served) --at most `piecesPerStep` of them--> one run --last text of a request--> done
 *
 * Invariant: a step computes one bounded run, so that the token streams of the same device wait for at most that long, and
 * texts of several requests share it.
 */
import type { SentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import type { EmbeddedText, EmbeddingRequest } from './protocol.ts';

export interface EmbeddingStep {
  readonly finished: readonly {
    readonly id: string;
    readonly texts: readonly EmbeddedText[];
    readonly deviceMs: number;
  }[];
  readonly busyMs: number;
}

export interface EmbeddingLaneOptions {
  readonly encoder: Pick<SentenceEncoder, 'tokenize' | 'embed' | 'weightBytes'>;
  /** Pieces of a run, at least one text's. */
  readonly piecesPerStep: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface RequestInProgress {
  readonly texts: readonly string[];
  readonly embedded: EmbeddedText[];
  deviceMs: number;
}

interface ChosenText {
  readonly id: string;
  readonly ids: readonly number[];
  readonly isCut: boolean;
}

export class EmbeddingLane {
  readonly #options: EmbeddingLaneOptions;
  readonly #requests = new Map<string, RequestInProgress>();

  constructor(options: EmbeddingLaneOptions) {
    this.#options = options;
  }

  get hasWork(): boolean {
    return this.#requests.size > 0;
  }

  get memoryBytes(): number {
    return this.#options.encoder.weightBytes;
  }

  submit({ id, texts }: EmbeddingRequest): void {
    this.#requests.set(id, { texts, embedded: [], deviceMs: 0 });
  }

  /** What is computed of it is thrown away. */
  cancel(id: string): void {
    this.#requests.delete(id);
  }

  async step(): Promise<EmbeddingStep> {
    const chosen = this.#choose();
    const { encoder, now } = this.#options;
    const startedAt = now();
    const vectors = await encoder.embed(chosen);
    const busyMs = now() - startedAt;
    for (const [row, { id, ids, isCut }] of chosen.entries()) {
      const request = this.#requests.get(id);
      if (!request) continue;
      request.embedded.push({ vector: vectors[row]!, tokens: ids.length, isCut });
      request.deviceMs += busyMs / chosen.length;
    }
    return { finished: this.#takeFinished(), busyMs };
  }

  /** The oldest texts whose pieces fit one run; one text always does. */
  #choose(): readonly ChosenText[] {
    const chosen: ChosenText[] = [];
    let pieces = 0;
    for (const [id, { texts, embedded }] of this.#requests) {
      for (let at = embedded.length; at < texts.length; at += 1) {
        const { ids, isCut } = this.#options.encoder.tokenize(texts[at]!);
        if (chosen.length > 0 && pieces + ids.length > this.#options.piecesPerStep) return chosen;
        pieces += ids.length;
        chosen.push({ id, ids, isCut });
      }
    }
    return chosen;
  }

  #takeFinished(): EmbeddingStep['finished'] {
    const finished = [...this.#requests].filter(
      ([, { texts, embedded }]) => embedded.length === texts.length,
    );
    for (const [id] of finished) this.#requests.delete(id);
    return finished.map(([id, { embedded, deviceMs }]) => ({ id, texts: embedded, deviceMs }));
  }
}
