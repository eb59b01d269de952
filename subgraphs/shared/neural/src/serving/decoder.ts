import type { DecoderSession } from './decoder-session.ts';

/**
 * What the engine needs of a loaded model, whoever wrote its graph: `decoder-session.ts` (the engine's own) and
 * `exported-decoder.ts` (a Hugging Face ONNX export) both are one.
 */
export type Decoder = DecoderBasics & {
  /** Where several sequences may begin in one run. */
  readonly prefillTogether?: DecoderSession['prefillTogether'] | undefined;
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
