import { describe, expect, it } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { CircuitBreaker, type CircuitState } from './circuit-breaker.ts';

function createSubject({ failures = 2 } = {}) {
  const clock = { ms: 0 };
  const changes: CircuitState[] = [];
  const breaker = new CircuitBreaker({
    name: 'peer',
    failures,
    openMs: 1_000,
    now: () => clock.ms,
    onChange: (state) => changes.push(state),
  });
  const fail = () =>
    breaker.run(() => Promise.reject(new Error('down'))).catch((error: Error) => error.message);
  const succeed = () => breaker.run(() => Promise.resolve('fine'));
  return { breaker, clock, changes, fail, succeed };
}

describe('a circuit breaker', () => {
  it('opens after so many failures in a row and then refuses without calling', async () => {
    const { breaker, fail } = createSubject();
    await fail();
    await fail();
    let called = false;
    const refused = breaker.run(async () => {
      called = true;
    });
    await expect(refused).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      retryable: true,
      details: { dependency: 'peer', retryAfterMs: 1_000 },
    });
    expect(called).toBe(false);
  });

  it('does not open when failures are interrupted by a success', async () => {
    const { breaker, fail, succeed } = createSubject();
    await fail();
    await succeed();
    await fail();
    expect(breaker.state).toBe('closed');
  });

  it('closes again when the probe succeeds', async () => {
    const { clock, changes, fail, succeed } = createSubject();
    await fail();
    await fail();
    clock.ms = 1_000;
    await succeed();
    expect(changes).toEqual(['open', 'half-open', 'closed']);
  });

  it('lets one probe through at a time and stays open when it fails', async () => {
    const { breaker, clock, changes, fail, succeed } = createSubject();
    await fail();
    await fail();
    clock.ms = 1_000;
    const probe = createDeferred<string>();
    const probing = breaker.run(() => probe.promise);
    await expect(succeed()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    probe.reject(new Error('still down'));
    await expect(probing).rejects.toThrow('still down');
    expect(changes).toEqual(['open', 'half-open', 'open']);
    clock.ms = 1_999;
    await expect(succeed()).rejects.toMatchObject({ details: { retryAfterMs: 1 } });
  });

  it('counts a refusal as an answer and a caller that left as nothing', async () => {
    const { breaker, clock, fail } = createSubject();
    await fail();
    await breaker
      .run(
        () => Promise.reject(new Error('left')),
        () => 'neutral',
      )
      .catch(() => undefined);
    await fail();
    expect(breaker.state).toBe('open');
    clock.ms = 1_000;
    await breaker
      .run(
        () => Promise.reject(new Error('left')),
        () => 'neutral',
      )
      .catch(() => undefined);
    expect(breaker.state).toBe('open');
    await breaker
      .run(
        () => Promise.reject(new Error('bad input')),
        () => 'answer',
      )
      .catch(() => undefined);
    expect(breaker.state).toBe('closed');
  });
});
