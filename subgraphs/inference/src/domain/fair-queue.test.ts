import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairQueue, generatedTokenCost, type Priority, promptTokenCost } from './fair-queue.ts';

const request = (id: string, tenant: string, priority: Priority = 'NORMAL') => ({ id, tenant, priority });
const anything = () => true;

function takeAll(queue: FairQueue<ReturnType<typeof request>>, cost = 10): string[] {
  const taken: string[] = [];
  for (let next = queue.take(anything); next; next = queue.take(anything)) {
    queue.charge(next.tenant, cost);
    taken.push(next.id);
  }
  return taken;
}

test('a tenant that asks much does not hold up one that asks little', () => {
  const queue = new FairQueue<ReturnType<typeof request>>();
  for (let index = 0; index < 6; index++) queue.push(request(`a${index}`, 'a'));
  queue.push(request('b0', 'b'));
  expect(takeAll(queue)).toEqual(['a0', 'b0', 'a1', 'a2', 'a3', 'a4', 'a5']);
});

test('a priority orders the requests of its own tenant and takes no turn of another', () => {
  const queue = new FairQueue<ReturnType<typeof request>>();
  queue.push(request('a-low', 'a', 'LOW'));
  queue.push(request('a-normal', 'a'));
  queue.push(request('b-low', 'b', 'LOW'));
  queue.push(request('a-high', 'a', 'HIGH'));
  queue.push(request('a-high-too', 'a', 'HIGH'));
  expect(takeAll(queue)).toEqual(['a-high', 'b-low', 'a-high-too', 'a-normal', 'a-low']);
});

test('nobody saves up turns by being away', () => {
  const queue = new FairQueue<ReturnType<typeof request>>();
  for (let index = 0; index < 20; index++) queue.push(request(`a${index}`, 'a'));
  for (let index = 0; index < 10; index++) {
    queue.take(anything);
    queue.charge('a', 10);
  }
  for (let index = 0; index < 4; index++) queue.push(request(`b${index}`, 'b'));
  expect(takeAll(queue).slice(0, 8)).toEqual(['a10', 'b0', 'a11', 'b1', 'a12', 'b2', 'a13', 'b3']);
});

test('one that cannot be taken does not hold up those that can', () => {
  const queue = new FairQueue<ReturnType<typeof request>>();
  queue.push(request('large', 'a'));
  queue.push(request('small', 'a'));
  expect(queue.take(({ id }) => id !== 'large')?.id).toBe('small');
  expect([...queue.waiting()].map(({ id }) => id)).toEqual(['large']);
});

describe('tenants that always have requests waiting', () => {
  test('are served alike but for what one batch holds, whatever the sizes of their requests', () => {
    const size = fc.record({
      prompt: fc.integer({ min: 1, max: 60 }),
      answer: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(size, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 8 }),
        (tenants, maxSequences) => {
          const queue = new FairQueue<ReturnType<typeof request>>();
          const asked = tenants.map(() => 0);
          const served = tenants.map(() => 0);
          let pushed = 0;
          const push = (tenant: number) => queue.push(request(String(pushed++), String(tenant)));
          const running: { tenant: number; left: number }[] = [];
          const serve = (tenant: number, cost: number): void => {
            queue.charge(String(tenant), cost);
            served[tenant] = (served[tenant] ?? 0) + cost;
          };
          // Two of each, so that one waits also while the other is taken.
          for (const tenant of [...tenants.keys(), ...tenants.keys()]) push(tenant);
          for (let step = 0; step < 300; step++) {
            while (running.length < maxSequences) {
              const taken = queue.take(anything);
              if (!taken) throw new Error('everybody always waits');
              const tenant = Number(taken.tenant);
              const sizes = tenants[tenant] ?? [];
              const { prompt, answer } = sizes[(asked[tenant] ?? 0) % sizes.length] ?? {
                prompt: 1,
                answer: 1,
              };
              asked[tenant] = (asked[tenant] ?? 0) + 1;
              push(tenant);
              serve(tenant, promptTokenCost * prompt);
              running.push({ tenant, left: answer });
            }
            for (const sequence of running) {
              serve(sequence.tenant, generatedTokenCost);
              sequence.left--;
            }
            for (let index = running.length - 1; index >= 0; index--)
              if (running[index]?.left === 0) running.splice(index, 1);
            // The bound of the paper: twice the larger of a prompt's cost and what the tokens of a whole batch cost.
            const bound = 2 * Math.max(promptTokenCost * 60, generatedTokenCost * 120 * maxSequences);
            expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(bound);
          }
        },
      ),
    );
  });
});
