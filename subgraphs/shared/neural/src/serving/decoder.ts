import type { DecoderSession } from './decoder-session.ts';

/**
 * What the engine needs of a loaded model, whoever wrote its graph: `decoder-session.ts` (the engine's own) and
 * `exported-decoder.ts` (a Hugging Face ONNX export) both are one.
 */
export type Decoder = DecoderBasics & Partial<Pick<DecoderSession, 'prefillTogether' | 'summaries'>>;

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
