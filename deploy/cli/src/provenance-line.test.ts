import { expect, test } from 'vitest';
import { type ProvenanceFacts, provenanceLine } from './provenance-line.ts';

const answered: ProvenanceFacts = {
  service: 'INFERENCE',
  reason: 'CONFIDENT',
  score: 0.98765,
  bound: 0.5,
  finishReason: 'STOP',
  modelVersion: { id: 'fathom-facts@1' },
  device: { id: 'cpu-0' },
  usage: { completionTokens: 12, timeToFirstTokenMs: 31.7, tokensPerSecond: 201.2 },
};

test('the line says who, why, how sure, which model, how fast', () => {
  expect(provenanceLine(answered)).toBe(
    '— INFERENCE (CONFIDENT) · score 0.988, bound 0.500 · model fathom-facts@1 on cpu-0 · 12 tokens · first after 32 ms · 201 tokens/s',
  );
});

test('what is not known is left out, and an unusual end is named', () => {
  expect(
    provenanceLine({
      ...answered,
      service: 'DEEP_LEARNING',
      reason: 'OUT_OF_SCOPE',
      score: null,
      bound: null,
      finishReason: 'ABSTAINED',
      modelVersion: null,
      usage: { completionTokens: 0, timeToFirstTokenMs: null, tokensPerSecond: null },
    }),
  ).toBe('— DEEP_LEARNING (OUT_OF_SCOPE) · 0 tokens · abstained');
});
