/**
 * A model as ONNX files, in the layout that transformers, transformers.js and every ONNX runtime load:
 *
 *   config.json  generation_config.json  tokenizer.json  tokenizer_config.json
 *   onnx/model.onnx            fp32
 *   onnx/model_int8.onnx       int8; model_quantized.onnx is the same, under the name that transformers.js takes by default
 *   onnx/model_q4.onnx         int4
 *   onnx/<name>.onnx_data      the weights, where they do not fit into the graph's own file
 *
 * or in the engine's own layout (`serving/in-place-layout.ts`), whose graphs are named engine.onnx, engine_int8.onnx and
 * engine_q4.onnx and hold `capacity` tokens a row.
 */
import { type FileContent, writeFolderAtomically } from '../files.ts';
import { type ModelFolder, modelSettings } from '../models/model-folder.ts';
import { buildDecoderGraph } from '../serving/decoder-graph.ts';
import type { Precision } from '../serving/weight-product.ts';
import { stopTokenIds } from '../tokenizers/chat-template.ts';
import { checkWeights } from '../weights/check-weights.ts';
import { huggingFaceGraphNames } from './graph-names.ts';
import { type ExportedFile, exportedFiles, graphPieces } from './graph-pieces.ts';
import { huggingFaceLayout } from './hugging-face-layout.ts';

export const exportLayouts = ['hugging-face', 'engine'] as const;
export type ExportLayout = (typeof exportLayouts)[number];

export interface ExportOptions {
  readonly layout: ExportLayout;
  readonly precisions: readonly Precision[];
  /** Weights of more bytes than this get a file of their own; an ONNX file cannot hold more than 2 GiB. */
  readonly maxBytesInGraph?: number;
}

const graphNames: Readonly<Record<ExportLayout, Readonly<Record<Precision, readonly string[]>>>> = {
  'hugging-face': huggingFaceGraphNames,
  engine: { fp32: ['engine.onnx'], int8: ['engine_int8.onnx'], int4: ['engine_q4.onnx'] },
};

/** Writes the folder, which appears complete or not at all; one of that name is replaced. */
export async function exportModel(
  dir: string,
  model: ModelFolder,
  options: ExportOptions,
): Promise<readonly ExportedFile[]> {
  checkWeights(model.config, model.weights);
  const files = new Map<string, FileContent>([
    ...modelSettings(model),
    ['generation_config.json', generationConfig(model)],
  ]);
  for (const precision of options.precisions)
    for (const name of graphNames[options.layout][precision])
      for (const [path, content] of graphFiles({ model, precision, name, options })) files.set(path, content);
  await writeFolderAtomically(dir, files);
  return exportedFiles(files);
}

function graphFiles(given: {
  readonly model: ModelFolder;
  readonly precision: Precision;
  readonly name: string;
  readonly options: ExportOptions;
}): readonly (readonly [string, FileContent])[] {
  const { model, precision, name, options } = given;
  const graph = buildDecoderGraph({
    config: model.config,
    weights: model.weights,
    capacity: model.config.maxPositions,
    precision,
    adapters: false,
    ...(options.layout === 'hugging-face' ? { layout: huggingFaceLayout, int8: 'standard' as const } : {}),
  });
  return graphPieces(graph, name, options);
}

/** What ends an answer, for whoever generates with the exported model. */
function generationConfig(model: ModelFolder): string {
  const stops = stopTokenIds(model);
  const config = {
    eos_token_id: stops.length === 1 ? stops[0] : stops,
    max_length: model.config.maxPositions,
    ...(model.config.bosTokenId === undefined ? {} : { bos_token_id: model.config.bosTokenId }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
