/**
 * One request inside the engine: its tokens, and the text that they become.
 *
 *   token -> streaming detokeniser (whole characters) -> stop-string filter (no half stop string) -> shown text
 */

import { createStreamDecoder } from '@fathom/neural/tokenizers/stream-decoder';
import type { Tokenizer } from '@fathom/neural/tokenizers/tokenizer';
import type { SampledToken } from '../domain/sampling.ts';
import { createStopStringFilter } from '../domain/stop-strings.ts';
import type { Constraint } from '../grammar/grammar-set.ts';
import type { EngineEnd, EngineRequest, EngineToken } from './protocol.ts';

export interface SequenceOptions {
  readonly request: EngineRequest;
  readonly tokenizer: Tokenizer;
  readonly stopTokenIds: ReadonlySet<number>;
  /** Tokens that a slot can hold. */
  readonly capacity: number;
}

export type Advance =
  | { readonly token: EngineToken; readonly end?: EngineEnd }
  | { readonly token?: undefined; readonly end: EngineEnd };

export class Sequence {
  readonly request: EngineRequest;
  /** Prompt and completion so far: what the slot holds, but for the newest token. */
  readonly tokens: number[];
  /** What it may say next, where the completion must have a form; made when its first token is drawn. */
  constraint: Constraint | undefined;
  /** Its prompt began to be computed. */
  isStarted = false;
  #generated: number;
  /** The prior tokens held a stop string already: the end was lost, not the text. */
  #isStopped = false;
  readonly #tokenizer: Tokenizer;
  readonly #capacity: number;
  readonly #stopTokenIds: ReadonlySet<number>;
  readonly #decoder: ReturnType<typeof createStreamDecoder>;
  readonly #stopStrings: ReturnType<typeof createStopStringFilter>;

  constructor({ request, tokenizer, stopTokenIds, capacity }: SequenceOptions) {
    this.request = request;
    this.tokens = [...request.promptTokens, ...request.priorTokens];
    this.#generated = request.priorTokens.length;
    this.#tokenizer = tokenizer;
    this.#capacity = capacity;
    this.#stopTokenIds = stopTokenIds;
    this.#decoder = createStreamDecoder(tokenizer);
    this.#stopStrings = createStopStringFilter(request.stopStrings);
    // The detokeniser and the filter stand where they stood when the last prior token had been shown.
    for (const token of request.priorTokens) {
      this.#isStopped ||= this.#stopStrings.push(this.#decoder.push(token)).isStopped;
    }
  }

  /** Positions of the cache that it may come to need. */
  get reserve(): number {
    return Math.max(
      this.tokens.length,
      Math.min(this.request.promptTokens.length + this.request.maxTokens, this.#capacity),
    );
  }

  /** The index in the completion of the token that comes next. */
  get position(): number {
    return this.#generated;
  }

  /** Takes the token that was sampled for `position`. */
  advance({ tokenId, logProbability, top }: SampledToken): Advance {
    if (this.#isStopped) return { end: this.#finish('STOP', '') };
    if (this.#stopTokenIds.has(tokenId)) return { end: this.#finish('STOP', this.#tail()) };
    this.constraint?.accept(tokenId);
    const index = this.#generated;
    this.tokens.push(tokenId);
    this.#generated++;
    const { text, isStopped } = this.#stopStrings.push(this.#decoder.push(tokenId));
    const alternatives = top?.map((other) => ({ ...other, text: this.#tokenizer.tokenText(other.tokenId) }));
    const { id } = this.request;
    const token: EngineToken = alternatives
      ? { id, index, tokenId, text, logProbability, top: alternatives }
      : { id, index, tokenId, text, logProbability };
    if (isStopped) return { token, end: this.#finish('STOP', '') };
    const isFull = this.#generated >= this.request.maxTokens || this.tokens.length >= this.#capacity;
    return isFull ? { token, end: this.#finish('LENGTH', this.#tail()) } : { token };
  }

  #finish(reason: 'STOP' | 'LENGTH', tailText: string): EngineEnd {
    return { id: this.request.id, kind: 'finished', reason, tailText };
  }

  #tail(): string {
    // Bytes of a character that never became whole are left out: what is shown is whole characters only.
    const rest = this.#decoder.flush().replaceAll('\uFFFD', '');
    const { text, isStopped } = this.#stopStrings.push(rest);
    return isStopped ? text : text + this.#stopStrings.flush();
  }
}
