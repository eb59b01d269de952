/** Every operation of the suite, with all that can be deferred deferred: the parts together are the whole answer. */
import { expect, test } from 'vitest';
import { loadSuites } from './load-suites.ts';
import { canAnswer, deferringEverything, togetherOf, unordered } from './parts.ts';
import { startSuite } from './run-suite.ts';

const suites = await loadSuites();

test('an answer in parts is, in the end, the answer', async () => {
  const different: unknown[] = [];
  let compared = 0;
  for (const { name, graph, cases } of suites) {
    const suite = await startSuite(graph);
    for (const operation of cases) {
      // A null that is not allowed stops at the part it is in, and these mutations forget what they did.
      if (operation.errors || operation.events || operation.query.includes('mutation')) continue;
      const ran = await suite.runInParts({ ...operation, query: deferringEverything(operation.query) });
      if (!ran) continue;
      const { data, errors } = togetherOf(ran.parts);
      const [got, expected] = [unordered(data), unordered(operation.data)].map((value) =>
        JSON.stringify(value),
      );
      if (got === expected && !errors) compared += 1;
      else if (ran.asked.every((asked) => canAnswer(graph, asked)))
        different.push({ name, title: operation.title, got, expected, errors });
    }
    suite.snapshot.retire();
  }
  expect(different).toEqual([]);
  expect(compared).toBeGreaterThan(120);
});
