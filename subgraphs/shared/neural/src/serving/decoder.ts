import type { DecoderSession } from './decoder-session.ts';

/**
 * What the engine needs of a loaded model, whoever wrote its graph: `decoder-session.ts` (the engine's own) and
 * `exported-decoder.ts` (a Hugging Face ONNX export) both are one.
 */
export type Decoder = DecoderBasics & {
  /** Where several sequences may begin in one run. */
  readonly prefillTogether?: DecoderSession['prefillTogether'] | undefined;
  /**
   * The row of the cache that a slot is in. A batch in the order of its rows has its logits as they are computed; in any
   * other, they are put into that order, which for 16 rows of 2,048 is 2% of a step.
   */
  readonly rowOf?: ((slot: number) => number) | undefined;
  /** See `DecoderSession`; without it what slots hold is kept wherever it moves. */
  readonly forget?: DecoderSession['forget'] | undefined;
  /** Where the graph says what its logits come to. */
  readonly summaries?: DecoderSession['summaries'] | undefined;
};

type DecoderBasics = Pick<
  DecoderSession,
  | 'maxSlots'
  | 'capacity'
  | 'vocabularySize'
  | 'bytes'
  | 'prefill'
  | 'decode'
  | 'copySlot'
  | 'loadAdapter'
  | 'unloadAdapter'
  | 'hasAdapter'
  | 'release'
>;
