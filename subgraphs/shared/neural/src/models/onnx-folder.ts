/**
 * A Hugging Face folder whose weights are ONNX graphs, at its top or in `onnx/`, one a precision:
 *
 *   fp32   model.onnx          int8   model_int8.onnx, model_quantized.onnx, model_uint8.onnx          int4   model_q4.onnx
 *
 * Of its config.json only what serving needs is read: the architecture is in the graph.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { type OnnxModel, readOnnxModel } from '../onnx/read-model.ts';
import { describeExportedGraph, type ExportedGraph } from '../serving/exported-graph.ts';
import type { Precision } from '../serving/weight-product.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import type { ChatTemplate } from '../tokenizers/chat-template.ts';
import { readChatTemplate, readJson, readTokenizer } from '../tokenizers/read-tokenizer.ts';
import { invalidConfig } from './model-config.ts';
import { requireGenerator } from './model-purpose.ts';

const graphNames: readonly (readonly [string, Precision])[] = [
  ['model.onnx', 'fp32'],
  ['model_int8.onnx', 'int8'],
  ['model_quantized.onnx', 'int8'],
  ['model_uint8.onnx', 'int8'],
  ['model_q4.onnx', 'int4'],
];

export interface OnnxFile {
  readonly path: string;
  readonly precision: Precision;
}

export interface CheckedGraph {
  readonly model: OnnxModel;
  readonly graph: ExportedGraph;
}

export interface OnnxFolder {
  readonly files: readonly OnnxFile[];
  readonly maxPositions: number;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
}

/** The graphs of a folder that can be served, the first of each precision. Empty where there is no ONNX file at all. */
export async function findOnnxFiles(dir: string): Promise<readonly OnnxFile[]> {
  const [inner, top] = await Promise.all([listOf(join(dir, 'onnx')), listOf(dir)]);
  const found = new Map<Precision, OnnxFile>();
  for (const [name, precision] of graphNames) {
    const folder = inner.includes(name) ? join(dir, 'onnx') : top.includes(name) ? dir : undefined;
    if (folder !== undefined && !found.has(precision))
      found.set(precision, { path: join(folder, name), precision });
  }
  const others = [...inner, ...top].filter((name) => name.endsWith('.onnx'));
  if (found.size === 0 && others.length > 0) {
    throw new NeuralError(
      'ONNX_UNSUPPORTED',
      `${dir}: of its graphs (${others.join(', ')}) none is one of ${graphNames.map(([name]) => name).join(', ')}`,
      { details: { dir, files: others } },
    );
  }
  return [...found.values()];
}

const count = z.number().int().positive();
/** Decoders name their positions in different ways; a model of several parts keeps its decoder's in `text_config`. */
const positions = z.object({
  max_position_embeddings: count.nullish(),
  n_positions: count.nullish(),
  n_ctx: count.nullish(),
  max_seq_len: count.nullish(),
  max_sequence_length: count.nullish(),
});
const config = positions.extend({
  model_type: z.string().optional(),
  is_encoder_decoder: z.boolean().nullish(),
  text_config: positions.nullish(),
});

/** All but the graphs. Throws the code of the part that cannot be used. */
export async function readOnnxFolder(dir: string, files: readonly OnnxFile[]): Promise<OnnxFolder> {
  const json = await readJson(dir, 'config.json');
  requireGenerator(json);
  const parsed = config.safeParse(json);
  if (!parsed.success)
    throw invalidConfig(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (parsed.data.is_encoder_decoder === true)
    throw invalidConfig([
      `is_encoder_decoder: ${parsed.data.model_type ?? 'this'} is an encoder-decoder; only decoders are served`,
    ]);
  const [tokenizer, chatTemplate] = await Promise.all([readTokenizer(dir), readChatTemplate(dir)]);
  const maxPositions = maxPositionsOf(parsed.data.text_config ?? parsed.data) ?? maxPositionsOf(parsed.data);
  if (maxPositions === undefined)
    throw invalidConfig(['max_position_embeddings: is missing; it says how long a sequence may be']);
  return { files, maxPositions, tokenizer, chatTemplate };
}

/** Reads the graph's own description. Throws `ONNX_CORRUPT`, `ONNX_UNSUPPORTED`, or `MODEL_INCOMPLETE` for a tokenizer that does not fit it. */
export function checkOnnxFile({ path }: Pick<OnnxFile, 'path'>, tokenizer: Pick<Tokenizer, 'vocabularySize'>): CheckedGraph {
  const model = readOnnxModel(path);
  const graph = describeExportedGraph(model);
  if (tokenizer.vocabularySize > graph.vocabularySize) {
    throw new NeuralError(
      'MODEL_INCOMPLETE',
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the logits of ${path} ${graph.vocabularySize}: it belongs to another model`,
    );
  }
  return { model, graph };
}

/** At most: of the file, and of all beside it that are no graphs, as its weights may lie in any of them. */
export async function onnxFileBytes(path: string): Promise<number> {
  const dir = dirname(path);
  const beside = (await listOf(dir)).filter((name) => name === basename(path) || !name.endsWith('.onnx'));
  const sizes = await Promise.all(beside.map(async (name) => (await stat(join(dir, name))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

function maxPositionsOf(raw: z.infer<typeof positions>): number | undefined {
  return (
    raw.max_position_embeddings ??
    raw.n_positions ??
    raw.n_ctx ??
    raw.max_seq_len ??
    raw.max_sequence_length ??
    undefined
  );
}

async function listOf(dir: string): Promise<readonly string[]> {
  return readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
