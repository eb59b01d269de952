import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cpu } from '../runtime/execution-provider.ts';
import type { AttentionType } from './cache-layout.ts';
import type { Decoder } from './decoder.ts';
import { families, randomWeights } from './decoder-families.testkit.ts';
import { createDecoderSession } from './decoder-session.ts';
import {
  converse,
  converseBriefly,
  converseWithAdapters,
  deviceTestOptions,
  largestDifference,
  randomAdapter,
  tokensOf,
  writeDeviceExports,
} from './device-decoder.testkit.ts';
import {
  createDeviceDecoder,
  createExportedDeviceDecoder,
  type DeviceDecoderOptions,
} from './device-decoder.ts';
import type { Precision } from './weight-product.ts';

const open: Decoder[] = [];
afterEach(async () => {
  for (const decoder of open.splice(0)) await decoder.release();
});

async function both(precision: Precision): Promise<[Decoder, Decoder]> {
  const options = { ...deviceTestOptions, precision };
  open.push(await createDecoderSession(options), await createDeviceDecoder({ ...options, provider: cpu }));
  return [open[0]!, open[1]!];
}

async function openOne(options: Partial<DeviceDecoderOptions> = {}): Promise<Decoder> {
  const decoder = await createDeviceDecoder({ ...deviceTestOptions, provider: cpu, ...options });
  open.push(decoder);
  return decoder;
}

describe('an ONNX export whose tensors lie on a device, on the processor', () => {
  let exports: Awaited<ReturnType<typeof writeDeviceExports>>;
  beforeAll(async () => {
    exports = await writeDeviceExports();
  });
  const openExport = async (
    path: string,
    wish: { readonly memoryBytes?: number; readonly attention?: AttentionType } = {},
  ) => {
    const { maxSlots, capacity } = deviceTestOptions;
    const options = { path, maxSlots, capacity, threads: 1, provider: cpu, ...wish };
    const decoder = await createExportedDeviceDecoder(options);
    open.push(decoder);
    return decoder;
  };

  it.each(['shared', 'kept', 'plain', 'transformers'] as const)(
    'computes what the engine’s own graph of its weights does (%s)',
    async (kind) => {
      open.push(await createDecoderSession(deviceTestOptions));
      const expected = await converse(open[0]!);
      expect(largestDifference(expected, await converse(await openExport(exports[kind])))).toBeLessThan(1e-4);
    },
  );

  it.each(['shared', 'plain'] as const)(
    'has the cache of the engine’s own, and is refused where there is no memory for both (%s)',
    async (kind) => {
      const { weights, cache } = (await openExport(exports[kind])).bytes;
      expect(cache).toBe(122_880);
      await expect(openExport(exports[kind], { memoryBytes: weights + cache - 1 })).rejects.toMatchObject({
        code: 'MEMORY_INSUFFICIENT',
        details: { neededBytes: weights + cache, memoryBytes: weights + cache - 1 },
      });
    },
  );

  it('stays near it with attention and cache in half precision, as CUDA has it', async () => {
    open.push(await createDecoderSession(deviceTestOptions));
    const expected = await converse(open[0]!);
    const spread = Math.max(...expected[0]!) - Math.min(...expected[0]!);
    const half = await openExport(exports.plain, { attention: 'float16' });
    expect(largestDifference(expected, await converse(half))).toBeLessThan(0.005 * spread);
    expect(half.bytes.cache).toBe(122_880 / 2);
  });

  it('takes no adapter, and is refused where its attention is not what the device has an operator for', async () => {
    const decoder = await openExport(exports.shared);
    await expect(decoder.loadAdapter('a', randomAdapter(11, 2))).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
    });
    await expect(openExport(exports.capped)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      message: expect.stringMatching(
        /capped\.onnx: its attention is none .* or add the model as safetensors$/,
      ),
    });
  });
});

describe('the decoder whose tensors lie on a device, on the processor', () => {
  it.each(['fp32', 'int4'] as const)(
    'gives in %s the very logits that the engine’s own gives',
    async (precision) => {
      const [own, onDevice] = await both(precision);
      expect(await converse(onDevice)).toEqual(await converse(own));
      expect(onDevice.bytes.weights).toBe(own.bytes.weights);
    },
  );

  it.each(Object.entries(families))('does so for %s', async (_, config) => {
    const options = { ...deviceTestOptions, config, weights: randomWeights(config), capacity: 24 };
    open.push(await createDecoderSession(options), await createDeviceDecoder({ ...options, provider: cpu }));
    expect(await converseBriefly(open[1]!)).toEqual(await converseBriefly(open[0]!));
  });

  it('applies to each row the adapter that it names, also after another was unloaded', async () => {
    const [own, onDevice] = await both('fp32');
    expect(await converseWithAdapters(onDevice)).toEqual(await converseWithAdapters(own));
  });

  it('stays near them with attention and cache in half precision, as CUDA has it', async () => {
    const [own] = await both('fp32');
    const half = await openOne({ attention: 'float16' });
    const expected = await converse(own);
    const spread = Math.max(...expected[0]!) - Math.min(...expected[0]!);
    expect(largestDifference(expected, await converse(half))).toBeLessThan(0.005 * spread);
    expect(half.bytes.cache).toBe(122_880 / 2);
  });

  it('refuses before it loads what the device has no memory for, with both numbers', async () => {
    await expect(openOne({ memoryBytes: 200_000 })).rejects.toMatchObject({
      code: 'MEMORY_INSUFFICIENT',
      details: { neededBytes: 228_240, memoryBytes: 200_000 },
      message: 'weights and cache take 228240 bytes; the device has 200000 for them',
    });
    expect((await openOne({ memoryBytes: 228_240 })).bytes).toEqual({ weights: 105_360, cache: 122_880 });
  });

  it.each([
    ['a slot it does not have', { slot: 4, tokens: [1], startPosition: 0 }],
    ['more tokens than a slot holds', { slot: 0, tokens: [1, 2], startPosition: 47 }],
    ['no token', { slot: 0, tokens: [], startPosition: 0 }],
  ])('refuses %s', async (_, input) => {
    const decoder = await openOne();
    await expect(decoder.prefill(input)).rejects.toMatchObject({ code: 'SESSION_INPUT_INVALID' });
  });

  it('lets its thread go on while the device computes, and ends a run when it is released', async () => {
    const decoder = await openOne({ maxSlots: 6_000 });
    const slots = Array.from({ length: 6_000 }, (_, slot) => slot);
    const decode = () => decoder.decode({ slots, tokens: slots.map(() => 1), lengths: slots.map(() => 40) });
    let ticks = 0;
    let before = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    do {
      before = ticks;
      await decode();
    } while (ticks - before < 4);
    clearInterval(timer);
    const running = decode();
    const ended = expect(running).rejects.toMatchObject({ code: 'SESSION_RELEASED' });
    await decoder.release();
    await ended;
  });

  it('refuses to copy more than a slot holds, and work after its release', async () => {
    const decoder = await openOne();
    await decoder.prefill({ slot: 0, tokens: tokensOf(1, 3), startPosition: 0 });
    expect(() => decoder.copySlot({ from: 0, to: 1, length: 4 })).toThrow('slot 0 holds 3 tokens, not 4');
    await decoder.release();
    await expect(decoder.decode({ slots: [0], tokens: [1], lengths: [0] })).rejects.toMatchObject({
      code: 'SESSION_RELEASED',
    });
  });
});
