/**
 * Texts that wait for what one model makes of them on a device, and the runs that compute it: vectors, or a logit a class.
 *
 *   waiting (in turn by tenant) --at most `piecesPerStep` of them--> one run --last text of a request--> done
 *                                                                       \--no memory for a text alone--> its request is given up
 *
 * Invariants: a step computes one bounded run, so that the token streams of the same device wait for at most that long, and
 * texts of several requests share it, as far as there is memory for them together. Of tenants whose texts wait, the one that was served the fewest pieces comes first;
 * within a tenant, who came first.
 */
import type { TokenizedText } from '@fathom/neural/sentence-encoder/sentence-encoder';
import { FairQueue, type QueuedRequest } from '../domain/fair-queue.ts';
import { computeInParts, type MemoryShortage } from './compute-in-parts.ts';
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
  /** Requests with a text for which there is no memory here, even alone. */
  readonly givenUp: readonly { readonly id: string; readonly shortage: MemoryShortage }[];
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

/** One text of a request; its own id is the request's and its place there. */
interface WaitingText extends QueuedRequest {
  readonly request: string;
  readonly at: number;
}

interface ChosenText extends TokenizedText {
  readonly waiting: WaitingText;
}

interface ComputedTexts {
  readonly texts: readonly ChosenText[];
  readonly rows: readonly Float32Array[];
  readonly tookMs: number;
}

export class TextLane {
  readonly #options: TextLaneOptions;
  readonly #requests = new Map<string, RequestInProgress>();
  readonly #waiting = new FairQueue<WaitingText>();

  constructor(options: TextLaneOptions) {
    this.#options = options;
  }

  get hasWork(): boolean {
    return this.#requests.size > 0;
  }

  get memoryBytes(): number {
    return this.#options.runner.weightBytes;
  }

  submit({ id, tenant = '', texts }: TextsRequest): void {
    this.#requests.set(id, { texts, done: [], deviceMs: 0 });
    for (const at of texts.keys())
      this.#waiting.push({ id: waitingId(id, at), tenant, priority: 'NORMAL', request: id, at });
  }

  /** What is computed of it is thrown away. */
  cancel(id: string): void {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    for (const at of request?.texts.keys() ?? []) this.#waiting.remove(waitingId(id, at));
  }

  async step(): Promise<TextStep> {
    const chosen = this.#choose();
    const { runner, now } = this.#options;
    const givenUp = new Map<string, MemoryShortage>();
    let busyMs = 0;
    await computeInParts({
      items: chosen,
      compute: async (texts) => {
        const startedAt = now();
        const rows = await runner.run(texts);
        return { texts, rows, tookMs: now() - startedAt };
      },
      use: async (computed) => {
        busyMs += computed.tookMs;
        this.#keep(computed);
      },
      giveUp: ({ waiting: { request } }, shortage) => {
        if (!this.#requests.has(request)) return;
        givenUp.set(request, shortage);
        this.cancel(request);
      },
    });
    const finished = this.#takeFinished();
    return { finished, givenUp: [...givenUp].map(([id, shortage]) => ({ id, shortage })), busyMs };
  }

  #keep({ texts, rows, tookMs }: ComputedTexts): void {
    for (const [row, { waiting, ids, isCut }] of texts.entries()) {
      const request = this.#requests.get(waiting.request);
      if (!request) continue;
      request.done.push({ values: rows[row]!, tokens: ids.length, isCut });
      request.deviceMs += tookMs / texts.length;
    }
  }

  /** The texts next in turn whose pieces fit one run; one text always does. */
  #choose(): readonly ChosenText[] {
    const chosen: ChosenText[] = [];
    let pieces = 0;
    for (let waiting = this.#waiting.next(); waiting; waiting = this.#waiting.next()) {
      const text = this.#requests.get(waiting.request)?.texts[waiting.at] ?? '';
      const { ids, isCut } = this.#options.runner.tokenize(text);
      if (chosen.length > 0 && pieces + ids.length > this.#options.piecesPerStep) break;
      this.#waiting.take((next) => next === waiting);
      this.#waiting.charge(waiting.tenant, ids.length);
      pieces += ids.length;
      chosen.push({ waiting, ids, isCut });
    }
    return chosen;
  }

  #takeFinished(): TextStep['finished'] {
    const finished = [...this.#requests].filter(([, { texts, done }]) => done.length === texts.length);
    for (const [id] of finished) this.#requests.delete(id);
    if (this.#requests.size === 0) this.#waiting.reset();
    return finished.map(([id, { done, deviceMs }]) => ({ id, texts: done, deviceMs }));
  }
}

function waitingId(request: string, at: number): string {
  return `${request}#${at}`;
}
