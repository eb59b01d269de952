/** What a decoder on a device is held against: the engine's own, on the same calls. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import { huggingFaceLayout } from '../export/hugging-face-layout.ts';
import { type LoraAdapter, loraSites } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { createRandom } from '../random.ts';
import { elementCount, type Tensor } from '../weights/tensor.ts';
import { attentionMaskLayout, keptLogitsLayout } from './attention-mask-layout.testkit.ts';
import type { CreateLayout } from './cache-layout.ts';
import type { Decoder } from './decoder.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import type { DecoderOptions } from './decoder-session.ts';
import { plainAttentionLayout } from './plain-attention-layout.testkit.ts';
import type { Precision } from './weight-product.ts';

export const deviceTestConfig: ModelConfig = {
  vocabularySize: 61,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 64,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};

export const deviceTestOptions: DecoderOptions = {
  config: deviceTestConfig,
  weights: initializeLlama(deviceTestConfig, 7),
  maxSlots: 4,
  capacity: 48,
  precision: 'fp32',
  threads: 1,
};

/** Its exports below a fresh folder, by what is different about them. */
export async function writeDeviceExports(): Promise<Readonly<Record<ExportKind, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-device-exports-'));
  const { config, weights } = deviceTestOptions;
  const write = async (kind: ExportKind, layout: CreateLayout, precision: Precision = 'fp32') => {
    const path = join(folder, `${kind}.onnx`);
    const options = {
      config,
      weights,
      capacity: config.maxPositions,
      adapters: false,
      int8: 'standard',
    } as const;
    await writeFile(path, encodeModel(buildDecoderGraph({ ...options, precision, layout })));
    return path;
  };
  return {
    shared: await write('shared', attentionMaskLayout),
    kept: await write('kept', keptLogitsLayout),
    int4: await write('int4', attentionMaskLayout, 'int4'),
    int8: await write('int8', attentionMaskLayout, 'int8'),
    plain: await write('plain', huggingFaceLayout),
    plainInt4: await write('plainInt4', huggingFaceLayout, 'int4'),
    transformers: await write('transformers', plainAttentionLayout()),
    capped: await write('capped', plainAttentionLayout({ softcap: 50 })),
  };
}

/** The first four have the operator GroupQueryAttention, the others hand their cache through. */
type ExportKind = 'shared' | 'kept' | 'int4' | 'int8' | 'plain' | 'plainInt4' | 'transformers' | 'capped';

export function tokensOf(seed: number, length: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length }, () => random.below(deviceTestConfig.vocabularySize));
}

export function randomAdapter(seed: number, rank: number): LoraAdapter {
  const random = createRandom(seed);
  const targets = ['q_proj', 'v_proj', 'down_proj'] as const;
  const draw = ({ name, dims }: { name: string; dims: readonly number[] }): [string, Tensor] => [
    name,
    { dims, data: Float32Array.from({ length: elementCount(dims) }, () => 0.2 * random.normal()) },
  ];
  const sites = loraSites(deviceTestConfig, { rank, targets });
  return {
    rank,
    alpha: 2 * rank,
    targets,
    tensors: new Map(sites.flatMap(({ a, b }) => [draw(a), draw(b)])),
  };
}

/** Prompts whole and in chunks, batches of any slots in any order, prompts between them, and a copied beginning. */
export async function converse(decoder: Decoder): Promise<Float32Array[]> {
  const said: Float32Array[] = [];
  const prefill = async (slot: number, startPosition: number, tokens: readonly number[]): Promise<void> => {
    said.push((await decoder.prefill({ slot, tokens, startPosition })).slice());
  };
  const decode = async (slots: readonly number[], lengths: readonly number[]): Promise<void> => {
    const tokens = tokensOf(said.length, slots.length);
    said.push((await decoder.decode({ slots, tokens, lengths })).slice());
  };
  await prefill(0, 0, tokensOf(1, 9));
  await prefill(2, 0, tokensOf(2, 17));
  await prefill(2, 17, tokensOf(3, 5));
  await prefill(2, 22, [7]);
  await decode([0], [9]);
  await decode([0, 2], [10, 23]);
  await decode([2, 0], [24, 11]);
  await prefill(3, 0, tokensOf(4, 3));
  await decode([0, 2], [12, 25]);
  await decode([3, 0, 2], [3, 13, 26]);
  await decode([3], [4]);
  decoder.copySlot({ from: 2, to: 1, length: 14 });
  await decode([1], [14]);
  await decode([1, 0, 3, 2], [15, 14, 5, 27]);
  // A prompt that others interrupt, and one whose beginning is taken from a slot that is still being read.
  await prefill(0, 0, tokensOf(5, 6));
  await prefill(3, 0, tokensOf(6, 4));
  await prefill(0, 6, tokensOf(7, 6));
  decoder.copySlot({ from: 0, to: 2, length: 8 });
  await prefill(2, 8, tokensOf(8, 3));
  decoder.copySlot({ from: 3, to: 2, length: 4 });
  await decode([2, 0, 3], [4, 12, 4]);
  // Several that begin in one run, one of them in the slot whose prompt was computed last.
  await prefill(2, 4, tokensOf(9, 2));
  const tokens = [tokensOf(10, 3), tokensOf(11, 14), tokensOf(12, 1)];
  said.push((await decoder.prefillTogether!({ slots: [3, 1, 2], tokens })).slice());
  await decode([0, 1, 2, 3], [13, 14, 1, 3]);
  await decode([2], [2]);
  return said;
}

/** Past a window of attention, in chunks, and beside another sequence: for models of 24 positions and 29 tokens. */
export async function converseBriefly(decoder: Decoder): Promise<Float32Array[]> {
  const tokens = tokensOf(5, 18).map((token) => token % 29);
  const said = [(await decoder.prefill({ slot: 1, tokens: tokens.slice(0, 7), startPosition: 0 })).slice()];
  said.push((await decoder.prefill({ slot: 1, tokens: tokens.slice(7, 12), startPosition: 7 })).slice());
  said.push((await decoder.prefill({ slot: 0, tokens: tokens.slice(0, 3), startPosition: 0 })).slice());
  for (let at = 12; at < tokens.length; at += 1) {
    const lengths = [at, at - 9];
    said.push((await decoder.decode({ slots: [1, 0], tokens: [tokens[at]!, 4], lengths })).slice());
  }
  const begun = [tokens.slice(0, 9), tokens.slice(4, 10)];
  said.push((await decoder.prefillTogether!({ slots: [2, 0], tokens: begun })).slice());
  said.push((await decoder.decode({ slots: [0, 2], tokens: [3, 8], lengths: [6, 9] })).slice());
  return said;
}

export async function converseWithAdapters(decoder: Decoder): Promise<Float32Array[]> {
  await decoder.loadAdapter('first', randomAdapter(11, 2));
  await decoder.loadAdapter('second', randomAdapter(12, 5));
  const adapters = ['second', undefined, 'first'];
  const said: Float32Array[] = [];
  for (const [slot, adapter] of adapters.entries())
    said.push((await decoder.prefill({ slot, tokens: tokensOf(13, 9), startPosition: 0, adapter })).slice());
  const slots = [0, 1, 2];
  said.push((await decoder.decode({ slots, tokens: [4, 4, 4], lengths: [9, 9, 9], adapters })).slice());
  const together = {
    slots: [1, 3],
    tokens: [tokensOf(14, 4), tokensOf(15, 2)],
    adapters: ['first', 'second'],
  };
  said.push((await decoder.prefillTogether!(together)).slice());
  decoder.unloadAdapter('second');
  const rest = { slots: [2, 1], tokens: [5, 5], lengths: [10, 4], adapters: ['first', undefined] };
  said.push((await decoder.decode(rest)).slice());
  return said;
}

export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const differences = a.flatMap((row, at) =>
    [...row].map((value, index) => Math.abs(value - b[at]![index]!)),
  );
  return Math.max(...differences);
}
