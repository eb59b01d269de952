import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confidenceBound, judge } from '../domain/match-knowledge.ts';
import type { Embedder } from './embedder.ts';
import { openSentenceEncoder } from './sentence-encoder.ts';

let encoder: Embedder;
beforeAll(async () => {
  encoder = await openSentenceEncoder();
});
afterAll(() => encoder.close());

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

test('vectors have unit length and one a text, in order, over more texts than one message holds', async () => {
  const texts = Array.from({ length: 35 }, (_, index) => `This is sentence number ${index}.`);
  const vectors = await encoder.embed(texts);
  expect(vectors.length).toBe(35);
  for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5);
  const [again] = await encoder.embed([texts[20] as string]);
  expect(cosine(again as Float32Array, vectors[20] as Float32Array)).toBeCloseTo(1, 5);
});

test('a sentence is nearer to its paraphrase than to an unrelated one', async () => {
  const [a, b, c] = (await encoder.embed([
    'How long is the refund period?',
    'For how many days can I return what I bought?',
    'The comet was seen in 1987.',
  ])) as readonly [Float32Array, Float32Array, Float32Array];
  expect(cosine(a, b)).toBeGreaterThan(cosine(a, c) + 0.2);
});

test('on the committed paraphrases no near-miss is answered and at least 85% of the paraphrases are', async () => {
  const { taught } = JSON.parse(
    readFileSync(new URL('../../bench/paraphrases.json', import.meta.url), 'utf8'),
  ) as {
    taught: readonly {
      question: string;
      answer: string;
      paraphrases: readonly string[];
      nearMisses: readonly string[];
    }[];
  };
  const answered = { paraphrases: [] as string[], nearMisses: [] as string[] };
  for (const { question, answer, paraphrases, nearMisses } of taught) {
    const [own, ...others] = await encoder.embed([question, ...paraphrases, ...nearMisses]);
    for (const [index, text] of [...paraphrases, ...nearMisses].entries()) {
      const similarity = cosine(own as Float32Array, others[index] as Float32Array);
      const { isVerified, confidence } = judge(text, {
        knowledgeId: 'k',
        wording: question,
        context: [answer],
        similarity,
      });
      const kind = index < paraphrases.length ? 'paraphrases' : 'nearMisses';
      if (isVerified && confidence >= confidenceBound) answered[kind].push(text);
    }
  }
  expect(answered.nearMisses).toEqual([]);
  const all = taught.flatMap(({ paraphrases }) => paraphrases).length;
  expect(answered.paraphrases.length / all).toBeGreaterThanOrEqual(0.85);
});

test('a thread that dies fails what it was computing with a typed error, and the next call finds a new thread', async () => {
  const dying = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => process.exit(7));
      parentPort.postMessage({ kind: 'ready' });`)}`,
  );
  const fragile = await openSentenceEncoder(() => new Worker(dying));
  for (let call = 0; call < 2; call += 1) {
    await expect(fragile.embed(['hello'])).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      retryable: true,
    });
  }
  await fragile.close();
});

test('a thread that throws is replaced by one thread, which stays', async () => {
  const throwing = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, threadId } from 'node:worker_threads';
      parentPort.on('message', ({ id, texts }) => {
        if (texts[0] === 'throw') throw new Error('out of memory');
        parentPort.postMessage({ kind: 'embedded', id, vectors: [new Float32Array([threadId])] });
      });
      parentPort.postMessage({ kind: 'ready' });`)}`,
  );
  const fragile = await openSentenceEncoder(() => new Worker(throwing));
  await expect(fragile.embed(['throw'])).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' });
  const successor = await fragile.embed(['who is there?']);
  expect(await fragile.embed(['and now?'])).toEqual(successor);
  await fragile.close();
});

test('sentences that a busy thread cannot get to are refused beyond a bound, and say when to retry', async () => {
  const silent = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => undefined);
      parentPort.postMessage({ kind: 'ready' });`)}`,
  );
  const busy = await openSentenceEncoder(() => new Worker(silent));
  const waiting = Array.from({ length: 256 }, () => busy.embed(['hello']));
  const outcomes = Promise.allSettled(waiting);
  await expect(busy.embed(['one more'])).rejects.toMatchObject({
    code: 'EMBEDDER_OVERLOADED',
    details: { retryAfterMs: 1_000 },
  });
  await busy.close();
  expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
});
