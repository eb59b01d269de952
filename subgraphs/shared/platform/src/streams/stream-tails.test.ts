import { describe, expect, it } from 'vitest';
import { StreamTails } from './stream-tails.ts';

const texts = (...values: unknown[]) => values.map((value) => JSON.stringify(value));
const sequences = (events: readonly { readonly sequence: number }[] | undefined) =>
  events?.map(({ sequence }) => sequence);

describe('StreamTails', () => {
  it('answers from a sequence on, and says when only the store can', () => {
    const tails = new StreamTails({ maxStreams: 2, maxEventsPerStream: 100 });
    tails.append('s', 5, texts('e', 'f'), false);
    expect(sequences(tails.after('s', 4))).toEqual([5, 6]);
    expect(sequences(tails.after('s', 6))).toEqual([]);
    expect(tails.after('s', 3)).toBeUndefined();
    expect(tails.after('s', 7)).toBeUndefined();
    expect(tails.after('unknown', 0)).toBeUndefined();
  });

  it('keeps the last events of a long stream and no more than twice its bound', () => {
    const tails = new StreamTails({ maxStreams: 2, maxEventsPerStream: 10 });
    for (let sequence = 1; sequence <= 1_000; sequence++) {
      tails.append('s', sequence, texts(sequence), false);
      expect(tails.get('s')!.events.length).toBeLessThanOrEqual(20);
    }
    expect(sequences(tails.after('s', 990))).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1000]);
  });

  it('drops the stream that was appended to longest ago', () => {
    const tails = new StreamTails({ maxStreams: 2, maxEventsPerStream: 10 });
    tails.append('a', 1, texts(1), false);
    tails.append('b', 1, texts(1), false);
    tails.append('a', 2, texts(2), true);
    tails.append('c', 1, texts(1), false);
    expect(['a', 'b', 'c'].filter((stream) => tails.get(stream))).toEqual(['a', 'c']);
    expect(tails.hasEnded('a')).toBe(true);
  });

  it('has nothing yet, and all there is, of a stream that begins here', () => {
    const tails = new StreamTails({ maxStreams: 2, maxEventsPerStream: 10 });
    tails.begin('s');
    expect(tails.after('s', 0)).toEqual([]);
    expect(tails.after('s', 1)).toBeUndefined();
    tails.append('s', 1, texts(1, 2), false);
    tails.begin('s');
    expect(sequences(tails.after('s', 0))).toEqual([1, 2]);
  });

  it('starts anew when appends do not join on', () => {
    const tails = new StreamTails({ maxStreams: 2, maxEventsPerStream: 10 });
    tails.append('s', 1, texts(1, 2), false);
    tails.append('s', 7, texts(7), false);
    expect(sequences(tails.get('s')!.events)).toEqual([7]);
  });
});
