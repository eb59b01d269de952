/** What fuzzing found: an operation within every limit whose plans are so many that to compare them all took minutes. */
import { operationFromDocument } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { loadSuites } from './load-suites.ts';
import { startSuite } from './run-suite.ts';

const query = `query Fuzzed($v1: Boolean!) { employees { ... @defer { name amount } } ... on Query { highest @include(if: false) { ... @defer { amount ... on Employee { ... on Employee { organization { ... @defer { payroll @include(if: $v1) n1: payroll n2: payroll } } organization { ... @defer { n3: id payroll ... on Organization { n4: payroll } } } n5: number } n6: name n7: organization @skip(if: false) { ... @defer { id payroll n8: payroll n9: __typename } } organization { ... @defer { n10: __typename id payroll ... on Organization { id id } } } } n11: organization { ... @defer { n12: id id id id } } number } } highest { ... @defer { number } } highest { ... @defer { number } } highest { ... @defer { number } } } }`;

test('an operation that could be fetched in thousands of ways is planned after some of them were compared', async () => {
  const { graph } = (await loadSuites()).find(({ name }) => name === 'compound-keys') ?? {};
  if (!graph) throw new Error('the suite has no compound-keys');
  const { snapshot } = await startSuite(graph);
  snapshot.planner.buildQueryPlan(operationFromDocument(snapshot.federationApiSchema, parse(query)));
  const { evaluatedPlanCount } = snapshot.planner.lastGeneratedPlanStatistics() ?? {};
  expect(evaluatedPlanCount).toBeGreaterThan(1);
  expect(evaluatedPlanCount).toBeLessThanOrEqual(200);
  snapshot.retire();
});
