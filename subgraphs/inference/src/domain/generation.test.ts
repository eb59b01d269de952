import { expect, test } from 'vitest';
import { applyEvent, type GenerationEvent, type GenerationRecord } from './generation.ts';

const accepted: GenerationRecord = {
  id: 'g',
  tenant: 't',
  kind: 'ASK',
  status: 'QUEUED',
  messages: [],
  prompt: 'What is the capital of France?',
  text: '',
  evidence: [],
  tokens: [],
  otherChoices: [],
  usage: { promptTokens: 9, completionTokens: 0, deviceMs: 0 },
  traceId: '0'.repeat(32),
  createdAt: new Date('2026-11-24T08:00:00.000Z'),
};

const usage = { promptTokens: 9, completionTokens: 2, deviceMs: 3, timeToFirstTokenMs: 20, totalMs: 40 };
const completedAt = '2026-11-24T08:00:00.040Z';

function fold(...events: readonly GenerationEvent[]): GenerationRecord {
  return events.reduce(applyEvent, accepted);
}

const confident: GenerationEvent = {
  type: 'routed',
  service: 'INFERENCE',
  reason: 'CONFIDENT',
  explanation: 'sure',
  score: 0.9,
  bound: 0.5,
  modelVersionId: 'm@1',
  deviceId: 'cpu-0',
};

test('the events of a confident answer add up to its text, tokens and provenance', () => {
  const record = fold(
    { type: 'started' },
    confident,
    { type: 'token', text: 'Par', tokenId: 1, logProbability: -0.1, atMs: 20 },
    { type: 'token', text: 'is', tokenId: 2, logProbability: -0.2, atMs: 25 },
    { type: 'completed', finishReason: 'STOP', usage, completedAt },
  );
  expect(record).toMatchObject({
    status: 'COMPLETED',
    text: 'Paris',
    service: 'INFERENCE',
    score: 0.9,
    tokens: [{ text: 'Par' }, { text: 'is' }],
    usage,
    finishReason: 'STOP',
  });
});

test('while it runs the record shows the tokens so far and when the first came', () => {
  const record = fold(confident, { type: 'token', text: 'Par', tokenId: 1, logProbability: -0.1, atMs: 20 });
  expect(record).toMatchObject({
    status: 'RUNNING',
    text: 'Par',
    usage: { completionTokens: 1, timeToFirstTokenMs: 20 },
  });
});

test('a retracted text becomes the draft, and the new answer starts empty', () => {
  const record = fold(
    confident,
    { type: 'token', text: 'Lyon', tokenId: 1, logProbability: -3, atMs: 20 },
    { type: 'retracted', text: 'Lyon' },
    { type: 'routed', service: 'DEEP_LEARNING', reason: 'LOW_CONFIDENCE', explanation: 'unsure' },
    { type: 'token', text: 'Paris', atMs: 80 },
  );
  expect(record).toMatchObject({ text: 'Paris', draft: 'Lyon', tokens: [], service: 'DEEP_LEARNING' });
});

test('text that was withheld until the end belongs to the last decoded token', () => {
  const record = fold(
    confident,
    { type: 'token', text: '', tokenId: 7, logProbability: -1, atMs: 20 },
    { type: 'token', text: 'EN', atMs: 21 },
  );
  expect(record).toMatchObject({ text: 'EN', tokens: [{ tokenId: 7, text: 'EN' }] });
});

test('a cancelled generation keeps its text', () => {
  const record = fold(
    confident,
    { type: 'token', text: 'Par', tokenId: 1, logProbability: -0.1, atMs: 20 },
    { type: 'completed', finishReason: 'CANCELLED', usage, completedAt },
  );
  expect(record).toMatchObject({ status: 'CANCELLED', text: 'Par', finishReason: 'CANCELLED' });
});
