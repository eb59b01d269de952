/** The long parts of opening models, by what they are: each can be done in the engine's thread or in one beside it. */
import { prepareSentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import { prepareDecoder } from '@fathom/neural/serving/prepare-decoder';
import { prepareDeviceExport, prepareExport } from '@fathom/neural/serving/prepare-export';
import { prepareTextReader } from '@fathom/neural/serving/prepare-text-reader';

export const preparations = {
  decoder: prepareDecoder,
  export: prepareExport,
  deviceExport: prepareDeviceExport,
  textReader: prepareTextReader,
  sentenceEncoder: prepareSentenceEncoder,
} as const;

export type Kind = keyof typeof preparations;
export type JobOf<Of extends Kind> = Parameters<(typeof preparations)[Of]>[0];
export type PreparedOf<Of extends Kind> = Awaited<ReturnType<(typeof preparations)[Of]>>;
