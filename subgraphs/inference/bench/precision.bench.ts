// Decoding in fp32, int8 and int4 by batch size: the measurement behind MODEL_PRECISION=auto.
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { choosePrecision } from '@fathom/neural/serving/choose-precision';
import { createDecoderSession, type DecoderSession } from '@fathom/neural/serving/decoder-session';
import { type Precision, precisions } from '@fathom/neural/serving/weight-product';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';

/*
 * One session a precision over the same generated weights of a Llama of 125 million parameters, two threads, 64 tokens of
 * context in every row. A round measures each batch size in each precision, one right after the other, so that a busy
 * moment of the machine meets all alike; the medians of the rounds are compared. `auto` must lose at most a tenth to
 * whatever is fastest at a batch size.
 */
const config: ModelConfig = {
  vocabularySize: 16_000,
  hiddenSize: 768,
  layers: 14,
  heads: 12,
  keyValueHeads: 4,
  headSize: 64,
  intermediateSize: 2_048,
  maxPositions: 256,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};
const batches = [1, 2, 4, 8, 16] as const;
const [context, rounds, stepsPerRound] = [64, 9, 4] as const;
const threads = 2;

const weights = initializeLlama(config, 1);
const prompt = Array.from({ length: context }, (_, at) => (at * 37) % config.vocabularySize);
const largest = Math.max(...batches);
const sessions = new Map<Precision, DecoderSession>();
for (const precision of precisions) {
  const { maxPositions: capacity } = config;
  const options = { config, weights, maxSlots: largest, capacity, precision, threads };
  const session = await createDecoderSession(options);
  await session.prefill({ slot: 0, tokens: prompt, startPosition: 0 });
  for (let slot = 1; slot < largest; slot += 1) session.copySlot({ from: 0, to: slot, length: context });
  sessions.set(precision, session);
}

const samples = new Map<string, number[]>();
// The first round warms up.
for (let round = -1; round < rounds; round += 1) {
  for (const batch of batches) {
    const slots = Array.from({ length: batch }, (_, slot) => slot);
    const input = { slots, tokens: slots, lengths: slots.map(() => context) };
    for (const [precision, session] of sessions) {
      const startedAt = performance.now();
      for (let step = 0; step < stepsPerRound; step += 1) await session.decode(input);
      const seconds = (performance.now() - startedAt) / 1_000;
      const key = `${precision} ${batch}`;
      if (round >= 0) samples.set(key, [...(samples.get(key) ?? []), (batch * stepsPerRound) / seconds]);
    }
  }
}

const rateOf = (precision: Precision | undefined, batch: number): number =>
  quantile(samples.get(`${precision} ${batch}`) ?? [], 0.5);
const chosenFor = (batch: number) =>
  choosePrecision({ requested: 'auto', maxSlots: batch, available: precisions });

printMachine();
printTable(
  ['tokens/s by batch', 'weights, MB', ...batches.map(String)],
  precisions.map((precision) => [
    precision,
    Math.round((sessions.get(precision)?.bytes.weights ?? 0) / 1e6),
    ...batches.map((batch) => Math.round(rateOf(precision, batch))),
  ]),
);
process.stdout.write(
  `auto takes ${batches.map((batch) => `${chosenFor(batch)} at ${batch}`).join(', ')}\n\n`,
);
for (const batch of batches) {
  const fastest = Math.max(...precisions.map((precision) => rateOf(precision, batch)));
  printBound({
    name: `auto-of-fastest-at-${batch}`,
    measured: rateOf(chosenFor(batch), batch) / fastest,
    required: 0.9,
    direction: 'at-least',
  });
}

for (const session of sessions.values()) await session.release();
