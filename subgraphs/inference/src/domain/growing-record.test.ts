import { describe, expect, test } from 'vitest';
import { applyEvent, applyEvents, type GenerationEvent, type GenerationRecord } from './generation.ts';
import { GrowingRecord } from './growing-record.ts';

const accepted: GenerationRecord = {
  id: 'g',
  tenant: 't',
  kind: 'GENERATE',
  status: 'QUEUED',
  messages: [],
  prompt: 'Count.',
  text: '',
  evidence: [],
  tokens: [],
  otherChoices: [],
  usage: { promptTokens: 3, completionTokens: 0, deviceMs: 0 },
  seed: 1,
  traceId: 'trace',
  createdAt: new Date(0),
};

const token = (tokenId: number, choice?: number): GenerationEvent => ({
  type: 'token',
  text: `${tokenId} `,
  tokenId,
  logProbability: -tokenId / 10,
  ...(choice === undefined ? {} : { choice }),
  atMs: 10 * tokenId,
});

const events: readonly GenerationEvent[] = [
  { type: 'started' },
  { type: 'routed', service: 'INFERENCE', reason: 'REQUESTED', explanation: 'asked', modelVersionId: 'm@1' },
  token(1),
  token(2),
  token(3, 0),
  // Withheld until the end, and the last token's then.
  { type: 'token', text: 'end', atMs: 31 },
  { type: 'choice-completed', choice: 0, finishReason: 'STOP' },
  token(4, 2),
  token(5, 1),
  token(6),
  token(7),
  { type: 'retracted', text: 'all of it' },
  token(8),
  token(9),
  {
    type: 'completed',
    finishReason: 'STOP',
    usage: { promptTokens: 3, completionTokens: 2, deviceMs: 5 },
    completedAt: new Date(1_000).toISOString(),
  },
];

/** The record behind each event, one after another. */
const oneByOne = events.map((_, index) => events.slice(0, index + 1).reduce(applyEvent, accepted));

describe('events that are applied together', () => {
  test('make the record that they make one by one, from wherever they begin', () => {
    for (const from of [-1, ...events.keys()])
      for (let to = from + 1; to < events.length; to += 1)
        expect(applyEvents(oneByOne[from] ?? accepted, events.slice(from + 1, to + 1))).toEqual(oneByOne[to]);
  });

  test('leave the record as it was to which they are applied', () => {
    const [first, second] = [applyEvents(accepted, [token(1)]), applyEvents(accepted, [token(1), token(2)])];
    applyEvents(first, [token(3)]);
    expect(first.tokens.map(({ tokenId }) => tokenId)).toEqual([1]);
    expect(second.tokens.map(({ tokenId }) => tokenId)).toEqual([1, 2]);
  });
});

describe('a growing record', () => {
  test('is at each event what it was then, whoever asks when', () => {
    const orders = [events.map((_, index) => index), [...events.keys()].reverse(), [5, 2, 13, 2, 0, 14, 8]];
    for (const order of orders) {
      const growing = new GrowingRecord(accepted);
      const at = events.map((event) => growing.add(event));
      for (const index of order) expect(at[index]?.()).toEqual(oneByOne[index]);
      expect(growing.current).toEqual(oneByOne.at(-1));
    }
  });

  test('is asked for between events without losing any', () => {
    const growing = new GrowingRecord(accepted);
    const late: (() => GenerationRecord)[] = [];
    for (const [index, event] of events.entries()) {
      late.push(growing.add(event));
      if (index % 3 === 0) expect(growing.current).toEqual(oneByOne[index]);
      if (index % 4 === 0) expect(late[index]?.()).toEqual(oneByOne[index]);
    }
    expect(late.map((record) => record())).toEqual(oneByOne);
  });
});
