/** On WebGPU, which CI computes on software Vulkan (`.ci/servers/vulkan.sh`). */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from './decoder.ts';
import { families, randomWeights } from './decoder-families.testkit.ts';
import { createDecoderSession } from './decoder-session.ts';
import {
  converse,
  converseBriefly,
  converseWithAdapters,
  deviceTestOptions,
  largestDifference,
  tokensOf,
  writeDeviceExports,
} from './device-decoder.testkit.ts';
import { createDeviceDecoder, createExportedDeviceDecoder } from './device-decoder.ts';
import { openExportedDecoder } from './exported-decoder.ts';

const open: Decoder[] = [];
afterEach(async () => {
  for (const decoder of open.splice(0)) await decoder.release();
});

async function onWebGpu(precision: 'fp32' | 'int4' = 'fp32'): Promise<Decoder> {
  const decoder = await createDeviceDecoder({
    ...deviceTestOptions,
    precision,
    provider: { kind: 'webgpu' },
  });
  open.push(decoder);
  return decoder;
}

async function onProcessor(): Promise<Decoder> {
  const decoder = await createDecoderSession(deviceTestOptions);
  open.push(decoder);
  return decoder;
}

describe('the decoder on WebGPU', () => {
  it('gives the logits of the processor, its cache never leaving the device', async () => {
    const [expected, got] = [await converse(await onProcessor()), await converse(await onWebGpu())];
    expect(largestDifference(expected, got)).toBeLessThan(1e-4);
  });

  it.each(Object.entries(families))('does so for %s', async (_, config) => {
    const options = { ...deviceTestOptions, config, weights: randomWeights(config), capacity: 24 };
    const onDevice = await createDeviceDecoder({ ...options, provider: { kind: 'webgpu' } });
    open.push(await createDecoderSession(options), onDevice);
    const expected = await converseBriefly(open[0]!);
    expect(largestDifference(expected, await converseBriefly(onDevice))).toBeLessThan(1e-4);
  });

  it('applies to each row the adapter that it names', async () => {
    const expected = await converseWithAdapters(await onProcessor());
    expect(largestDifference(expected, await converseWithAdapters(await onWebGpu()))).toBeLessThan(1e-4);
  });

  it('stays near the full precision with int4 weights', async () => {
    const prompt = { slot: 0, tokens: tokensOf(14, 16), startPosition: 0 };
    const full = (await (await onProcessor()).prefill(prompt)).slice();
    const quantized = await (await onWebGpu('int4')).prefill(prompt);
    const spread = Math.max(...full) - Math.min(...full);
    expect(largestDifference([full], [quantized])).toBeLessThan(0.2 * spread);
  });

  it('gives its memory back: six decoders, one after another, do not hold what each of them held', async () => {
    const held: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const options = { ...deviceTestOptions, maxSlots: 4_000, provider: { kind: 'webgpu' } } as const;
      const decoder = await createDeviceDecoder(options);
      expect(decoder.bytes.cache).toBeGreaterThan(90 * 2 ** 20);
      await decoder.prefill({ slot: 0, tokens: tokensOf(round, 4), startPosition: 0 });
      await decoder.release();
      held.push(process.memoryUsage().rss);
    }
    // The software's device memory is this process's own, and goes back when the driver comes to it. Decoders that left their
    // caches behind would hold one more with each round, so each of the last three more than any of the first.
    expect(Math.min(...held.slice(3)) - Math.max(...held.slice(0, 3))).toBeLessThan(90 * 2 ** 20);
  });
});

describe('an ONNX export on WebGPU', () => {
  let exports: Awaited<ReturnType<typeof writeDeviceExports>>;
  beforeAll(async () => {
    exports = await writeDeviceExports();
  });
  const openExport = async (path: string): Promise<Decoder> => {
    const { maxSlots, capacity } = deviceTestOptions;
    const provider = { kind: 'webgpu' } as const;
    const decoder = await createExportedDeviceDecoder({ path, maxSlots, capacity, threads: 1, provider });
    open.push(decoder);
    return decoder;
  };

  it.each(['shared', 'kept', 'plain', 'transformers'] as const)(
    'gives the logits of the processor, its cache never leaving the device (%s)',
    async (kind) => {
      const expected = await converse(await onProcessor());
      const got = await converse(await openExport(exports[kind]));
      expect(largestDifference(expected, got)).toBeLessThan(1e-4);
    },
  );

  // The processor takes activations in eight bits for such weights, the device as they are.
  it.each(['int4', 'plainInt4'] as const)('is near the same file on the processor (%s)', async (kind) => {
    open.push(await openExportedDecoder({ path: exports[kind], maxSlots: 4, capacity: 48, threads: 1 }));
    const expected = await converse(open[0]!);
    const spread = Math.max(...expected[0]!) - Math.min(...expected[0]!);
    const got = await converse(await openExport(exports[kind]));
    expect(largestDifference(expected, got)).toBeLessThan(0.05 * spread);
  });

  it('is refused by the names of the operators that the device does not run', async () => {
    await expect(openExport(exports.int8)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      message: `${exports.int8}: webgpu does not run its operators DynamicQuantizeLinear, MatMulInteger`,
    });
  });
});
