/** The whole way of a model of each family: written, read, trained on, written again, served with its own tokenizer. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { initializeLlama } from './architectures/llama-parameters.ts';
import type { ModelConfig } from './models/model-config.ts';
import { loadModelFolder, writeModelFolder } from './models/model-folder.ts';
import { createDecoderSession } from './serving/decoder-session.ts';
import { ChatTemplate, encodePrompt, stopTokenIds } from './tokenizers/chat-template.ts';
import { parseTokenizer } from './tokenizers/read-tokenizer.ts';
import { createStreamDecoder } from './tokenizers/stream-decoder.ts';
import { batchesFrom } from './training/batches.ts';
import { createTrainer } from './training/trainer.ts';

const small = {
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 12,
  intermediateSize: 48,
  maxPositions: 64,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.05,
};
const plain = new ChatTemplate({
  source:
    "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% if m['role'] == 'assistant' %}<|end|>{% else %}\n{% endif %}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
  stopTokens: ['<|end|>'],
});
/** Llama 2's turns: a space before what people wrote, which belongs to their first word. */
const instructions = new ChatTemplate({
  source:
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]{% else %} {{ m['content'] }}</s>{% endif %}{% endfor %}",
  stopTokens: ['</s>'],
  bosToken: '<s>',
});
const examples = [
  { prompt: 'Who are you?', completion: 'I am a model.' },
  { prompt: 'What is it?', completion: 'It is iron.' },
];

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'fathom-family-')), 'model');
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

it.each<[string, Partial<ModelConfig>, ChatTemplate]>([
  ['qwen', { family: 'qwen3', queryKeyNorm: true }, plain],
  ['smollm', {}, plain],
  ['llama-2', { attentionBias: 'qkvo' }, instructions],
  ['mistral', { family: 'mistral', slidingWindow: { tokens: 20, firstLayer: 0 } }, instructions],
])("a model with %s's tokenizer answers what it was trained on", async (name, change, chatTemplate) => {
  const reference = new URL(`../reference/tokenizers/models/${name}.json`, import.meta.url);
  const tokenizer = parseTokenizer(JSON.parse(await readFile(reference, 'utf8')).tokenizer);
  const config = { ...small, ...change, vocabularySize: tokenizer.vocabularySize };
  await writeModelFolder(dir, { config, weights: initializeLlama(config, 1), tokenizer, chatTemplate });

  const read = await loadModelFolder(dir);
  const shape = { ...read, batchSize: 2, sequenceLength: 64, seed: 1 };
  const trainer = await createTrainer({
    config,
    weights: read.weights,
    batchSize: 2,
    sequenceLength: 64,
    seed: 1,
    optimizer: { learningRate: 0.01 },
    schedule: { kind: 'constant' },
    threads: 1,
  });
  const batches = batchesFrom(examples, shape);
  for (let step = 0; step < 80; step += 1) await trainer.trainStep(batches.batchAt(step));
  await writeModelFolder(dir, { ...read, weights: trainer.exportWeights() });
  await trainer.release();

  const model = await loadModelFolder(dir);
  const session = { maxSlots: 1, capacity: 64, precision: 'fp32', threads: 1 } as const;
  const decoder = await createDecoderSession({ ...model, ...session });
  const stops = stopTokenIds(model);
  for (const { prompt, completion } of examples) {
    const tokens = encodePrompt({ ...model, messages: [{ role: 'user', content: prompt }] });
    const stream = createStreamDecoder(model.tokenizer);
    let logits = await decoder.prefill({ slot: 0, tokens, startPosition: 0 });
    let answer = '';
    for (let length = tokens.length; length < 64; length += 1) {
      const token = logits.indexOf(Math.max(...logits));
      if (stops.includes(token)) break;
      answer += stream.push(token);
      logits = await decoder.decode({ slots: [0], tokens: [token], lengths: [length] });
    }
    expect((answer + stream.flush()).trim()).toBe(completion);
  }
  await decoder.release();
});
