/** Hive Router's own planner, which is on npm though the router is not, over the supergraph that we publish. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { print } from 'graphql';
import { expect, test } from 'vitest';
import { readCheckedInOperations } from '../persisted/checked-in-operations.ts';

const supergraphSdl = readFileSync(join(repositoryRoot(), 'schema', 'supergraph.graphql'), 'utf8');
const services = new Set(
  [...supergraphSdl.matchAll(/@join__graph\(name: "([\w-]+)"/g)].map(([, name = '']) => name),
);

/** Of all fetches of a plan. */
function servicesOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'serviceName' in node && typeof node.serviceName === 'string' ? [node.serviceName] : [];
  return [...own, ...Object.values(node).flatMap(servicesOf)];
}

test('loads the supergraph, security marks and all, and plans every checked-in operation over it', () => {
  const planner = new QueryPlanner(supergraphSdl);
  const { all } = readCheckedInOperations();
  expect(all.length).toBeGreaterThan(20);
  for (const { name, document } of all) {
    const asked = servicesOf(planner.plan(print(document), name, new Set(), 0).node);
    expect([name, asked.length > 0, asked.filter((service) => !services.has(service))]).toEqual([
      name,
      true,
      [],
    ]);
  }
});
