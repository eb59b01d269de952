import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { huggingFaceLayout } from '../export/hugging-face-layout.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { readOnnxModel } from '../onnx/read-model.ts';
import { cpu } from '../runtime/execution-provider.ts';
import type { CreateLayout } from './cache-layout.ts';
import type { Decoder } from './decoder.ts';
import { families, randomWeights } from './decoder-families.testkit.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { createDecoderSession } from './decoder-session.ts';
import {
  converse,
  converseBriefly,
  deviceTestConfig,
  deviceTestOptions,
  largestDifference,
} from './device-decoder.testkit.ts';
import { openExportedDecoder } from './exported-decoder.ts';
import { planEdits } from './exported-edits.ts';
import { describeExportedGraph } from './exported-graph.ts';
import { withAttentionInPlace } from './exported-in-place.ts';
import { type PlainAttentionWish, plainAttentionLayout } from './plain-attention-layout.testkit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-in-place-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const open: Decoder[] = [];
afterEach(async () => {
  for (const decoder of open.splice(0)) await decoder.release();
});

async function write(
  layout: CreateLayout,
  { config, weights }: Pick<typeof deviceTestOptions, 'config' | 'weights'> = deviceTestOptions,
): Promise<string> {
  const path = join(folder, 'model.onnx');
  const options = {
    config,
    weights,
    capacity: config.maxPositions,
    precision: 'fp32',
    adapters: false,
  } as const;
  await writeFile(path, encodeModel(buildDecoderGraph({ ...options, layout })));
  return path;
}

/** The edit of a file, as the engine's processor is given it. */
function edited(path: string, capacity = 48) {
  const model = readOnnxModel(path);
  const options = { capacity, threads: 1, attention: 'float32', isOnProcessor: true } as const;
  return withAttentionInPlace(model, describeExportedGraph(model), options);
}

const attentionsOf = (path: string, capacity?: number) =>
  (edited(path, capacity)?.addedNodes ?? []).filter(({ opType }) => opType === 'GroupQueryAttention');

async function both(path: string, options = deviceTestOptions): Promise<readonly [Decoder, Decoder]> {
  const { maxSlots, capacity } = options;
  open.push(
    await createDecoderSession(options),
    await openExportedDecoder({ path, maxSlots, capacity, threads: 1 }),
  );
  return [open[0]!, open[1]!];
}

describe('an export that hands its cache through', () => {
  it.each([
    ['as fathom writes it', huggingFaceLayout],
    ['as PyTorch writes transformers’ Llama', plainAttentionLayout()],
  ])('writes it in place, one operator a layer, and computes the same (%s)', async (_, layout) => {
    const path = await write(layout);
    const edit = edited(path)!;
    expect(attentionsOf(path).map(({ attributes }) => attributes)).toMatchObject(
      Array.from({ length: 2 }, () => ({ num_heads: { value: 4 }, kv_num_heads: { value: 2 } })),
    );
    // Scores and masks are gone with what they were computed of.
    const { nodes } = readOnnxModel(path);
    const left = nodes.filter((_, place) => !edit.removedNodes.has(place));
    expect(left.filter(({ opType }) => ['Softmax', 'Where', 'Range'].includes(opType))).toEqual([]);
    expect(edit.removedInputs.has('attention_mask')).toBe(true);
    const [own, exported] = await both(path);
    expect(largestDifference(await converse(own), await converse(exported))).toBeLessThan(1e-4);
  });

  it.each(Object.entries(families))('does so for %s', async (_, config) => {
    const weights = randomWeights(config);
    const options = { ...deviceTestOptions, config, weights, capacity: 24 };
    const path = await write(huggingFaceLayout, options);
    const [own, exported] = await both(path, options);
    // Heads of other sizes than the operator takes are served as they are in the file, and begin one by one.
    expect(exported.prefillTogether === undefined).toBe(config.headSize % 16 > 0);
    if (exported.prefillTogether === undefined) return;
    expect(largestDifference(await converseBriefly(own), await converseBriefly(exported))).toBeLessThan(1e-4);
  });

  it('does so where one head of keys serves all', async () => {
    const config = { ...deviceTestConfig, keyValueHeads: 1 };
    const options = { ...deviceTestOptions, config, weights: randomWeights(config) };
    const [own, exported] = await both(await write(huggingFaceLayout, options), options);
    expect(exported.prefillTogether).toBeDefined();
    expect(largestDifference(await converse(own), await converse(exported))).toBeLessThan(1e-4);
  });

  it.each([
    ['a window of five tokens', 5, 24, 5],
    ['a window that no slot fills', 30, 24, undefined],
  ])('measures %s', async (_, tokens, capacity, measured) => {
    const slidingWindow: ModelConfig['slidingWindow'] = { tokens, firstLayer: 0 };
    const config = { ...deviceTestConfig, slidingWindow };
    const path = await write(plainAttentionLayout(), { ...deviceTestOptions, config });
    const windows = attentionsOf(path, capacity).map(({ attributes }) => attributes.local_window_size);
    const expected = measured === undefined ? undefined : { kind: 'int', value: measured };
    expect(windows).toEqual([expected, expected]);
  });

  it('is left as it is where a subgraph may read what would go', async () => {
    const model = readOnnxModel(await write(plainAttentionLayout()));
    const graph = describeExportedGraph(model);
    const options = { provider: cpu, capacity: 48, threads: 1 };
    expect(planEdits(model, graph, options).graph.cache).toBe('shared');
    const branch = { opType: 'If', domain: '', inputs: [], outputs: [], attributes: new Map() };
    const withBranch = planEdits({ ...model, nodes: [...model.nodes, branch] }, graph, options);
    expect(withBranch.graph.cache).toBe('relayed');
    expect(withBranch.edits.flatMap(({ removedNodes }) => [...removedNodes])).toEqual([]);
  });

  it.each<[string, PlainAttentionWish]>([
    ['caps its scores', { softcap: 50 }],
    ['has scores that fall with the distance', { slope: 0.01 }],
    ['looks at blocks of tokens', { block: 7 }],
    ['reads a table by the length of its cache', { readsPastLength: true }],
  ])('is served as it is where it %s', async (_, wish) => {
    const path = await write(plainAttentionLayout(wish));
    expect(edited(path)).toBeUndefined();
    const decoder = await openExportedDecoder({ path, maxSlots: 4, capacity: 48, threads: 1 });
    open.push(decoder);
    expect(decoder.prefillTogether).toBeUndefined();
    await decoder.prefill({ slot: 0, tokens: [1, 2, 3], startPosition: 0 });
  });
});
