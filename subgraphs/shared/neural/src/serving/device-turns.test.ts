import { expect, it } from 'vitest';
import { createDeviceTurns } from './device-turns.ts';

it('gives one after another the device, in the order of asking, also behind work that fails', async () => {
  const turns = createDeviceTurns();
  const said: string[] = [];
  let finish = (): void => {};
  const first = turns.take(async () => {
    said.push('first begins');
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    said.push('first ends');
  });
  const second = turns.take(() => {
    said.push('second');
    throw new Error('no memory');
  });
  const third = turns.take(() => said.push('third'));
  await Promise.resolve();
  await Promise.resolve();
  expect(said).toEqual(['first begins']);
  finish();
  await first;
  await expect(second).rejects.toThrow('no memory');
  expect(await third).toBe(4);
  expect(said).toEqual(['first begins', 'first ends', 'second', 'third']);
});
