/** An answer of a service with one value in it replaced, dropped or doubled: what it would send if it were broken. */
import type { SubgraphAnswer } from '../../src/subgraphs/subgraph.ts';

const replacements: readonly unknown[] = [
  null,
  0,
  -1.5,
  '',
  'x',
  true,
  [],
  {},
  [null],
  { __typename: 'Ghost' },
  { __typename: 7 },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
];

export function corruptAnswer(answer: SubgraphAnswer, bytes: Uint8Array): SubgraphAnswer {
  const copy = structuredClone(answer) as Record<string, unknown>;
  const slots: { readonly holder: Record<string | number, unknown>; readonly key: string | number }[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add(value as never, index, item);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) add(value as never, key, item);
  };
  const add = (holder: Record<string | number, unknown>, key: string | number, item: unknown): void => {
    slots.push({ holder, key });
    visit(item);
  };
  visit(copy['data']);
  const slot = slots[(bytes[0] ?? 0) % Math.max(1, slots.length)];
  if (!slot) return copy;
  const { holder, key } = slot;
  const choice = (bytes[1] ?? 0) % (replacements.length + 2);
  if (choice < replacements.length) holder[key] = structuredClone(replacements[choice]);
  else if (Array.isArray(holder)) holder.push(holder[key as number]);
  else delete holder[key];
  return copy;
}
