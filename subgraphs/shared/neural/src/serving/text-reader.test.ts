import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textModel } from '../architectures/text-model.ts';
import type { EncoderConfig } from '../models/encoder-config.ts';
import { writeEncoderFolder } from '../models/encoder-folder.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { PooledTokens, SentencePooling } from '../models/sentence-pooling.ts';
import { writeTextFolder } from '../models/text-folder.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { WordPiece } from '../tokenizers/word-piece.ts';
import { openTextReader, readPurpose, type TextReader } from './text-reader.ts';

const texts = ['red and green', 'one, two or three', 'a', 'a text of many more words than the others have'];
const limits = { threads: 1, maxTokens: 16, maxBatchTokens: 32 };

const chatTemplate = ChatTemplate.questionAnswer();
const tokenizer = trainByteLevelBpe({ texts, vocabularySize: 300, specialTokens: questionAnswerTokens });
const decoder: ModelConfig = {
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 32,
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
  heads: 2,
  intermediateSize: 32,
  maxPositions: 24,
  segmentTypes: 2,
  normEpsilon: 1e-12,
  initializerRange: 0.3,
  padTokenId: 0,
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-text-reader-'));
});
afterAll(() => rm(root, { recursive: true }));

let folders = 0;
async function decoderFolder(pooling?: SentencePooling): Promise<string> {
  const dir = join(root, `decoder-${folders++}`);
  const { initialize } = textModel(decoder);
  await writeTextFolder(dir, {
    config: decoder,
    weights: initialize(1),
    tokenizer,
    chatTemplate,
    ...(pooling ? { pooling } : {}),
  });
  return dir;
}

async function encoderFolder(pooling?: SentencePooling): Promise<string> {
  const dir = join(root, `encoder-${folders++}`);
  const { initialize } = textModel(encoder);
  await writeEncoderFolder(dir, {
    config: encoder,
    weights: initialize(1),
    tokenizer: wordPiece,
    ...(pooling ? { pooling } : {}),
  });
  return dir;
}

async function read<T>(folder: string, use: (reader: TextReader) => Promise<T>): Promise<T> {
  const reader = await openTextReader(folder, limits);
  try {
    return await use(reader);
  } finally {
    await reader.release();
  }
}

const vectorsOf = (folder: string): Promise<readonly Float32Array[]> =>
  read(folder, (reader) => reader.run(texts.map((text) => reader.tokenize(text))));

const lengthOf = (vector: Float32Array): number => Math.hypot(...vector);
const unit = (vector: Float32Array): readonly number[] =>
  [...vector].map((value) => value / lengthOf(vector));

it.each([
  ['a decoder', decoderFolder, decoder.hiddenSize],
  ['an encoder', encoderFolder, encoder.hiddenSize],
] as const)(
  '%s gives a text the same vector alone and in a batch, and says what it is',
  async (_, folderOf, dimensions) => {
    const folder = await folderOf();
    expect(await readPurpose(folder)).toBe('embedding');
    await read(folder, async (reader) => {
      expect(reader.facts).toEqual({
        purpose: 'embedding',
        dimensions,
        maxTokens: 16,
        pooling: { tokens: 'mean', isNormalized: true },
      });
      expect(reader.weightBytes).toBeGreaterThan(10_000);
      const together = await reader.run(texts.map((text) => reader.tokenize(text)));
      for (const [at, text] of texts.entries()) {
        const [alone] = await reader.run([reader.tokenize(text)]);
        expect(lengthOf(alone!)).toBeCloseTo(1, 5);
        for (const [place, value] of alone!.entries()) expect(together[at]![place]).toBeCloseTo(value, 5);
      }
    });
  },
);

it('says of a text whether it was cut, to the token', async () => {
  const readers = [
    [await decoderFolder(), 'z'],
    [await encoderFolder(), ' a'],
  ] as const;
  for (const [folder, token] of readers)
    await read(folder, async (reader) => {
      expect(reader.tokenize('a b').isCut).toBe(false);
      const long = reader.tokenize('one two three '.repeat(20));
      expect(long).toMatchObject({ isCut: true });
      expect(long.ids).toHaveLength(16);
      let fitting = token;
      while (reader.tokenize(fitting).ids.length < 16) fitting += token;
      expect(reader.tokenize(fitting).isCut).toBe(false);
      expect(reader.tokenize(fitting + token).isCut).toBe(true);
    });
});

it.each(['first', 'last', 'mean'] satisfies PooledTokens[])(
  'pools the %s of the tokens where the folder says so, of length 1 or as it comes',
  async (tokens) => {
    for (const folderOf of [decoderFolder, encoderFolder]) {
      const mean = await vectorsOf(await folderOf());
      const normalized = await vectorsOf(await folderOf({ tokens, isNormalized: true }));
      const plain = await vectorsOf(await folderOf({ tokens, isNormalized: false }));
      for (const [at, vector] of plain.entries()) {
        expect(Math.abs(lengthOf(vector) - 1)).toBeGreaterThan(0.01);
        for (const [place, value] of unit(vector).entries())
          expect(normalized[at]![place]).toBeCloseTo(value, 4);
        const isMean = mean[at]!.every((value, place) => Math.abs(value - normalized[at]![place]!) < 1e-4);
        // A decoder reads the text 'a' as one token, which is all of them.
        expect(isMean).toBe(tokens === 'mean' || (folderOf === decoderFolder && texts[at] === 'a'));
      }
    }
  },
);

it('refuses a pooling that it does not compute, by the name it has there', async () => {
  const folder = await encoderFolder();
  const pooling = join(folder, '1_Pooling', 'config.json');
  await writeFile(pooling, JSON.stringify({ pooling_mode_max_tokens: true }));
  await expect(openTextReader(folder, limits)).rejects.toThrow(
    '1_Pooling/config.json: exactly one of pooling_mode_cls_token, pooling_mode_mean_tokens, pooling_mode_lasttoken is computed here, it sets pooling_mode_max_tokens',
  );
  const modules = join(folder, 'modules.json');
  const steps = JSON.parse(await readFile(modules, 'utf8')) as unknown[];
  const dense = { idx: 3, name: '3', path: '3_Dense', type: 'sentence_transformers.models.Dense' };
  await writeFile(modules, JSON.stringify([...steps, dense]));
  await expect(openTextReader(folder, limits)).rejects.toThrow(
    'modules.json: a step Dense is not computed here',
  );
  await writeFile(
    modules,
    JSON.stringify([{ path: '../other', type: 'sentence_transformers.models.Pooling' }]),
  );
  await expect(openTextReader(folder, limits)).rejects.toThrow('which is not there');
});

it('takes an encoder that was taught to fill gaps for its vectors', async () => {
  const folder = await encoderFolder();
  const file = join(folder, 'config.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as object;
  const before = await vectorsOf(folder);
  await writeFile(file, JSON.stringify({ ...json, architectures: ['BertForMaskedLM'] }));
  expect(await readPurpose(folder)).toBe('embedding');
  expect(await vectorsOf(folder)).toEqual(before);
});
