import { expect, test } from 'vitest';
import type { GenerateInput } from '../__generated__/schema.ts';
import { refuseAsk, refuseContext, refuseGenerate } from './limits.ts';
import { samplingOf } from './sampling-input.ts';

test('a question of 8,000 characters is allowed, one more is not', () => {
  expect(refuseAsk({ question: 'x'.repeat(8_000) })).toBeUndefined();
  expect(refuseAsk({ question: 'x'.repeat(8_001) })).toMatchObject({
    field: 'input.question',
    message: expect.stringContaining('8001'),
  });
});

test.each([
  [{ prompt: ' \n' }, 'input.prompt'],
  [{}, 'input.prompt'],
  [{ prompt: 'p', messages: [{ role: 'USER', content: 'p' }] }, 'input.prompt'],
  [{ raw: true, messages: [{ role: 'USER', content: 'p' }] }, 'input.prompt'],
  [{ messages: [] }, 'input.messages'],
  [{ prompt: 'p', maxTokens: 0 }, 'input.maxTokens'],
  [{ prompt: 'p', maxTokens: 513 }, 'input.maxTokens'],
  [{ prompt: 'p', temperature: 2.1 }, 'input.temperature'],
  [{ prompt: 'p', temperature: Number.NaN }, 'input.temperature'],
  [{ prompt: 'p', topP: 0 }, 'input.topP'],
  [{ prompt: 'p', topK: -1 }, 'input.topK'],
  [{ prompt: 'p', seed: -1 }, 'input.seed'],
  [{ prompt: 'p', minP: 1.1 }, 'input.minP'],
  [{ prompt: 'p', repetitionPenalty: 0 }, 'input.repetitionPenalty'],
  [{ prompt: 'p', presencePenalty: -2.5 }, 'input.presencePenalty'],
  [{ prompt: 'p', frequencyPenalty: 3 }, 'input.frequencyPenalty'],
  [{ prompt: 'p', topLogProbabilities: 21 }, 'input.topLogProbabilities'],
  [{ prompt: 'p', n: 9 }, 'input.n'],
  [{ prompt: 'p', logitBias: [{ tokenId: 1, bias: 101 }] }, 'input.logitBias.0.bias'],
  [
    { prompt: 'p', logitBias: Array.from({ length: 301 }, () => ({ tokenId: 1, bias: 0 })) },
    'input.logitBias',
  ],
  [{ prompt: 'p', stop: ['a', 'b', 'c', 'd', 'e'] }, 'input.stop'],
  [{ prompt: 'p', stop: ['a', ''] }, 'input.stop.1'],
  [{ prompt: 'p', deadlineMs: 0 }, 'input.deadlineMs'],
  [{ prompt: 'p', idempotencyKey: '' }, 'input.idempotencyKey'],
] satisfies [GenerateInput, string][])('%j is refused at %s', (input, field) =>
  expect(refuseGenerate(input)).toMatchObject({ field }),
);

test('a prompt that fills the context is refused with both numbers', () => {
  expect(refuseContext('input.prompt', 255, 256)).toBeUndefined();
  expect(refuseContext('input.prompt', 256, 256)?.message).toMatch(/256 tokens.*256 tokens/);
});

test('a seed is drawn only where there is sampling and none was given', () => {
  expect(samplingOf({ prompt: 'p' }, () => 7).seed).toBe(0);
  expect(samplingOf({ prompt: 'p', temperature: 1 }, () => 7).seed).toBe(7);
  expect(samplingOf({ prompt: 'p', temperature: 1, seed: 3 }, () => 7).seed).toBe(3);
});
