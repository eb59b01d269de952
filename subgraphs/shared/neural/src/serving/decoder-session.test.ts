import { afterEach, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import { type LoraAdapter, loraSites, mergeAdapter } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import { elementCount, type Tensor } from '../weights/tensor.ts';
import { createDecoderSession, type DecoderSession } from './decoder-session.ts';
import { createReferenceModel } from './reference-model.testkit.ts';
import type { Precision } from './weight-product.ts';

const config: ModelConfig = {
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
const weights = initializeLlama(config, 7);

const sessions: { release(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.release();
});

async function openDecoder(
  options: { precision?: Precision; weights?: typeof weights } = {},
): Promise<DecoderSession> {
  const decoder = await createDecoderSession({
    config,
    weights: options.weights ?? weights,
    maxSlots: 4,
    capacity: 48,
    precision: options.precision ?? 'fp32',
    threads: 1,
  });
  sessions.push(decoder);
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

function randomAdapter(seed: number, rank: number): LoraAdapter {
  const random = createRandom(seed);
  const targets = ['q_proj', 'v_proj', 'down_proj'] as const;
  const draw = ({ name, dims }: { name: string; dims: readonly number[] }): [string, Tensor] => [
    name,
    { dims, data: Float32Array.from({ length: elementCount(dims) }, () => 0.2 * random.normal()) },
  ];
  const tensors = new Map(loraSites(config, { rank, targets }).flatMap(({ a, b }) => [draw(a), draw(b)]));
  return { rank, alpha: 2 * rank, targets, tensors };
}

describe('DecoderSession', () => {
  it('gives, token by token from its cache, the logits of the full forward pass', async () => {
    const tokens = tokensOf(1, 20);
    const reference = await createReferenceModel(config, weights);
    sessions.push(reference);
    const decoder = await openDecoder();
    const expected = await reference.logits(tokens);
    expect(
      largestDifference(
        await decoder.prefill({ slot: 2, tokens: tokens.slice(0, 9), startPosition: 0 }),
        expected[8]!,
      ),
    ).toBeLessThan(1e-4);
    for (let at = 9; at < tokens.length; at += 1) {
      const logits = await decoder.decode({ slots: [2], tokens: [tokens[at]!], lengths: [at] });
      expect(largestDifference(logits, expected[at]!)).toBeLessThan(1e-4);
    }
  });

  it('gives the same logits whether a prompt goes in at once or in chunks', async () => {
    const tokens = tokensOf(2, 23);
    const decoder = await openDecoder();
    const whole = (await decoder.prefill({ slot: 0, tokens, startPosition: 0 })).slice();
    await decoder.prefill({ slot: 1, tokens: tokens.slice(0, 10), startPosition: 0 });
    await decoder.prefill({ slot: 1, tokens: tokens.slice(10, 17), startPosition: 10 });
    const chunked = await decoder.prefill({ slot: 1, tokens: tokens.slice(17), startPosition: 17 });
    expect(largestDifference(whole, chunked)).toBeLessThan(1e-4);
  });

  it('begins prompts of any lengths in one run as it begins each alone, beside what other slots hold', async () => {
    const together = await openDecoder();
    const alone = await openDecoder();
    const running = tokensOf(20, 9);
    for (const decoder of [together, alone])
      await decoder.prefill({ slot: 1, tokens: running, startPosition: 0 });
    const slots = [3, 0, 2];
    const prompts = [tokensOf(21, 3), tokensOf(22, 14), tokensOf(23, 1)];
    const batched = (await together.prefillTogether({ slots, tokens: prompts })).slice();
    for (const [at, slot] of slots.entries()) {
      const single = await alone.prefill({ slot, tokens: prompts[at]!, startPosition: 0 });
      const row = batched.subarray(at * config.vocabularySize, (at + 1) * config.vocabularySize);
      expect(largestDifference(row, single)).toBeLessThan(1e-4);
    }
    const lengths = new Map([[1, 9], ...slots.map((slot, at) => [slot, prompts[at]!.length] as const)]);
    for (let step = 0; step < 12; step += 1) {
      const all = [0, 1, 2, 3];
      const tokens = all.map((slot) => (slot * 13 + step * 7) % config.vocabularySize);
      const input = { slots: all, tokens, lengths: all.map((slot) => lengths.get(slot)! + step) };
      const expected = (await alone.decode(input)).slice();
      expect(largestDifference(await together.decode(input), expected)).toBeLessThan(1e-4);
    }
  });

  it('says of each row, in the order asked for, its likeliest token and the logarithm of its total', async () => {
    const decoder = await openDecoder();
    const expectSummaries = (logits: Float32Array, rows: number): void => {
      for (let row = 0; row < rows; row += 1) {
        const own = [...logits.subarray(row * config.vocabularySize, (row + 1) * config.vocabularySize)];
        const largest = Math.max(...own);
        const total = own.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        expect(decoder.summaries.likeliest[row]).toBe(own.indexOf(largest));
        expect(decoder.summaries.logTotals[row]).toBeCloseTo(largest + Math.log(total), 4);
      }
    };
    expectSummaries(await decoder.prefill({ slot: 1, tokens: tokensOf(40, 7), startPosition: 0 }), 1);
    const tokens = [tokensOf(41, 3), tokensOf(42, 5)];
    expectSummaries(await decoder.prefillTogether({ slots: [3, 0], tokens }), 2);
    const input = { slots: [0, 3, 1], tokens: [4, 5, 6], lengths: [5, 3, 7] };
    expectSummaries(await decoder.decode(input), 3);
  });

  it('begins prompts with different adapters in one run', async () => {
    const together = await openDecoder();
    const alone = await openDecoder();
    for (const decoder of [together, alone]) {
      await decoder.loadAdapter('one', randomAdapter(31, 4));
      await decoder.loadAdapter('two', randomAdapter(32, 2));
    }
    const adapters = ['two', undefined, 'one'];
    const prompts = [tokensOf(33, 6), tokensOf(34, 2), tokensOf(35, 11)];
    const slots = [0, 1, 2];
    const batched = (await together.prefillTogether({ slots, tokens: prompts, adapters })).slice();
    for (const slot of slots) {
      const [tokens, adapter] = [prompts[slot]!, adapters[slot]];
      const single = await alone.prefill({ slot, tokens, startPosition: 0, adapter });
      const row = batched.subarray(slot * config.vocabularySize, (slot + 1) * config.vocabularySize);
      expect(largestDifference(row, single)).toBeLessThan(1e-4);
    }
  });

  it('says in which row each slot is, and gives a batch in that order as in any other', async () => {
    const [told, other] = [await openDecoder(), await openDecoder()];
    const slots = [3, 0, 2];
    const prompts = new Map(slots.map((slot) => [slot, tokensOf(40 + slot, 3 + slot)]));
    for (const decoder of [told, other])
      for (const [slot, tokens] of prompts) await decoder.prefill({ slot, tokens, startPosition: 0 });
    const input = (order: readonly number[]) => ({
      slots: order,
      tokens: order.map((slot) => slot + 5),
      lengths: order.map((slot) => prompts.get(slot)!.length),
    });
    await told.decode(input(slots));
    const rows = slots.map((slot) => told.rowOf(slot)).sort();
    expect(rows).toEqual([rows[0]!, rows[0]! + 1, rows[0]! + 2]);
    const order = slots.toSorted((a, b) => told.rowOf(a) - told.rowOf(b));
    const [inRows, inSlots] = [(await told.decode(input(order))).slice(), await other.decode(input(slots))];
    const size = config.vocabularySize;
    for (const [at, slot] of slots.entries()) {
      const row = order.indexOf(slot);
      const own = inRows.subarray(row * size, (row + 1) * size);
      expect(largestDifference(own, inSlots.subarray(at * size, (at + 1) * size))).toBeLessThan(1e-4);
    }
  });

  it('decodes any subset of slots of different lengths, in any order, as it decodes each alone', async () => {
    const together = await openDecoder();
    const alone = await openDecoder();
    const prompts = [tokensOf(3, 5), tokensOf(4, 17), tokensOf(5, 1), tokensOf(6, 11)];
    const lengths = prompts.map((prompt) => prompt.length);
    for (const [slot, tokens] of prompts.entries()) {
      await together.prefill({ slot, tokens, startPosition: 0 });
      await alone.prefill({ slot, tokens, startPosition: 0 });
    }
    const rounds = [[0, 1, 2, 3], [3, 1], [0, 2, 3], [1], [2, 0], [3, 2, 1, 0]];
    for (const [round, slots] of rounds.entries()) {
      const tokens = slots.map((slot) => (slot * 13 + round * 7) % config.vocabularySize);
      const batched = (
        await together.decode({ slots, tokens, lengths: slots.map((slot) => lengths[slot]!) })
      ).slice();
      for (const [at, slot] of slots.entries()) {
        const single = await alone.decode({
          slots: [slot],
          tokens: [tokens[at]!],
          lengths: [lengths[slot]!],
        });
        const row = batched.subarray(at * config.vocabularySize, (at + 1) * config.vocabularySize);
        expect(largestDifference(row, single)).toBeLessThan(1e-4);
        lengths[slot] = lengths[slot]! + 1;
      }
    }
  });

  it('takes the rows of slots that are forgotten, and begins others in these as in fresh ones', async () => {
    const [together, alone] = [await openDecoder(), await openDecoder()];
    const begin = async (decoder: DecoderSession, slots: readonly number[]): Promise<Float32Array> =>
      (await decoder.prefillTogether({ slots, tokens: slots.map((slot) => tokensOf(slot, 12)) })).slice();
    const next = async (decoder: DecoderSession, slots: readonly number[], length: number) =>
      (await decoder.decode({ slots, tokens: slots.map(() => 9), lengths: slots.map(() => length) })).slice();
    await begin(together, [0, 1, 2, 3]);
    for (const slot of [1, 2]) together.forget(slot);
    await begin(alone, [0, 3]);
    const kept = await next(together, [0, 3], 12);
    expect(largestDifference(kept, await next(alone, [0, 3], 12))).toBeLessThan(1e-4);
    const anew = await begin(together, [2, 1]);
    expect(largestDifference(anew, await begin(alone, [2, 1]))).toBeLessThan(1e-4);
    expect(largestDifference(await next(together, [3, 0], 13), await next(alone, [3, 0], 13))).toBeLessThan(
      1e-4,
    );
    expect(largestDifference(await next(together, [1, 2], 12), await next(alone, [1, 2], 12))).toBeLessThan(
      1e-4,
    );
  });

  it('starts a slot anew at position 0, whatever it held before', async () => {
    const decoder = await openDecoder();
    const fresh = (await decoder.prefill({ slot: 0, tokens: tokensOf(8, 6), startPosition: 0 })).slice();
    await decoder.prefill({ slot: 0, tokens: tokensOf(9, 30), startPosition: 0 });
    const again = await decoder.prefill({ slot: 0, tokens: tokensOf(8, 6), startPosition: 0 });
    expect(largestDifference(again, fresh)).toBe(0);
  });

  it('continues a copied prefix as the slot it was copied from', async () => {
    const decoder = await openDecoder();
    await decoder.prefill({ slot: 0, tokens: tokensOf(10, 12), startPosition: 0 });
    decoder.copySlot({ from: 0, to: 3, length: 12 });
    const original = (await decoder.decode({ slots: [0], tokens: [5], lengths: [12] })).slice();
    expect(
      largestDifference(await decoder.decode({ slots: [3], tokens: [5], lengths: [12] }), original),
    ).toBe(0);
  });

  it('applies to each row of one batch the adapter it names, as if it were merged into the weights', async () => {
    const [first, second] = [randomAdapter(11, 2), randomAdapter(12, 5)];
    const decoder = await openDecoder();
    await decoder.loadAdapter('first', first);
    await decoder.loadAdapter('second', second);
    const prompt = tokensOf(13, 9);
    const adapters = ['second', undefined, 'first'];
    for (const [slot, adapter] of adapters.entries())
      await decoder.prefill({ slot, tokens: prompt, startPosition: 0, adapter });
    const batched = (
      await decoder.decode({ slots: [0, 1, 2], tokens: [4, 4, 4], lengths: [9, 9, 9], adapters })
    ).slice();
    const models = [
      mergeAdapter({ config, weights, adapter: second }),
      weights,
      mergeAdapter({ config, weights, adapter: first }),
    ];
    for (const [row, merged] of models.entries()) {
      const reference = await openDecoder({ weights: merged });
      await reference.prefill({ slot: 0, tokens: prompt, startPosition: 0 });
      const expected = await reference.decode({ slots: [0], tokens: [4], lengths: [9] });
      expect(largestDifference(batched.subarray(row * 61, (row + 1) * 61), expected)).toBeLessThan(1e-3);
    }
    decoder.unloadAdapter('first');
    await expect(
      decoder.decode({ slots: [2], tokens: [1], lengths: [9], adapters: ['first'] }),
    ).rejects.toMatchObject({
      code: 'SESSION_INPUT_INVALID',
    });
  });

  it.each([
    ['int8', 0.05, 0.6],
    ['int4', 0.2, 0.5],
  ] as const)(
    'stays near the full precision with %s weights in a fraction of the bytes',
    async (precision, off, bytes) => {
      const full = await openDecoder();
      const quantized = await openDecoder({ precision });
      const tokens = tokensOf(14, 16);
      const a = (await full.prefill({ slot: 0, tokens, startPosition: 0 })).slice();
      const b = await quantized.prefill({ slot: 0, tokens, startPosition: 0 });
      const spread = Math.max(...a) - Math.min(...a);
      expect(largestDifference(a, b)).toBeLessThan(off * spread);
      expect(quantized.bytes.weights).toBeLessThan(full.bytes.weights * bytes);
    },
  );

  it.each([
    ['a slot it does not have', { slot: 4, tokens: [1], startPosition: 0 }],
    ['more tokens than a slot holds', { slot: 0, tokens: [1, 2], startPosition: 47 }],
    ['a token outside the vocabulary', { slot: 0, tokens: [61], startPosition: 0 }],
    ['a negative position', { slot: 0, tokens: [1], startPosition: -1 }],
  ])('refuses %s', async (_, input) => {
    const decoder = await openDecoder();
    await expect(decoder.prefill(input)).rejects.toMatchObject({ code: 'SESSION_INPUT_INVALID' });
  });

  it('refuses work after its release', async () => {
    const decoder = await openDecoder();
    await decoder.release();
    await expect(decoder.decode({ slots: [0], tokens: [1], lengths: [0] })).rejects.toMatchObject({
      code: 'SESSION_RELEASED',
    });
  });
});
