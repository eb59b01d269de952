/**
 * A model that reads whole texts, of either kind, and what is different between the two: a decoder of Llama's kind with its
 * byte pairs, whose last token or mean speaks for a text, and an encoder of BERT's with its word pieces.
 */
import { isEncoder } from '../architectures/text-model.ts';
import type { TextExportOptions } from '../export/graph-names.ts';
import type { ExportedFile } from '../export/graph-pieces.ts';
import { createTextEncoder } from '../serving/text-encoder-session.ts';
import { TextDecoder } from '../serving/text-decoder-session.ts';
import { readJson } from '../tokenizers/read-tokenizer.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { describesEncoder } from './encoder-config.ts';
import { type EncoderFolder, loadEncoderFolder, writeEncoderFolder } from './encoder-folder.ts';
import { encodeWholeText, loadTextFolder, padTokenIdOf, type TextFolder, writeTextFolder } from './text-folder.ts';

export type TextModelFolder = TextFolder | EncoderFolder;

type Unweighted<Folder> = Folder extends unknown ? Omit<Folder, 'weights'> : never;
/** All but what is learned. */
export type TextModelShell = Unweighted<TextModelFolder>;

/** What is served of it. */
export interface TextRunner {
  /** Of the weights as the graph stores them. */
  readonly bytes: number;
  /** The ids of each text -> a vector, or a logit a class. A run blocks its thread; calls must not overlap. */
  run(texts: readonly (readonly number[])[]): Promise<readonly Float32Array[]>;
  release(): Promise<void>;
}

/** Throws as `loadModelFolder` does, and `CONFIG_INVALID` for a model that generates text. */
export async function loadTextModelFolder(dir: string): Promise<TextModelFolder> {
  return describesEncoder(await readJson(dir, 'config.json')) ? loadEncoderFolder(dir) : loadTextFolder(dir);
}

/** Safetensors, and the graphs that any ONNX runtime serves. The folder appears complete or not at all. */
export function writeTextModelFolder(
  dir: string,
  folder: TextModelFolder,
  options: TextExportOptions = {},
): Promise<readonly ExportedFile[]> {
  return isOfEncoder(folder) ? writeEncoderFolder(dir, folder, options) : writeTextFolder(dir, folder, options);
}

/** What the model reads of a text. */
export function encodeText(
  shell: TextModelShell,
  text: string,
  limit: { readonly maxTokens: number },
): readonly number[] {
  return isOfEncoder(shell)
    ? shell.tokenizer.encodeText(text, limit)
    : encodeWholeText(shell.tokenizer, text, limit);
}

/** What fills a row behind a shorter text; it is never seen. */
export const padTokenIdFor = (shell: TextModelShell): number =>
  isOfEncoder(shell) ? shell.config.padTokenId : padTokenIdOf(shell);

/** Weights for a head of other classes. */
export const withoutHead = (weights: TensorMap): TensorMap =>
  new Map([...weights].filter(([name]) => !/^(score|classifier)\./.test(name)));

export async function openTextRunner(
  folder: TextModelFolder,
  options: { readonly threads?: number },
): Promise<TextRunner> {
  if (!isOfEncoder(folder)) return new TextDecoder(folder, options);
  const { labels, ...encoder } = folder;
  return createTextEncoder({ ...encoder, ...options, ...(labels === undefined ? {} : { classes: labels.length }) });
}

function isOfEncoder<Shell extends TextModelShell>(shell: Shell): shell is Extract<Shell, Unweighted<EncoderFolder>> {
  return isEncoder(shell.config);
}
