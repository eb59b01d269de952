import { expect, test } from 'vitest';
import { jobStates, workedStates } from './job-states.ts';

test('a job goes one way, and back to the queue only while a worker has it', () => {
  const path = ['QUEUED', 'PREPARING', 'TRAINING', 'EVALUATING', 'REGISTERING', 'COMPLETED'] as const;
  for (const [index, from] of path.entries()) {
    const forward = path.slice(index + 1).filter((to) => jobStates.canMove(from, to));
    expect(forward).toEqual(path.slice(index + 1, index + 2));
    expect(jobStates.canMove(from, 'QUEUED')).toBe(from !== 'QUEUED' && workedStates.includes(from));
    expect(jobStates.canMove(from, 'CANCELLED')).toBe(workedStates.includes(from));
  }
});

test('what is over stays over', () => {
  for (const over of ['COMPLETED', 'CANCELLED', 'FAILED'] as const) {
    expect(jobStates.states.filter((to) => jobStates.canMove(over, to))).toEqual([]);
  }
});
