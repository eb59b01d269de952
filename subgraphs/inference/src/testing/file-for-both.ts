/** A model as the one ONNX file that the engine and transformers.js both run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { encodeModel } from '@fathom/neural/onnx/encode-model';
import { attentionMaskLayout } from '@fathom/neural/serving/attention-mask-layout.testkit';
import { buildDecoderGraph } from '@fathom/neural/serving/decoder-graph';

const fileNames = { fp32: 'model.onnx', int8: 'model_int8.onnx' } as const;
export type FilePrecision = keyof typeof fileNames;

/**
 * In the layout that ONNX Runtime's model builder writes and that Llamas are published in for transformers.js today: Hugging
 * Face's names, one GroupQueryAttention a layer. It is the faster one for the library as well.
 */
export async function writeFileForBoth(
  folder: string,
  model: ModelFolder,
  precision: FilePrecision,
): Promise<void> {
  const { config, weights } = model;
  await exportModel(folder, model, { layout: 'hugging-face', precisions: [precision] });
  const options = { config, weights, capacity: config.maxPositions, precision, adapters: false };
  const graph = buildDecoderGraph({ ...options, layout: attentionMaskLayout, int8: 'standard' });
  await writeFile(join(folder, 'onnx', fileNames[precision]), encodeModel(graph));
}
