/**
 * Post-process: draws the next token of each sequence from its row of logits, within the form that it must have, and ends those
 * that it ends. What a model or a form makes impossible ends its request alone.
 */
import type { ResponseFormat } from '../domain/response-format.ts';
import {
  type LogitRow,
  LogitsNotFiniteError,
  NothingAllowedError,
  type SampledToken,
  sampleToken,
} from '../domain/sampling.ts';
import { GrammarInvalidError } from '../grammar/grammar-set.ts';
import { fault } from './engine-ends.ts';
import type { Computed, Held } from './model-runs.ts';
import type { EngineEnd } from './protocol.ts';
import type { Sequence } from './sequence.ts';
import type { StepInProgress } from './step-in-progress.ts';

export interface NextTokensOptions {
  readonly held: Held;
  /** `spoilt`: what it has in the cache is not to be kept. */
  readonly end: (end: EngineEnd, step: StepInProgress, outcome?: 'spoilt') => void;
}

export class NextTokens {
  readonly #held: Held;
  readonly #end: NextTokensOptions['end'];
  readonly #rows = new WeakMap<Float32Array, readonly Float32Array[]>();

  constructor({ held, end }: NextTokensOptions) {
    this.#held = held;
    this.#end = end;
  }

  /** Draws the next token of each sequence, and ends those that it ends. */
  async advance({ sequences, logits, summaries, width }: Computed, step: StepInProgress): Promise<void> {
    const rows = this.#rowsOf(logits, width);
    for (let row = 0; row < sequences.length; row += 1) {
      const sequence = sequences[row];
      if (!sequence) continue;
      const { responseFormat } = sequence.request;
      const computed = {
        logits: rows[row] ?? logits,
        summary: summaries && {
          likeliest: summaries.likeliest[row] ?? 0,
          logTotal: summaries.logTotals[row] ?? Number.NaN,
        },
      };
      if (responseFormat) await this.#advanceInForm(sequence, responseFormat, computed, step);
      else this.#advanceOne(sequence, step, computed);
    }
  }

  /** Windows on each row. A decoder gives the same memory back step by step, and windows on it are not for nothing. */
  #rowsOf(logits: Float32Array, width: number): readonly Float32Array[] {
    let rows = this.#rows.get(logits);
    if (rows) return rows;
    rows = Array.from({ length: logits.length / width }, (_, row) =>
      logits.subarray(row * width, (row + 1) * width),
    );
    this.#rows.set(logits, rows);
    return rows;
  }

  async #advanceInForm(
    sequence: Sequence,
    format: ResponseFormat,
    row: LogitRow,
    step: StepInProgress,
  ): Promise<void> {
    const { id } = sequence.request;
    let mask: Int32Array;
    try {
      mask = await this.#maskOf(sequence, format);
    } catch (error) {
      if (!(error instanceof GrammarInvalidError)) throw error;
      return this.#end({ id, kind: 'failed', code: 'RESPONSE_FORMAT_FAILED', message: error.message }, step);
    }
    this.#advanceOne(sequence, step, row, mask);
  }

  #advanceOne(sequence: Sequence, step: StepInProgress, row: LogitRow, mask?: Int32Array): void {
    const { id } = sequence.request;
    try {
      const { token, end } = sequence.advance(sample(sequence, row, mask));
      if (token) step.tokens.push(token);
      if (end) this.#end(end, step);
    } catch (error) {
      if (error instanceof LogitsNotFiniteError)
        this.#end(
          fault(id, `The model computed values that are no numbers. ${error.message}`),
          step,
          'spoilt',
        );
      else if (error instanceof NothingAllowedError || error instanceof GrammarInvalidError)
        this.#end({ id, kind: 'failed', code: 'RESPONSE_FORMAT_FAILED', message: error.message }, step);
      else throw error;
    }
  }

  async #maskOf(sequence: Sequence, format: ResponseFormat): Promise<Int32Array> {
    const { lane, priorTokens } = sequence.request;
    sequence.constraint ??= await this.#held.laneOf(lane).grammars.constrain(format, priorTokens);
    return sequence.constraint.mask();
  }
}

function sample(
  sequence: Sequence,
  { logits, summary }: LogitRow,
  mask: Int32Array | undefined,
): SampledToken {
  const { tokens, position, request } = sequence;
  const { sampling: settings, promptTokens } = request;
  const promptLength = promptTokens.length;
  return sampleToken({ logits, summary, settings, position, tokens, promptLength, mask });
}
