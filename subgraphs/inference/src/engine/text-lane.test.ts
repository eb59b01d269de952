import { NeuralError } from '@fathom/neural/errors';
import { releasedModelFolder } from '@fathom/neural/sentence-encoder/released-model';
import { openSentenceEncoder, type SentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TextLane, type TextLaneOptions, type TextStep } from './text-lane.ts';

let encoder: SentenceEncoder;
/** Texts of each run of the encoder. */
let runs: number[];

beforeAll(async () => {
  const opened = await openSentenceEncoder(releasedModelFolder, { threads: 1 });
  encoder = opened;
});
afterAll(() => encoder.release());

function newLane(piecesPerStep: number): TextLane {
  runs = [];
  const counting: TextLaneOptions['runner'] = {
    weightBytes: encoder.weightBytes,
    tokenize: (text) => encoder.tokenize(text),
    run(texts) {
      runs.push(texts.length);
      return encoder.embed(texts);
    },
  };
  return new TextLane({ runner: counting, piecesPerStep, now: () => performance.now() });
}

async function runAll(lane: TextLane): Promise<TextStep['finished'][number][]> {
  const finished = [];
  while (lane.hasWork) finished.push(...(await lane.step()).finished);
  return finished;
}

test('texts of several requests share a run, and each request gets its own in order', async () => {
  const lane = newLane(64);
  lane.submit({ id: 'a', texts: ['one', 'two'] });
  lane.submit({ id: 'b', texts: ['three'] });
  const finished = await runAll(lane);
  expect(runs).toEqual([3]);
  const alone = await encoder.embed(['one', 'two', 'three'].map((text) => encoder.tokenize(text)));
  expect(finished.map(({ id }) => id)).toEqual(['a', 'b']);
  const vectors = finished.flatMap(({ texts }) => texts.map(({ values }) => values));
  for (const [at, vector] of vectors.entries()) {
    expect(vector.reduce((dot, value, index) => dot + value * alone[at]![index]!, 0)).toBeCloseTo(1, 5);
  }
});

test('a run is bounded by its pieces, but for a single text that is longer', async () => {
  const lane = newLane(8);
  const long = 'a text of many more pieces than fit into one bounded run of the encoder, all in one';
  lane.submit({ id: 'a', texts: ['one', 'two', long, 'three'] });
  const [{ texts }] = (await runAll(lane)) as [TextStep['finished'][number]];
  expect(texts.map(({ tokens }) => tokens)).toEqual(
    ['one', 'two', long, 'three'].map((text) => encoder.tokenize(text).ids.length),
  );
  expect(runs).toEqual([2, 1, 1]);
});

test('tenants take turns, however many texts one of them has waiting', async () => {
  const lane = newLane(1);
  lane.submit({ id: 'many', tenant: 'a', texts: ['one', 'two', 'three', 'four', 'five', 'six'] });
  await lane.step();
  lane.submit({ id: 'more', tenant: 'a', texts: ['one'] });
  lane.submit({ id: 'few', tenant: 'b', texts: ['one', 'two'] });
  expect((await runAll(lane)).map(({ id }) => id)).toEqual(['few', 'many', 'more']);
  expect(runs).toEqual(Array.from({ length: 9 }, () => 1));
});

test('turns are by pieces: who has short texts waiting gets more of them', async () => {
  const lane = newLane(1);
  const long = 'a text of many more pieces than a short one has, which it is not the turn of so soon again';
  lane.submit({ id: 'long', tenant: 'a', texts: [long, long] });
  lane.submit({ id: 'short', tenant: 'b', texts: ['one', 'two', 'three', 'four'] });
  expect((await runAll(lane)).map(({ id }) => id)).toEqual(['short', 'long']);
});

test('a request that was cancelled takes no further run', async () => {
  const lane = newLane(1);
  lane.submit({ id: 'a', texts: ['one', 'two', 'three'] });
  lane.submit({ id: 'b', texts: ['four'] });
  await lane.step();
  lane.cancel('a');
  expect((await runAll(lane)).map(({ id }) => id)).toEqual(['b']);
  expect(runs).toEqual([1, 1]);
});

test('texts for which there is no memory together are read in halves, and who has one that does not fit alone is given up', async () => {
  const tokenize = (text: string) => ({ ids: [...text].map(Number), isCut: false });
  const run: TextLaneOptions['runner']['run'] = async (texts) => {
    runs.push(texts.length);
    const pieces = texts.flatMap(({ ids }) => ids);
    if (pieces.length > 3 || pieces.includes(9))
      throw new NeuralError(
        'RUNTIME_FAILED',
        `ONNX Runtime: Failed to allocate memory for requested buffer of size ${pieces.length}000`,
      );
    return texts.map(({ ids }) => Float32Array.from(ids));
  };
  const lane = new TextLane({ runner: { weightBytes: 0, tokenize, run }, piecesPerStep: 64, now: () => 0 });
  runs = [];
  lane.submit({ id: 'a', texts: ['1', '22'] });
  lane.submit({ id: 'b', texts: ['3', '9', '4'] });
  lane.submit({ id: 'c', texts: ['55'] });
  const { finished, givenUp } = await lane.step();
  // 1 22 3 | 9 4 55: of the first three two fit, of the others the 9 does not even alone.
  expect(runs).toEqual([6, 3, 2, 1, 3, 2, 1, 1, 1]);
  expect(finished.map(({ id, texts }) => [id, texts.map(({ values }) => [...values])])).toEqual([
    ['a', [[1], [2, 2]]],
    ['c', [[5, 5]]],
  ]);
  expect(givenUp).toEqual([{ id: 'b', shortage: { bytes: 1_000 } }]);
  expect(lane.hasWork).toBe(false);
});

test('any other fault of a run is thrown', async () => {
  const run = async (): Promise<never> => {
    throw new NeuralError('RUNTIME_FAILED', 'ONNX Runtime: the driver is gone');
  };
  const tokenize = (text: string) => encoder.tokenize(text);
  const lane = new TextLane({ runner: { weightBytes: 0, tokenize, run }, piecesPerStep: 64, now: () => 0 });
  lane.submit({ id: 'a', texts: ['one'] });
  await expect(lane.step()).rejects.toThrow('the driver is gone');
});

test('device time is shared by the texts of a run', async () => {
  const lane = newLane(64);
  lane.submit({ id: 'a', texts: ['one', 'two', 'three'] });
  lane.submit({ id: 'b', texts: ['four'] });
  const { finished, busyMs } = await lane.step();
  expect(finished.map(({ deviceMs }) => deviceMs)).toEqual([(busyMs * 3) / 4, busyMs / 4].map(closeTo));
});

const closeTo = (value: number): unknown => expect.closeTo(value, 6);
