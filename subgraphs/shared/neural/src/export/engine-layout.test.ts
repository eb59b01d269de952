import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import { floats, HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { buildDecoderGraph } from '../serving/decoder-graph.ts';
import { createDecoderSession } from '../serving/decoder-session.ts';
import { deviceTestConfig } from '../serving/device-decoder.testkit.ts';
import { pastName, presentName } from '../serving/in-place-layout.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { exportModel } from './export-model.ts';

const tokenizer = trainByteLevelBpe({
  texts: [],
  vocabularySize: 260,
  specialTokens: [...questionAnswerTokens],
});
const config = { ...deviceTestConfig, vocabularySize: tokenizer.vocabularySize };
const weights = initializeLlama(config, 7);
const precisions = ['fp32', 'int8', 'int4'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-engine-layout-'));
  const model = { config, weights, tokenizer, chatTemplate: ChatTemplate.questionAnswer() };
  await exportModel(join(folder, 'whole'), model, { layout: 'engine', precisions });
  await exportModel(join(folder, 'beside'), model, {
    layout: 'engine',
    precisions: ['fp32'],
    maxBytesInGraph: 10_000,
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A cache of the caller's own, which the file's graph writes in place: the logits after a prompt, and after one token more. */
async function logitsOf(
  file: string,
  precision: (typeof precisions)[number],
  prompt: readonly number[],
  next: number,
) {
  const { maxPositions: capacity, layers, keyValueHeads, headSize, vocabularySize } = config;
  const declared = buildDecoderGraph({ config, weights, capacity, precision, adapters: false });
  const session = Session.open(join(folder, file), declared, { threads: 1 });
  const cache = Array.from({ length: layers }, (_, layer) =>
    (['key', 'value'] as const).map((kind) => ({
      kind,
      layer,
      tensor: floats([1, keyValueHeads, capacity, headSize]),
    })),
  ).flat();
  const after = async (tokens: readonly number[], length: number): Promise<Float32Array> => {
    const logits = floats([1, vocabularySize]);
    const inputs: HostTensors = {
      input_ids: longs([1, tokens.length], BigInt64Array.from(tokens, BigInt)),
      seqlens_k: new HostTensor([1], Int32Array.of(length - 1)),
      total_sequence_length: new HostTensor([], Int32Array.of(length)),
      ...Object.fromEntries(cache.map(({ kind, layer, tensor }) => [pastName(kind, layer), tensor])),
    };
    const outputs: HostTensors = {
      logits,
      ...Object.fromEntries(cache.map(({ kind, layer, tensor }) => [presentName(kind, layer), tensor])),
    };
    await session.run(session.plan(inputs, outputs));
    return logits.data;
  };
  const first = await after(prompt, prompt.length);
  const second = await after([next], prompt.length + 1);
  session.release();
  return [first, second] as const;
}

test.each([
  ['whole/engine.onnx', 'fp32'],
  ['whole/engine_int8.onnx', 'int8'],
  ['whole/engine_q4.onnx', 'int4'],
  ['beside/engine.onnx', 'fp32'],
] as const)('%s computes what the engine does', async (file, precision) => {
  const prompt = [7, 250, 31, 99, 4, 180];
  const next = 42;
  const own = await createDecoderSession({
    config,
    weights,
    precision,
    maxSlots: 2,
    capacity: 48,
    threads: 1,
  });
  const first = (await own.prefill({ slot: 1, tokens: prompt, startPosition: 0 })).slice();
  const second = (await own.decode({ slots: [1], tokens: [next], lengths: [prompt.length] })).slice();
  await own.release();
  const exported = await logitsOf(file, precision, prompt, next);
  for (const [at, expected] of [first, second].entries()) {
    const spread = Math.max(...expected) - Math.min(...expected);
    const largest = expected.reduce(
      (most, value, id) => Math.max(most, Math.abs(value - exported[at]![id]!)),
      0,
    );
    expect(spread).toBeGreaterThan(0.1);
    expect(largest / spread).toBeLessThan(1e-4);
  }
});

test('weights beside the graph are a file of their own', async () => {
  expect(await readdir(join(folder, 'beside'))).toContain('engine.onnx_data');
});
