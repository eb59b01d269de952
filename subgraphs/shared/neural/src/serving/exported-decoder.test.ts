import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import { exportModel } from '../export/export-model.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { createRandom } from '../random.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { attentionMaskLayout, keptLogitsLayout } from './attention-mask-layout.testkit.ts';
import type { Decoder } from './decoder.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { createDecoderSession } from './decoder-session.ts';
import { openExportedDecoder } from './exported-decoder.ts';
import { plainAttentionLayout } from './plain-attention-layout.testkit.ts';
import type { Precision } from './weight-product.ts';

const tokenizer = trainByteLevelBpe({
  texts: [],
  vocabularySize: 260,
  specialTokens: [...questionAnswerTokens],
});
const config: ModelConfig = {
  vocabularySize: 260,
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
const weights = initializeLlama(config, 7);
const bounds = { maxSlots: 4, capacity: 48, threads: 1 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-exported-'));
  const model = { config, weights, tokenizer, chatTemplate: ChatTemplate.questionAnswer() };
  await exportModel(join(folder, 'plain'), model, {
    layout: 'hugging-face',
    precisions: ['fp32', 'int8', 'int4'],
  });
  await exportModel(join(folder, 'split'), model, {
    layout: 'hugging-face',
    precisions: ['fp32'],
    maxBytesInGraph: 10_000,
  });
  const options = { config, weights, capacity: 64, precision: 'fp32', adapters: false } as const;
  for (const [name, layout] of [
    ['shared.onnx', attentionMaskLayout],
    ['kept.onnx', keptLogitsLayout],
    // What reads the length of the past is not there after an edit: it is served as it is.
    ['relayed.onnx', plainAttentionLayout({ readsPastLength: true })],
  ] as const)
    await writeFile(join(folder, name), encodeModel(buildDecoderGraph({ ...options, layout })));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const opened: Decoder[] = [];
afterEach(async () => {
  for (const decoder of opened.splice(0)) await decoder.release();
});

async function own(precision: Precision = 'fp32'): Promise<Decoder> {
  const decoder = await createDecoderSession({ config, weights, precision, ...bounds });
  opened.push(decoder);
  return decoder;
}

async function exported(file: string): Promise<Decoder> {
  const decoder = await openExportedDecoder({ path: join(folder, file), ...bounds });
  opened.push(decoder);
  return decoder;
}

function tokensOf(seed: number, length: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length }, () => random.below(config.vocabularySize));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);
}

/** What the decoder says of its logits is what they come to, row by row. */
function expectSummaries({ summaries, vocabularySize: size }: Decoder, logits: Float32Array): void {
  for (let row = 0; row < logits.length / size; row += 1) {
    const own = logits.subarray(row * size, (row + 1) * size);
    expect(summaries!.likeliest[row]).toBe(own.indexOf(Math.max(...own)));
    const total = Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(summaries!.logTotals[row]).toBeCloseTo(total, 4);
  }
}

it.each([
  ['', 'shared.onnx'],
  [', asked for the logits of its last tokens,', 'kept.onnx'],
  [' since it was edited', 'plain/onnx/model.onnx'],
])(
  'an exported graph whose attention writes in place%s begins prompts of any lengths in one run',
  async (_, file) => {
    const [reference, decoder] = [await own(), await exported(file)];
    const slots = [2, 0, 3];
    const prompts = [tokensOf(31, 4), tokensOf(32, 11), tokensOf(33, 1)];
    const batched = (await decoder.prefillTogether!({ slots, tokens: prompts })).slice();
    const size = config.vocabularySize;
    for (const [at, slot] of slots.entries()) {
      const alone = await reference.prefill({ slot, tokens: prompts[at]!, startPosition: 0 });
      expect(largestDifference(batched.subarray(at * size, (at + 1) * size), alone)).toBeLessThan(1e-4);
    }
    for (let step = 0; step < 8; step += 1) {
      const input = { slots, tokens: [5, 6, 7 + step], lengths: prompts.map(({ length }) => length + step) };
      const expected = (await reference.decode(input)).slice();
      expect(largestDifference(await decoder.decode(input), expected)).toBeLessThan(1e-4);
    }
  },
);

describe.each([
  ['whose cache passes through', 'relayed.onnx'],
  ['whose cache passed through', 'plain/onnx/model.onnx'],
  ['with its weights in a file of their own', 'split/onnx/model.onnx'],
  ['whose attention writes in place', 'shared.onnx'],
  ['that is asked for the logits of its last tokens', 'kept.onnx'],
])('an exported graph %s', (_, file) => {
  it("gives the engine's own logits for prompts in chunks and for slots that join, leave and start anew", async () => {
    const [reference, decoder] = [await own(), await exported(file)];
    const lengths = [0, 0, 0, 0];
    const same = async (run: (of: Decoder) => Promise<Float32Array>): Promise<void> => {
      const expected = (await run(reference)).slice();
      const got = await run(decoder);
      expect(largestDifference(got, expected)).toBeLessThan(1e-4);
      expectSummaries(decoder, got);
    };
    const prefill = async (slot: number, seed: number, count: number): Promise<void> => {
      await same((of) => of.prefill({ slot, tokens: tokensOf(seed, count), startPosition: lengths[slot]! }));
      lengths[slot] = lengths[slot]! + count;
    };
    const decode = async (slots: readonly number[], round: number): Promise<void> => {
      const tokens = slots.map((slot) => (slot * 13 + round * 7) % config.vocabularySize);
      await same((of) => of.decode({ slots, tokens, lengths: slots.map((slot) => lengths[slot]!) }));
      for (const slot of slots) lengths[slot] = lengths[slot]! + 1;
    };
    await prefill(0, 1, 5);
    await prefill(2, 2, 9);
    await decode([0, 2], 1);
    await decode([0, 2], 2);
    await prefill(1, 3, 7); // A prompt in chunks, while the others decode.
    await decode([0, 2], 3);
    await prefill(1, 4, 4);
    await decode([2, 1, 0], 4);
    await decode([2, 1, 0], 5);
    await prefill(3, 5, 1);
    await decode([3, 1], 6); // The others rest, and come back.
    await decode([0], 7);
    await decode([0, 1, 2, 3], 8);
    lengths[2] = 0;
    await prefill(2, 6, 3); // A slot begins another sequence.
    await decode([1, 2, 3], 9);
    for (const of of [reference, decoder]) of.copySlot({ from: 1, to: 0, length: 10 });
    lengths[0] = 10;
    await decode([0, 2], 10);
    await decode([1, 0], 11);
  });

  it('refuses an adapter, a slot and a token that it cannot run, and work after its release', async () => {
    const decoder = await exported(file);
    const code = (name: string) => expect.objectContaining({ code: name });
    await expect(decoder.prefill({ slot: 0, tokens: [1], startPosition: 0, adapter: 'x' })).rejects.toEqual(
      code('ADAPTER_INVALID'),
    );
    await expect(decoder.prefill({ slot: 4, tokens: [1], startPosition: 0 })).rejects.toEqual(
      code('SESSION_INPUT_INVALID'),
    );
    await expect(decoder.decode({ slots: [0], tokens: [260], lengths: [0] })).rejects.toEqual(
      code('SESSION_INPUT_INVALID'),
    );
    await decoder.release();
    await expect(decoder.decode({ slots: [0], tokens: [1], lengths: [0] })).rejects.toEqual(
      code('SESSION_RELEASED'),
    );
  });
});

it.each([
  // Activations are quantised with the scale of all positions of a call; the engine computes the head for the last alone.
  ['int8', 'model_int8', 0.01],
  ['int8', 'model_quantized', 0.01],
  ['int4', 'model_q4', 0.001],
] as const)("exports %s as %s within %d of the engine's own results", async (precision, name, bound) => {
  const [reference, decoder] = [await own(precision), await exported(`plain/onnx/${name}.onnx`)];
  const tokens = tokensOf(21, 12);
  const expected = (await reference.prefill({ slot: 0, tokens, startPosition: 0 })).slice();
  const spread = Math.max(...expected) - Math.min(...expected);
  const got = await decoder.prefill({ slot: 0, tokens, startPosition: 0 });
  expect(largestDifference(got, expected)).toBeLessThan(bound * spread);
});
