/** Every folder beside this file. */
import { readdirSync } from 'node:fs';
import type { FederationCase, FederationGraph } from './suite.ts';

export interface Suite {
  readonly name: string;
  readonly graph: FederationGraph;
  readonly cases: readonly FederationCase[];
}

export async function loadSuites(): Promise<readonly Suite[]> {
  const names = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const [{ graph }, { cases }] = (await Promise.all([
        import(`./${name}/graph.ts`),
        import(`./${name}/cases.ts`),
      ])) as [Pick<Suite, 'graph'>, Pick<Suite, 'cases'>];
      return { name, graph, cases };
    }),
  );
}
