import { expect, test } from 'vitest';
import { nextMove } from './next-move.ts';

const died = { kind: 'died', detail: 'ended by SIGKILL' } as const;

test('a worker that vanished is replaced after a pause, and the loss is counted', () => {
  expect(nextMove(died, undefined)).toEqual({
    kind: 'queue',
    why: 'its worker was lost (ended by SIGKILL)',
    afterCrash: true,
  });
});

test('a request to stop is honoured however the worker ended', () => {
  expect(nextMove({ kind: 'stopped' }, 'STOP_REQUESTED')).toEqual({ kind: 'cancel' });
  expect(nextMove(died, 'STOP_REQUESTED')).toEqual({ kind: 'cancel' });
});

test('a service that goes away gives its job back without counting a crash', () => {
  expect(nextMove({ kind: 'stopped' }, 'SHUTTING_DOWN')).toMatchObject({ kind: 'queue', afterCrash: false });
  expect(nextMove(died, 'SHUTTING_DOWN')).toMatchObject({ kind: 'queue', afterCrash: false });
});

test('what belongs to another instance, and what is done, is left alone', () => {
  for (const outcome of [died, { kind: 'stopped' } as const]) {
    expect(nextMove(outcome, 'LEASE_LOST')).toEqual({ kind: 'nothing' });
  }
  expect(nextMove({ kind: 'done' }, 'STOP_REQUESTED')).toEqual({ kind: 'nothing' });
});

test('a worker that says why it cannot go on ends the job, asked to stop or not', () => {
  const failed = { kind: 'failed', code: 'LOSS_NOT_FINITE', message: 'step 3' } as const;
  for (const stop of [undefined, 'STOP_REQUESTED', 'SHUTTING_DOWN'] as const) {
    expect(nextMove(failed, stop)).toEqual({ kind: 'fail', code: 'LOSS_NOT_FINITE', message: 'step 3' });
  }
});

test('want of memory is tried again once, and then ends the job by its name', () => {
  const killed = { ...died, cause: 'OUT_OF_MEMORY' } as const;
  expect(nextMove(killed, undefined, 0)).toMatchObject({ kind: 'queue', afterCrash: true });
  expect(nextMove(killed, undefined, 1)).toEqual({
    kind: 'fail',
    code: 'OUT_OF_MEMORY',
    message: 'two workers in a row were ended for want of memory (ended by SIGKILL)',
  });
  expect(nextMove(died, undefined, 1)).toMatchObject({ kind: 'queue' });
  expect(nextMove(killed, 'STOP_REQUESTED', 1)).toEqual({ kind: 'cancel' });
});
