import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { huggingFaceLayout } from '../export/hugging-face-layout.ts';
import { type LoraAdapter, loraSites, mergeAdapter } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { createRandom } from '../random.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';
import type { Decoder } from './decoder.ts';
import { families, randomWeights } from './decoder-families.testkit.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { createDecoderSession } from './decoder-session.ts';
import { openExportedDecoder } from './exported-decoder.ts';
import { createReferenceModel } from './reference-model.testkit.ts';

function randomAdapter(config: ModelConfig): LoraAdapter {
  const random = createRandom(3);
  const targets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'up_proj'] as const;
  const draw = ({ name, dims }: { name: string; dims: readonly number[] }): [string, Tensor] => [
    name,
    { dims, data: Float32Array.from({ length: elementCount(dims) }, () => 0.3 * random.normal()) },
  ];
  const sites = loraSites(config, { rank: 2, targets });
  return { rank: 2, alpha: 3, targets, tensors: new Map(sites.flatMap(({ a, b }) => [draw(a), draw(b)])) };
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);

describe.each(Object.entries(families))('%s', (_, config) => {
  const weights = randomWeights(config);
  const random = createRandom(5);
  const tokens = Array.from({ length: 18 }, () => random.below(config.vocabularySize));

  async function expectServed(options: { weights: TensorMap; adapter?: LoraAdapter }): Promise<void> {
    const reference = await createReferenceModel(config, options.weights);
    const expected = await reference.logits(tokens);
    reference.release();
    const decoder = await createDecoderSession({
      config,
      weights,
      maxSlots: 3,
      capacity: 24,
      precision: 'fp32',
      threads: 1,
    });
    const adapter = options.adapter === undefined ? undefined : 'adapter';
    if (options.adapter !== undefined) await decoder.loadAdapter('adapter', options.adapter);
    await expectLogits(decoder, expected, adapter);
  }

  async function expectLogits(
    decoder: Decoder,
    expected: readonly Float32Array[],
    adapter?: string,
  ): Promise<void> {
    const prefilled = await decoder.prefill({
      slot: 1,
      tokens: tokens.slice(0, 7),
      startPosition: 0,
      adapter,
    });
    expect(largestDifference(prefilled, expected[6]!)).toBeLessThan(1e-4);
    const more = await decoder.prefill({ slot: 1, tokens: tokens.slice(7, 10), startPosition: 7, adapter });
    expect(largestDifference(more, expected[9]!)).toBeLessThan(1e-4);
    for (let at = 10; at < tokens.length; at += 1) {
      const logits = await decoder.decode({
        slots: [1],
        tokens: [tokens[at]!],
        lengths: [at],
        adapters: [adapter],
      });
      expect(largestDifference(logits, expected[at]!)).toBeLessThan(1e-4);
    }
    await decoder.release();
  }

  it('is served, chunk by chunk and token by token, as it is trained', () => expectServed({ weights }));

  it('is served from its export as it is trained', async () => {
    const reference = await createReferenceModel(config, weights);
    const expected = await reference.logits(tokens);
    reference.release();
    const folder = await mkdtemp(join(tmpdir(), 'fathom-export-'));
    const path = join(folder, 'model.onnx');
    const options = { config, weights, capacity: 24, precision: 'fp32', adapters: false } as const;
    await writeFile(path, encodeModel(buildDecoderGraph({ ...options, layout: huggingFaceLayout })));
    await expectLogits(await openExportedDecoder({ path, maxSlots: 3, capacity: 24, threads: 1 }), expected);
    await rm(folder, { recursive: true });
  });

  it('is served with an adapter as with the adapter merged into it', () => {
    const adapter = randomAdapter(config);
    return expectServed({ weights: mergeAdapter({ config, weights, adapter }), adapter });
  });
});
