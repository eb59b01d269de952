import { describe, expect, test } from 'vitest';
import { abortSignalOf, Departure } from './departure.ts';

describe('the departure of a client', () => {
  test('is told once to whoever listens, and not to who has stopped listening', () => {
    const departure = new Departure();
    const told: string[] = [];
    const listener = (name: string) => ({ handleEvent: () => void told.push(name) });
    const [first, second] = [listener('first'), listener('second')];
    departure.addEventListener('abort', first);
    departure.addEventListener('abort', second);
    departure.removeEventListener('abort', first);
    departure.abort('DISCONNECTED');
    departure.abort('late');
    expect(told).toEqual(['second']);
    expect(departure).toMatchObject({ aborted: true, reason: 'DISCONNECTED' });
  });

  test('is an AbortSignal to who needs one, asked for before or after', () => {
    const departure = new Departure();
    const before = abortSignalOf(departure);
    expect(before.aborted).toBe(false);
    departure.abort('DISCONNECTED');
    expect(before.reason).toBe('DISCONNECTED');
    const late = new Departure();
    late.abort('DISCONNECTED');
    expect(abortSignalOf(late)).toMatchObject({ aborted: true, reason: 'DISCONNECTED' });
    const signal = AbortSignal.abort('x');
    expect(abortSignalOf(signal)).toBe(signal);
  });
});
