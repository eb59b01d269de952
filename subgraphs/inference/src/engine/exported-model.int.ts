import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { type OpenModel, openModel } from '@fathom/neural/serving/open-model';
import { type Precision, precisions } from '@fathom/neural/serving/weight-product';
import { encodePrompt } from '@fathom/neural/tokenizers/chat-template';
import { repositoryRoot } from '@fathom/platform/repository';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The default model in every format that it can be exported in, against the engine's own graph of its weights.
const shipped = join(repositoryRoot(), 'subgraphs/training/models/fathom-facts');
const questions = [
  'What is the capital of France?',
  'What is the capital of Peru?',
  'Which currency is used in Japan?',
  'What is the chemical symbol of gold?',
  'What is the atomic number of iron?',
  'On which continent does Kenya lie?',
];

/** The largest difference of a logit after the prompt, as a share of the spread of the logits. */
const bounds: Readonly<Record<Precision, { readonly ofOwn: number; readonly ofFp32: number }>> = {
  fp32: { ofOwn: 1e-5, ofFp32: 1e-5 },
  int8: { ofOwn: 0.02, ofFp32: 0.06 },
  int4: { ofOwn: 0.005, ofFp32: 0.1 },
};

let folder: string;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'fathom-exported-')), 'model');
  await exportModel(folder, await loadModelFolder(shipped), { layout: 'hugging-face', precisions });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Said {
  readonly logits: Float32Array;
  readonly answer: string;
}

async function ask({ decoder, tokenizer, chatTemplate, stopTokenIds }: OpenModel): Promise<readonly Said[]> {
  const said: Said[] = [];
  for (const content of questions) {
    const tokens = encodePrompt({ tokenizer, chatTemplate, messages: [{ role: 'user', content }] });
    const logits = (await decoder.prefill({ slot: 0, tokens, startPosition: 0 })).slice();
    const answer: number[] = [];
    let next = likeliest(logits);
    while (!stopTokenIds.has(next) && answer.length < 40) {
      answer.push(next);
      const length = tokens.length + answer.length - 1;
      next = likeliest(await decoder.decode({ slots: [0], tokens: [next], lengths: [length] }));
    }
    said.push({ logits, answer: tokenizer.decode(answer) });
  }
  await decoder.release();
  return said;
}

const likeliest = (logits: Float32Array): number =>
  logits.reduce((best, value, at) => (value > logits[best]! ? at : best), 0);

function shareOff(a: Said, b: Said): number {
  const spread = Math.max(...a.logits) - Math.min(...a.logits);
  return a.logits.reduce((most, value, at) => Math.max(most, Math.abs(value - b.logits[at]!)), 0) / spread;
}

test('every format and precision gives the same answers, and logits within the stated bounds', async () => {
  const options = { maxSlots: 1, maxContextLength: 256, threads: 1 };
  const full = await ask(await openModel({ ...options, folder: shipped, precision: 'fp32' }));
  expect(full[0]?.answer).toBe('The capital of France is Paris.');
  for (const precision of precisions) {
    const own = await ask(await openModel({ ...options, folder: shipped, precision }));
    const model = await openModel({ ...options, folder, precision });
    expect(model).toMatchObject({ source: 'onnx', precision });
    const exported = await ask(model);
    for (const [at, question] of questions.entries()) {
      expect(exported[at]?.answer, `${precision}: ${question}`).toBe(full[at]?.answer);
      expect(own[at]?.answer, `${precision}: ${question}`).toBe(full[at]?.answer);
      expect(shareOff(own[at]!, exported[at]!)).toBeLessThan(bounds[precision].ofOwn);
      expect(shareOff(full[at]!, exported[at]!)).toBeLessThan(bounds[precision].ofFp32);
    }
  }
});
