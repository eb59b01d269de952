/** The Federation specification as operations over small supergraphs, through this gateway's executor and Apollo's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differencesOf } from './compare-executors.ts';
import { loadSuites } from './load-suites.ts';
import { flatParts, inOrder } from './parts.ts';
import { type Ran, type RunningSuite, startSuite } from './run-suite.ts';
import { type ExpectedError, type ExpectedEvent, expectedOf, type FederationCase } from './suite.ts';

const suites = await loadSuites();

for (const { name, graph, cases } of suites) {
  describe(`${name} (${graph.about}): the answer`, () => {
    let suite: RunningSuite;
    beforeAll(async () => {
      suite = await startSuite(graph);
    });
    afterAll(() => suite.snapshot.retire());
    for (const operation of cases) {
      if (operation.events) {
        test(operation.title, () => expectEvents(suite, operation, operation.events ?? []));
        continue;
      }
      test(operation.title, async () => {
        const { result, asked } = await suite.run('fathom', operation);
        expect(result.data).toEqual(operation.data);
        expect(JSON.stringify(result.data)).toBe(JSON.stringify(operation.data));
        expect(sorted(expectedOf(result.errors))).toEqual(
          sorted(operation.errors ?? []).map((error) => expect.objectContaining(error)),
        );
        if (operation.fetches) expect(fetchesOf(asked)).toEqual(operation.fetches);
        for (const [service, count] of Object.entries(operation.entities ?? {}))
          expect(entitiesOf(asked, service)).toBe(count);
      });
      if (operation.parts)
        test(`${operation.title}, in parts`, async () => {
          const ran = await suite.runInParts(operation);
          expect(inOrder(flatParts(ran?.parts ?? []))).toEqual(inOrder(operation.parts ?? []));
          expect(ran?.parts.map(({ hasNext }) => hasNext).indexOf(false)).toBe((ran?.parts.length ?? 0) - 1);
          if (operation.fetches) expect(fetchesOf(ran?.asked ?? [])).toEqual(operation.fetches);
        });
      if (!graph.stockCannotLoad)
        test(
          operation.stockDiffers
            ? `${operation.title}; stock answers otherwise, because ${operation.stockDiffers}`
            : `${operation.title}; stock agrees`,
          async () => {
            const ours = await suite.run('fathom', operation);
            const theirs = await suite.run('apollo', operation);
            const difference = differencesOf(ours.result, theirs.result);
            if (operation.stockDiffers) expect(difference).not.toEqual([]);
            else expect(difference).toEqual([]);
          },
        );
      else
        test(`${operation.title}; stock has none, because ${graph.stockCannotLoad}`, async () => {
          const { result } = await suite.run('apollo', operation);
          expect(result.data ?? null).toBeNull();
        });
    }
  });
}

test('the suite has at least thirty supergraphs and a hundred and fifty operations', () => {
  expect(suites.length).toBeGreaterThanOrEqual(30);
  expect(suites.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(150);
});

test('no two operations of a supergraph have the same title', () => {
  for (const { name, cases } of suites)
    expect(new Set(cases.map(({ title }) => title)).size, name).toBe(cases.length);
});

async function expectEvents(
  suite: RunningSuite,
  operation: FederationCase,
  events: readonly ExpectedEvent[],
): Promise<void> {
  const { results, asked } = await suite.runEvents(operation);
  expect(results.map(({ data }) => JSON.stringify(data))).toEqual(
    events.map(({ data }) => JSON.stringify(data)),
  );
  expect(results.map(({ errors }) => sorted(expectedOf(errors)))).toEqual(
    events.map(({ errors = [] }) => sorted(errors).map((error) => expect.objectContaining(error))),
  );
  if (operation.fetches) expect(fetchesOf(asked)).toEqual(operation.fetches);
}

/** Errors have no order. */
function sorted(errors: readonly ExpectedError[]): readonly ExpectedError[] {
  const keyOf = ({ path, code, service }: ExpectedError): string =>
    JSON.stringify([path ?? null, code, service]);
  return errors.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

function fetchesOf(asked: Ran['asked']): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { service } of asked) counts[service] = (counts[service] ?? 0) + 1;
  return counts;
}

function entitiesOf(asked: Ran['asked'], service: string): number {
  return asked
    .filter((fetch) => fetch.service === service)
    .reduce(
      (sum, { variables }) => sum + ((variables['representations'] as unknown[] | undefined)?.length ?? 0),
      0,
    );
}

test.each(['large-answers', 'crowds'])(
  'the bounds of %s hold for the stock executor as well',
  async (name) => {
    const { graph, cases } = suites.find((suite) => suite.name === name) ?? {};
    if (!graph || !cases) throw new Error(`there is no suite ${name}`);
    const suite = await startSuite(graph);
    const bounds = ['ANSWER_TOO_LARGE', 'TOO_MANY_ENTITIES'];
    const bounded = cases.filter(({ errors = [] }) => errors.some(({ code }) => bounds.includes(code)));
    expect(bounded.length).toBeGreaterThan(1);
    for (const operation of bounded) {
      const { result, asked } = await suite.run('apollo', operation);
      const codes = result.errors?.map(({ extensions }) => String(extensions?.['code']));
      expect(codes, operation.title).toEqual(expect.arrayContaining([expect.toBeOneOf(bounds)]));
      if (graph.maxAnswerBytes)
        expect(JSON.stringify(result.data).length, operation.title).toBeLessThan(graph.maxAnswerBytes);
      const entities = Object.keys(suite.services).reduce(
        (sum, service) => sum + entitiesOf(asked, service),
        0,
      );
      expect(entities, operation.title).toBeLessThanOrEqual(10_000);
    }
    suite.snapshot.retire();
  },
);
