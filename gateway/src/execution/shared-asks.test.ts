import { expect, it } from 'vitest';
import type { SubgraphAnswer } from '../subgraphs/subgraph.ts';
import { SharedAsks } from './shared-asks.ts';

const answerOf = (value: number): SubgraphAnswer => ({ data: { user: { value } } });

it('asks once for all who ask while the question is under way, and answers each with an object of its own', async () => {
  const asks = new SharedAsks();
  let asked = 0;
  const ask = async () => answerOf(++asked);
  const [first, second] = await Promise.all([asks.ask('users', ask), asks.ask('users', ask)]);
  expect(asked).toBe(1);
  expect(second).toEqual(first);
  expect(second.data?.['user']).not.toBe(first.data?.['user']);
});

it('answers whoever asks in any turn between the answer and its being told', async () => {
  const asks = new SharedAsks();
  let arrive: (answer: SubgraphAnswer) => void = () => undefined;
  const first = asks.ask('users', () => new Promise((resolve) => (arrive = resolve)));
  arrive(answerOf(1));
  const late: Promise<SubgraphAnswer>[] = [];
  for (let turn = 0; turn < 10; turn++) {
    late.push(asks.ask('users', async () => answerOf(2)));
    await Promise.resolve();
  }
  const answers = await Promise.all([first, ...late]);
  expect(answers.filter((answer) => answer === undefined)).toEqual([]);
  expect(new Set(answers.map(({ data }) => data?.['user'])).size).toBe(answers.length);
});

it('tells everybody who joined of a failure, and asks again for whoever comes after it', async () => {
  const asks = new SharedAsks();
  const refuse = () => Promise.reject(new Error('down'));
  const [first, second] = await Promise.allSettled([asks.ask('users', refuse), asks.ask('users', refuse)]);
  expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
  expect(await asks.ask('users', async () => answerOf(3))).toEqual(answerOf(3));
});
