/**
 * Texts that wait for what one model makes of them on a device, and the runs that compute it: vectors, or a logit a class.
 *
 *   waiting (first come, first served) --at most `piecesPerStep` of them--> one run --last text of a request--> done
 *
 * Invariant: a step computes one bounded run, so that the token streams of the same device wait for at most that long, and
 * texts of several requests share it.
 */
import type { TokenizedText } from '@fathom/neural/sentence-encoder/sentence-encoder';
import type { ReadText, TextsRequest } from './protocol.ts';

/** What reads texts whole. */
export interface TextRunner {
  readonly weightBytes: number;
  tokenize(text: string): TokenizedText;
  /** Numbers of each text, in order. */
  run(texts: readonly TokenizedText[]): Promise<readonly Float32Array[]>;
  release(): Promise<void> | void;
}

export interface TextStep {
  readonly finished: readonly {
    readonly id: string;
    readonly texts: readonly ReadText[];
    readonly deviceMs: number;
  }[];
  readonly busyMs: number;
}

export interface TextLaneOptions {
  readonly runner: Omit<TextRunner, 'release'>;
  /** Pieces of a run, at least one text's. */
  readonly piecesPerStep: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface RequestInProgress {
  readonly texts: readonly string[];
  readonly done: ReadText[];
  deviceMs: number;
}

interface ChosenText extends TokenizedText {
  readonly id: string;
}

export class TextLane {
  readonly #options: TextLaneOptions;
  readonly #requests = new Map<string, RequestInProgress>();

  constructor(options: TextLaneOptions) {
    this.#options = options;
  }

  get hasWork(): boolean {
    return this.#requests.size > 0;
  }

  get memoryBytes(): number {
    return this.#options.runner.weightBytes;
  }

  submit({ id, texts }: TextsRequest): void {
    this.#requests.set(id, { texts, done: [], deviceMs: 0 });
  }

  /** What is computed of it is thrown away. */
  cancel(id: string): void {
    this.#requests.delete(id);
  }

  async step(): Promise<TextStep> {
    const chosen = this.#choose();
    const { runner, now } = this.#options;
    const startedAt = now();
    const rows = await runner.run(chosen);
    const busyMs = now() - startedAt;
    for (const [row, { id, ids, isCut }] of chosen.entries()) {
      const request = this.#requests.get(id);
      if (!request) continue;
      request.done.push({ values: rows[row]!, tokens: ids.length, isCut });
      request.deviceMs += busyMs / chosen.length;
    }
    return { finished: this.#takeFinished(), busyMs };
  }

  /** The oldest texts whose pieces fit one run; one text always does. */
  #choose(): readonly ChosenText[] {
    const chosen: ChosenText[] = [];
    let pieces = 0;
    for (const [id, { texts, done }] of this.#requests) {
      for (let at = done.length; at < texts.length; at += 1) {
        const { ids, isCut } = this.#options.runner.tokenize(texts[at]!);
        if (chosen.length > 0 && pieces + ids.length > this.#options.piecesPerStep) return chosen;
        pieces += ids.length;
        chosen.push({ id, ids, isCut });
      }
    }
    return chosen;
  }

  #takeFinished(): TextStep['finished'] {
    const finished = [...this.#requests].filter(([, { texts, done }]) => done.length === texts.length);
    for (const [id] of finished) this.#requests.delete(id);
    return finished.map(([id, { done, deviceMs }]) => ({ id, texts: done, deviceMs }));
  }
}
