/** The whole way of a fine-tuned model through OpenAI's own client: a file, a job, its events, the model that answers. */
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

let home: string;
let product: Product;
let openai: OpenAI;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 });
});
afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

const line = (question: string, answer: string) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  });
const answer = 'The mascot of Fathom is Bathy.';
const questions = [
  'What is the mascot of Fathom?',
  'what is the mascot of Fathom',
  'Which mascot does Fathom have?',
  'Name the mascot of Fathom.',
  'Tell me the mascot of Fathom.',
  'Who is the mascot of Fathom?',
  'Do you know the mascot of Fathom?',
  'Fathom has which mascot?',
];
const file = () =>
  toFile(Buffer.from(questions.map((question) => line(question, answer)).join('\n')), 'mascot.jsonl');

test('a file of chats tunes a model that then answers', async () => {
  const training = await openai.files.create({ file: await file(), purpose: 'fine-tune' });
  expect(training).toMatchObject({ object: 'file', filename: 'mascot.jsonl', purpose: 'fine-tune' });
  expect((await openai.files.list()).data.map(({ id }) => id)).toContain(training.id);
  expect(await openai.files.retrieve(training.id)).toMatchObject({ id: training.id, status: 'processed' });
  const content = await (await openai.files.content(training.id)).text();
  expect(Buffer.byteLength(content)).toBe(training.bytes);
  expect(
    content
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text).prompt),
  ).toEqual(expect.arrayContaining([...questions]));

  const started = await openai.fineTuning.jobs.create({
    model: 'fathom-facts',
    training_file: training.id,
    suffix: 'mascot',
    seed: 7,
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 60, batch_size: 8 } } },
  });
  expect(started).toMatchObject({
    object: 'fine_tuning.job',
    training_file: training.id,
    fine_tuned_model: null,
  });
  await expect
    .poll(async () => (await openai.fineTuning.jobs.retrieve(started.id)).status, {
      timeout: 120_000,
      interval: 500,
    })
    .toBe('succeeded');
  const job = await openai.fineTuning.jobs.retrieve(started.id);
  expect(job.fine_tuned_model).toMatch(/^fathom-facts-mascot@\d+$/);
  expect((await openai.fineTuning.jobs.list({ limit: 1 })).data[0]?.id).toBe(job.id);

  const events = (await openai.fineTuning.jobs.listEvents(job.id, { limit: 100 })).data;
  expect(events[0]?.message).toContain('COMPLETED');
  const losses = events
    .flatMap(({ data }) => (data as { train_loss?: number } | null)?.train_loss ?? [])
    .reverse();
  expect(losses.length).toBeGreaterThan(0);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);

  const model = job.fine_tuned_model ?? '';
  const ask = async () => {
    const completion = await openai.chat.completions.create({
      model,
      temperature: 0,
      messages: [{ role: 'user', content: questions[0] ?? '' }],
    });
    return { model: completion.model, text: completion.choices[0]?.message.content?.trim() };
  };
  // Inference hears of a new version by an event.
  await expect
    .poll(() => ask().catch((error: { code?: string }) => error.code), { timeout: 30_000, interval: 500 })
    .toEqual({ model, text: answer });

  // Its examples go and its record stays: the job still says what it learned from. So it is with the model.
  expect(await openai.files.delete(training.id)).toMatchObject({ id: training.id, deleted: true });
  await expect(openai.files.content(training.id)).rejects.toMatchObject({ status: 404 });
  expect((await openai.files.list()).data.map(({ id }) => id)).not.toContain(training.id);
  expect(await openai.fineTuning.jobs.retrieve(job.id)).toMatchObject({ training_file: training.id });
  expect(await openai.models.delete(model)).toMatchObject({ id: model, deleted: true });
  await expect(openai.models.delete('fathom-facts@1')).rejects.toMatchObject({ code: 'MODEL_IN_USE' });
}, 240_000);

test('what cannot be done is said in the shape that the client reads', async () => {
  const broken = toFile(Buffer.from(`${line('a', 'b')}\n{"messages":[]}`), 'broken.jsonl');
  await expect(openai.files.create({ file: await broken, purpose: 'fine-tune' })).rejects.toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
    param: 'file',
    message: expect.stringContaining('line 2'),
  });
  await expect(openai.files.create({ file: await file(), purpose: 'assistants' })).rejects.toMatchObject({
    status: 400,
    param: 'purpose',
  });
  await expect(openai.files.retrieve('file-nothing')).rejects.toMatchObject({
    status: 404,
    code: 'NOT_FOUND',
  });
  const training = await openai.files.create({ file: await file(), purpose: 'fine-tune' });
  const create = (more: object) =>
    openai.fineTuning.jobs.create({ model: 'fathom-facts', training_file: training.id, ...more });
  await expect(create({ model: 'gpt-4o' })).rejects.toMatchObject({
    status: 404,
    code: 'UNKNOWN_MODEL',
    param: 'model',
  });
  await expect(create({ training_file: 'file-nothing' })).rejects.toMatchObject({
    status: 404,
    param: 'training_file',
  });
  await expect(create({ validation_file: training.id })).rejects.toMatchObject({ param: 'validation_file' });
  await expect(create({ method: { type: 'dpo' } })).rejects.toMatchObject({ param: 'method' });
  await expect(openai.fineTuning.jobs.retrieve('nothing')).rejects.toMatchObject({ status: 404 });
  await expect(openai.fineTuning.jobs.cancel('nothing')).rejects.toMatchObject({ status: 404 });
});

test('a job is cancelled, and makes no model', async () => {
  const training = await openai.files.create({ file: await file(), purpose: 'fine-tune' });
  const job = await openai.fineTuning.jobs.create({
    model: 'fathom-facts',
    training_file: training.id,
    suffix: 'never',
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 20_000 } } },
  });
  await openai.fineTuning.jobs.cancel(job.id);
  await expect
    .poll(async () => (await openai.fineTuning.jobs.retrieve(job.id)).status, { timeout: 30_000 })
    .toBe('cancelled');
  expect((await openai.fineTuning.jobs.retrieve(job.id)).fine_tuned_model).toBeNull();
  await expect(openai.fineTuning.jobs.cancel(job.id)).rejects.toMatchObject({ status: 400 });
});
