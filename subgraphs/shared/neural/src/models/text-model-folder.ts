/**
 * A model that reads whole texts, of either kind, and what is different between the two: a decoder of Llama's kind with its
 * byte pairs, whose last token or mean speaks for a text, and an encoder of BERT's with its word pieces.
 */
import { isEncoder } from '../architectures/text-model.ts';
import type { TextExportOptions } from '../export/graph-names.ts';
import type { ExportedFile } from '../export/graph-pieces.ts';
import type { OpenGraph } from '../serving/open-graph.ts';
import { openTextDecoderGraph, TextDecoder } from '../serving/text-decoder-session.ts';
import { openTextEncoderGraph, TextEncoder } from '../serving/text-encoder-session.ts';
import { readJson } from '../tokenizers/read-tokenizer.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { describesEncoder } from './encoder-config.ts';
import { type EncoderFolder, loadEncoderFolder, readEncoderShell, writeEncoderFolder } from './encoder-folder.ts';
import {
  encodeWholeText,
  loadTextFolder,
  padTokenIdOf,
  readTextShell,
  type TextFolder,
  writeTextFolder,
} from './text-folder.ts';

export type TextModelFolder = TextFolder | EncoderFolder;

type Unweighted<Folder> = Folder extends unknown ? Omit<Folder, 'weights'> : never;
/** All but what is learned. */
export type TextModelShell = Unweighted<TextModelFolder>;

export interface TextGraphOptions {
  readonly threads?: number | undefined;
}

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

/** All but what is learned, which nothing here is held against. Throws as `loadTextModelFolder`. */
export async function readTextModelShell(dir: string): Promise<TextModelShell> {
  return describesEncoder(await readJson(dir, 'config.json')) ? readEncoderShell(dir) : readTextShell(dir);
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

export function openTextRunner(folder: TextModelFolder, options: TextGraphOptions): TextRunner {
  return textRunnerOf(folder, openTextGraph(folder, options));
}

/** Throws `MODEL_INCOMPLETE` for weights that lack what the output needs. */
export function openTextGraph(folder: TextModelFolder, options: TextGraphOptions): OpenGraph {
  return isOfEncoder(folder)
    ? openTextEncoderGraph({ ...withClasses(folder), ...options })
    : openTextDecoderGraph(folder, options);
}

export function textRunnerOf(shell: TextModelShell, graph: OpenGraph): TextRunner {
  return isOfEncoder(shell) ? new TextEncoder(withClasses(shell), graph) : new TextDecoder(shell, graph);
}

/** A graph of an encoder knows how many classes there are, and not their names. */
function withClasses<Shell extends Unweighted<EncoderFolder>>({ labels, ...encoder }: Shell) {
  return { ...encoder, ...(labels === undefined ? {} : { classes: labels.length }) };
}

function isOfEncoder<Shell extends TextModelShell>(shell: Shell): shell is Extract<Shell, Unweighted<EncoderFolder>> {
  return isEncoder(shell.config);
}
