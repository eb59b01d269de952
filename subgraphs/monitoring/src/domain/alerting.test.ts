import { expect, test } from 'vitest';
import { type AlertRule, type AlertStates, type Condition, evaluate, type Transition } from './alerting.ts';

const rule: AlertRule = { name: 'service-down', description: '', severity: 'CRITICAL', forSeconds: 10 };
const condition = (isTrue: boolean, subject = 'features'): Condition => ({
  rule,
  subject,
  isTrue,
  summary: 's',
});
const at = (seconds: number) => new Date(seconds * 1000);

function run(
  ...rounds: readonly (readonly [number, readonly Condition[]])[]
): readonly (readonly Transition['kind'][])[] {
  let states: AlertStates = new Map();
  return rounds.map(([seconds, conditions]) => {
    const result = evaluate(states, conditions, at(seconds));
    states = result.states;
    return result.transitions.map(({ kind }) => kind);
  });
}

test('an alert fires once its condition was true for the whole time, and only once', () => {
  expect(
    run([0, [condition(true)]], [9, [condition(true)]], [10, [condition(true)]], [20, [condition(true)]]),
  ).toEqual([[], [], ['fired'], []]);
});

test('a break starts the time again', () => {
  expect(
    run(
      [0, [condition(true)]],
      [9, [condition(false)]],
      [10, [condition(true)]],
      [19, [condition(true)]],
      [20, [condition(true)]],
    ),
  ).toEqual([[], [], [], [], ['fired']]);
});

test('a firing alert is resolved the first time that its condition is false', () => {
  expect(
    run([0, [condition(true)]], [10, [condition(true)]], [11, [condition(false)]], [12, [condition(false)]]),
  ).toEqual([[], ['fired'], ['resolved'], []]);
});

test('a subject that is gone resolves its alert', () => {
  expect(run([0, [condition(true)]], [10, [condition(true)]], [11, []])).toEqual([
    [],
    ['fired'],
    ['resolved'],
  ]);
});

test('subjects of one rule are watched apart', () => {
  const both = (features: boolean, training: boolean) => [
    condition(features),
    condition(training, 'training'),
  ];
  const states = evaluate(evaluate(new Map(), both(true, false), at(0)).states, both(true, true), at(10));
  expect(states.transitions).toMatchObject([{ kind: 'fired', condition: { subject: 'features' } }]);
});

test('an alert that fired before a restart is resolved after it, not fired again', () => {
  const before: AlertStates = new Map([['service-down features', { since: at(0), isFiring: true }]]);
  expect(evaluate(before, [condition(true)], at(100)).transitions).toEqual([]);
  expect(evaluate(before, [condition(false)], at(100)).transitions).toEqual([
    { kind: 'resolved', rule: 'service-down', subject: 'features' },
  ]);
});
