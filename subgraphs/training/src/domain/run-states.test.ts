import { expect, test } from 'vitest';
import { runStates } from './run-states.ts';

const path = [
  'QUEUED',
  'VALIDATING',
  'PREPARING',
  'INITIALISING',
  'TRAINING',
  'EVALUATING',
  'REGISTERING',
  'COMPLETED',
] as const;

test('a run goes through its states in one order only', () => {
  for (const [index, from] of path.entries()) {
    const forward = path.filter((to) => path.indexOf(to) > index && runStates.canMove(from, to));
    expect(forward).toEqual(path.slice(index + 1, index + 2));
  }
});

test('every active state can be cancelled, can fail and can lose its worker', () => {
  for (const state of runStates.active) {
    expect(runStates.canMove(state, 'CANCELLED')).toBe(true);
    expect(runStates.canMove(state, 'FAILED')).toBe(true);
    expect(runStates.canMove(state, 'QUEUED')).toBe(state !== 'QUEUED');
  }
});

test('a completed run is over for good; cancelled and failed ones are only queued again', () => {
  const next = (state: (typeof runStates.states)[number]) =>
    runStates.states.filter((to) => runStates.canMove(state, to));
  expect(next('COMPLETED')).toEqual([]);
  expect(next('CANCELLED')).toEqual(['QUEUED']);
  expect(next('FAILED')).toEqual(['QUEUED']);
  expect(() => runStates.assertMove('COMPLETED', 'QUEUED')).toThrow('from COMPLETED to QUEUED');
});
