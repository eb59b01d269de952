/** What is written of a model that reads whole texts gives the same numbers in every form it has. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initializeHead, textModel } from '../architectures/text-model.ts';
import type { EncoderConfig } from '../models/encoder-config.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { PooledTokens } from '../models/sentence-pooling.ts';
import {
  encodeText,
  loadTextModelFolder,
  padTokenIdFor,
  type TextModelFolder,
  writeTextModelFolder,
} from '../models/text-model-folder.ts';
import { floats, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { checkModel } from '../serving/check-model.ts';
import { openTextReader } from '../serving/text-reader.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { WordPiece } from '../tokenizers/word-piece.ts';

const texts = [
  'Who was it?',
  'Nobody knows for certain who was the first to see it.',
  'a',
  'the capital of France',
];
const labels = ['yes', 'no', 'perhaps'];

const tokenizer = trainByteLevelBpe({ texts, vocabularySize: 300, specialTokens: questionAnswerTokens });
const decoder: ModelConfig = {
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 48,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.3,
};
const reference = new URL('../../reference/tokenizers/models/bert-uncased.json', import.meta.url);
const wordPiece = WordPiece.fromTokenizerJson(JSON.parse(readFileSync(reference, 'utf8')).tokenizer);
const encoder: EncoderConfig = {
  family: 'bert',
  vocabularySize: wordPiece.vocabularySize,
  hiddenSize: 24,
  layers: 2,
  heads: 3,
  intermediateSize: 40,
  maxPositions: 32,
  segmentTypes: 2,
  normEpsilon: 1e-12,
  initializerRange: 0.3,
  padTokenId: 0,
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-text-export-'));
});
afterAll(() => rm(root, { recursive: true }));

function modelOf(kind: 'decoder' | 'encoder', made: 'classes' | PooledTokens): TextModelFolder {
  const config = kind === 'decoder' ? decoder : encoder;
  const model = textModel(config);
  const head =
    made === 'classes' ? initializeHead(model.classifierParameters(labels.length), { config, seed: 2 }) : [];
  const weights = new Map([...model.initialize(1), ...head]);
  const purpose =
    made === 'classes' ? { labels } : { pooling: { tokens: made, isNormalized: made !== 'last' } };
  return kind === 'decoder'
    ? { config: decoder, weights, tokenizer, chatTemplate: ChatTemplate.questionAnswer(), ...purpose }
    : { config: encoder, weights, tokenizer: wordPiece, ...purpose };
}

/** As any program that has ONNX Runtime and knows nothing of this package would. */
async function runGraph(
  folder: string,
  model: TextModelFolder,
  { size, file = 'model.onnx' }: { readonly size: number; readonly file?: string },
): Promise<readonly Float32Array[]> {
  const rows = texts.map((text) => encodeText(model, text, { maxTokens: 32 }));
  const [batch, time] = [rows.length, Math.max(...rows.map(({ length }) => length))];
  const inputIds = new BigInt64Array(batch * time).fill(BigInt(padTokenIdFor(model)));
  const mask = new BigInt64Array(batch * time);
  rows.forEach((ids, row) => {
    inputIds.set(
      ids.map((id) => BigInt(id)),
      row * time,
    );
    mask.fill(1n, row * time, row * time + ids.length);
  });
  const open = ['batch', 'time'];
  const names = ['input_ids', 'attention_mask', ...(model.config === encoder ? ['token_type_ids'] : [])];
  const inputs = names.map((name) => ({ name, type: 'int64', dims: open }) as const);
  const output = model.labels === undefined ? 'sentence_embedding' : 'logits';
  const outputs = [{ name: output, type: 'float32', dims: ['batch', size] } as const];
  const session = Session.open(
    join(folder, 'onnx', file),
    { name: 'exported', inputs, outputs },
    { threads: 1 },
  );
  const dims = [batch, time];
  const values = {
    input_ids: inputIds,
    attention_mask: mask,
    token_type_ids: new BigInt64Array(batch * time),
  };
  const feeds = Object.fromEntries(
    names.map((name) => [name, longs(dims, values[name as keyof typeof values])]),
  );
  const result = floats([batch, size]);
  await session.run(session.plan(feeds, { [output]: result }));
  session.release();
  return rows.map((_, row) => (result.data as Float32Array).slice(row * size, (row + 1) * size));
}

const cases = (['decoder', 'encoder'] as const).flatMap((kind) =>
  (['classes', 'mean', 'first', 'last'] as const).map((made) => [kind, made] as const),
);

it.each(cases)(
  'a %s that gives %s: its graph, its safetensors and what is served of it agree',
  async (kind, made) => {
    const folder = join(root, `${kind}-${made}`);
    const model = modelOf(kind, made);
    const files = await writeTextModelFolder(folder, model);
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['config.json', 'tokenizer.json', 'onnx/model.onnx', 'model.safetensors']),
    );
    const loaded = await loadTextModelFolder(folder);
    expect(new Map(loaded.weights)).toEqual(new Map(model.weights));
    expect(loaded.config).toEqual(model.config);

    const reader = await openTextReader(folder, { threads: 1, maxTokens: 32, maxBatchTokens: 64 });
    const served = await reader.run(texts.map((text) => reader.tokenize(text)));
    await reader.release();
    const exported = await runGraph(folder, model, { size: served[0]!.length });
    for (const [at, row] of served.entries())
      for (const [place, value] of row.entries()) expect(exported[at]![place]).toBeCloseTo(value, 4);

    const checked = await checkModel(folder, { threads: 1 });
    expect(checked).toMatchObject({
      source: 'safetensors',
      precisions: ['fp32'],
      vocabularySize: model.config.vocabularySize,
    });
  },
);

/** Of the largest difference, as a share of the numbers' spread. Measured on these small random models: 0.01 to 0.05 and 0.09 to 0.27. */
const bounds = { 'model_int8.onnx': 0.1, 'model_quantized.onnx': 0.1, 'model_q4.onnx': 0.4 } as const;

it.each(cases)(
  'a %s that gives %s is also written in int8 and int4, which stay near it',
  async (kind, made) => {
    const folder = join(root, `${kind}-${made}-small`);
    const model = modelOf(kind, made);
    const files = await writeTextModelFolder(folder, model, { precisions: ['fp32', 'int8', 'int4'] });
    const bytesOf = (file: string) => files.find(({ path }) => path === `onnx/${file}`)!.bytes;
    const size = made === 'classes' ? labels.length : model.config.hiddenSize;
    const whole = await runGraph(folder, model, { size });
    const numbers = whole.flatMap((row) => [...row]);
    const spread = Math.max(...numbers) - Math.min(...numbers);
    for (const [file, bound] of Object.entries(bounds)) {
      const smaller = await runGraph(folder, model, { size, file });
      const largest = Math.max(
        ...smaller.flatMap((row, at) =>
          Array.from(row, (value, place) => Math.abs(value - whole[at]![place]!)),
        ),
      );
      expect(largest / spread).toBeLessThan(bound);
      // Another computation, not the same under another name.
      expect(largest).toBeGreaterThan(0);
      expect(bytesOf(file)).toBeLessThan(bytesOf('model.onnx'));
    }
  },
);

it('its config.json is what transformers loads', async () => {
  const folder = join(root, 'config');
  await writeTextModelFolder(folder, modelOf('encoder', 'classes'));
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['BertForSequenceClassification'],
    model_type: 'bert',
    id2label: { 0: 'yes', 1: 'no', 2: 'perhaps' },
  });
});
