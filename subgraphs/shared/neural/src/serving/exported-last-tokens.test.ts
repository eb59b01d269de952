import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { encodeModel, writeValueInfo } from '../onnx/encode-model.ts';
import { ProtobufWriter } from '../onnx/protobuf.ts';
import { bytesSource, readFields } from '../onnx/protobuf-reader.ts';
import { type OnnxModel, type OnnxNode, readOnnxModel } from '../onnx/read-model.ts';
import type { Value } from '../onnx/types.ts';
import { HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { attentionMaskLayout, keptLogitsLayout } from './attention-mask-layout.testkit.ts';
import type { CreateLayout } from './cache-layout.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import { openExportedDecoder } from './exported-decoder.ts';
import { withLastTokensAlone } from './exported-last-tokens.ts';
import { type Precision, precisions } from './weight-product.ts';

const config: ModelConfig = {
  vocabularySize: 260,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  intermediateSize: 96,
  maxPositions: 64,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};
const size = config.vocabularySize;
const prompts = [[5, 9, 200, 31, 7], [11, 250, 3], [42]];

let folder: string;
const pathOf = (name: string): string => join(folder, `${name}.onnx`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-last-tokens-'));
  for (const precision of precisions) await write(precision, { precision });
  await write('keeping', { layout: keptLogitsLayout });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(
  name: string,
  options: { readonly precision?: Precision; readonly layout?: CreateLayout },
): Promise<void> {
  const graph = buildDecoderGraph({
    config,
    weights: initializeLlama(config, 7),
    capacity: 64,
    precision: 'fp32',
    adapters: false,
    int8: 'standard',
    layout: attentionMaskLayout,
    ...options,
  });
  await writeFile(pathOf(name), encodeModel(graph));
}

/** The logits of a prompt's last position by the file as it is, [vocabulary]. */
async function asItIs(name: string, tokens: readonly number[]): Promise<Float32Array> {
  const { inputs, outputs } = readOnnxModel(pathOf(name));
  const toValues = (values: typeof inputs): Value[] => values.map((value) => ({ ...value, type: 'float32' }));
  const session = Session.open(
    pathOf(name),
    { name, inputs: toValues(inputs), outputs: toValues(outputs) },
    { threads: 1 },
  );
  const time = tokens.length;
  const feeds: Record<string, HostTensor> = {};
  const fetches: Record<string, HostTensor> = { logits: floatsOf([1, time, size]) };
  for (let layer = 0; layer < config.layers; layer += 1)
    for (const kind of ['key', 'value']) {
      const cache = floatsOf([1, config.keyValueHeads, config.maxPositions, config.headSize]);
      feeds[`past_key_values.${layer}.${kind}`] = cache;
      fetches[`present.${layer}.${kind}`] = cache;
    }
  feeds.input_ids = longs([1, time], BigInt64Array.from(tokens, BigInt));
  feeds.attention_mask = longs([1, time], new BigInt64Array(time).fill(1n));
  await session.run(session.plan(feeds, fetches satisfies HostTensors));
  session.release();
  return (fetches.logits as HostTensor<Float32Array>).data.slice(-size);
}

function floatsOf(dims: readonly number[]): HostTensor<Float32Array> {
  return new HostTensor(dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, logit, at) => Math.max(largest, Math.abs(logit - b[at]!)), 0);
}

/** Prompts of different lengths in one run, and each alone, both against the file as it is. */
async function expectLogitsOf(
  name: string,
  { expected = name, within }: { readonly expected?: string; readonly within: number },
): Promise<void> {
  const decoder = await openExportedDecoder({ path: pathOf(name), maxSlots: 3, capacity: 64, threads: 1 });
  const slots = prompts.map((_, slot) => slot);
  const together = (await decoder.prefillTogether!({ slots, tokens: prompts })).slice();
  const told = [...decoder.summaries!.likeliest];
  for (const [slot, tokens] of prompts.entries()) {
    const alone = await asItIs(expected, tokens);
    const bound = within * (Math.max(...alone) - Math.min(...alone));
    const row = together.subarray(slot * size, (slot + 1) * size);
    expect(largestDifference(row, alone)).toBeLessThanOrEqual(bound);
    expect(told[slot]).toBe(row.indexOf(Math.max(...row)));
    const again = await decoder.prefill({ slot, tokens, startPosition: 0 });
    expect(largestDifference(again, alone)).toBeLessThanOrEqual(bound);
  }
  await decoder.release();
}

describe('withLastTokensAlone', () => {
  it.each([
    ['fp32', 1e-5],
    // Activations are quantised with the scale of all positions of a call, here of fewer.
    ['int8', 0.05],
    ['int4', 1e-3],
  ] as const)(
    'computes the logits of %s that the file as it is computes, within %d of their spread',
    (name, within) => expectLogitsOf(name, { within }),
  );

  it('goes on with the last tokens alone from the last attention, and gives what their logits come to', () => {
    const model = readOnnxModel(pathOf('fp32'));
    const { edit, hasSummaries } = withLastTokensAlone(model)!;
    const attention = model.nodes.findLast(({ opType }) => opType === 'GroupQueryAttention')!;
    const cuts = edit.addedNodes.filter(({ opType }) => opType === 'GatherND');
    expect(cuts.map(({ inputs }) => inputs[0]?.name)).toEqual([
      attention.outputs[0],
      expect.stringContaining('layer_0/Add'),
    ]);
    // The product behind attention, and the sum with the stream.
    expect([...edit.nodes.keys()].map((place) => model.nodes[place]?.opType)).toEqual(['MatMul', 'Add']);
    expect(hasSummaries).toBe(true);
    expect(edit.outputs.map(({ name }) => name)).toEqual(['logits', 'block_maxima', 'largest_log_share']);
  });

  it('is not misled by shapes that the file states for what is computed of every token', async () => {
    const { nodes } = readOnnxModel(pathOf('fp32'));
    const stated = nodes
      .flatMap(({ opType, outputs }) => (['Mul', 'Add'].includes(opType) ? outputs : []))
      .map((name): Value => ({ name, type: 'float32', dims: ['batch_size', 'sequence_length', name] }));
    await writeFile(pathOf('stated'), withValueInfo(await readFile(pathOf('fp32')), stated));
    await expectLogitsOf('stated', { expected: 'fp32', within: 1e-5 });
  });

  it('leaves the choice of positions to a graph that has it, also where rows end at different places', async () => {
    expect(withLastTokensAlone(readOnnxModel(pathOf('keeping')))).toBeUndefined();
    await expectLogitsOf('keeping', { expected: 'fp32', within: 1e-5 });
  });

  it.each([
    ['has operators that are too old', (model: OnnxModel) => ({ ...model, opset: 11 })],
    [
      'gives something else behind its attention',
      (model) => ({ ...model, outputs: [...model.outputs, hidden(model)] }),
    ],
    ['multiplies by what it computes', (model) => changed(model, 'MatMul', { inputs: ['x', 'input_ids'] })],
    ['ends with an operator that is not known', (model) => changed(model, 'MatMul', { opType: 'CumSum' })],
    ['takes the stream from an operator that is not known', (model) => withOtherStream(model)],
  ] as readonly [string, (model: OnnxModel) => OnnxModel][])(
    'leaves a model as it is that %s',
    (_, change) => {
      expect(withLastTokensAlone(change(readOnnxModel(pathOf('fp32'))))).toBeUndefined();
    },
  );

  it('leaves summaries to a graph of their own where the operators are older than they are', () => {
    const edit = withLastTokensAlone({ ...readOnnxModel(pathOf('fp32')), opset: 17 })!;
    expect(edit.hasSummaries).toBe(false);
    expect(edit.edit.addedNodes.map(({ opType }) => opType)).toEqual(['GatherND', 'GatherND']);
  });
});

const hidden = (model: OnnxModel) => ({
  name: model.nodes.findLast(({ opType }) => opType === 'SimplifiedLayerNormalization')!.outputs[0]!,
  type: 'float32',
  dims: [],
});

/** The last operator of the kind that is not behind another edit's reach: the one nearest to the logits. */
function changed(model: OnnxModel, opType: string, change: Partial<OnnxNode>): OnnxModel {
  const at = model.nodes.findLastIndex((node) => node.opType === opType);
  const old = model.nodes[at]!;
  const inputs = change.inputs?.map((name, place) => (place === 0 ? old.inputs[0]! : name)) ?? old.inputs;
  return { ...model, nodes: model.nodes.with(at, { ...old, ...change, inputs }) };
}

/** What the last layer adds its attention to comes from an operator that gives it in another form. */
function withOtherStream(model: OnnxModel): OnnxModel {
  const attention = model.nodes.findLastIndex(({ opType }) => opType === 'GroupQueryAttention');
  const at = model.nodes.slice(0, attention).findLastIndex(({ opType }) => opType === 'Add');
  return { ...model, nodes: model.nodes.with(at, { ...model.nodes[at]!, opType: 'Transpose' }) };
}

function withValueInfo(bytes: Uint8Array, values: readonly Value[]): Uint8Array {
  const writer = new ProtobufWriter();
  let start = 0;
  for (const { number, start: from, end } of readFields(bytesSource(bytes, 'model'))) {
    if (number !== 7) writer.encoded(bytes.subarray(start, end));
    else
      writer.message(7, (graph) => {
        graph.encoded(bytes.subarray(from, end));
        for (const value of values) graph.message(13, (message) => writeValueInfo(message, value));
      });
    start = end;
  }
  return writer.finish();
}
