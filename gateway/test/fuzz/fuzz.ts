/**
 * Four properties of the executor, tried with generated operations on a supergraph of the suite:
 *
 *   agreement   Apollo's executor answers the same
 *   partial     the same holds while a service is down
 *   parts       with all that can be deferred deferred, the parts together are the answer
 *   garbage     whatever a service sends, the answer is one of the schema and nothing is thrown
 */
import fc from 'fast-check';
import { type FormattedExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { differencesOf } from '../federation/compare-executors.ts';
import type { Suite } from '../federation/load-suites.ts';
import { canAnswer, deferringEverything, togetherOf, unordered } from '../federation/parts.ts';
import { type RunningSuite, startSuite } from '../federation/run-suite.ts';
import { misfitsOf } from './answer-misfits.ts';
import { corruptAnswer } from './corrupt-answer.ts';
import { type GeneratedOperation, generateOperation, type Seeds, seedsOf } from './generate-operation.ts';

export interface FuzzOptions {
  readonly suite: Suite;
  readonly runs: number;
  readonly seed: number;
  /** One operation that takes longer than this hangs. */
  readonly maxOperationMs: number;
}

export interface FuzzReport {
  readonly operations: number;
  /** Generated, and not valid: how much of the effort is lost. */
  readonly invalid: number;
}

/** Suites on which Apollo's executor is known to answer otherwise, whatever is asked. */
export function isComparable({ name, graph }: Suite): boolean {
  return !graph.stockCannotLoad && name !== 'override-labels';
}

/** Rejects with the smallest operation that breaks a property, and how to run it again. */
export async function fuzz({ suite, runs, seed, maxOperationMs }: FuzzOptions): Promise<FuzzReport> {
  const running = await startSuite(suite.graph);
  const seeds = seedsOf(suite.cases);
  const services = Object.keys(suite.graph.subgraphs);
  let operations = 0;
  let invalid = 0;

  function generate(bytes: Uint8Array): GeneratedOperation | undefined {
    const operation = validOperation(running.snapshot.apiSchema, seeds, bytes);
    if (operation) operations += 1;
    else invalid += 1;
    return operation;
  }
  const byteRow = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
  const parameters = { numRuns: runs, seed, timeout: maxOperationMs };

  const agreement = fc.asyncProperty(
    byteRow(120),
    fc.option(fc.constantFrom(...services)),
    async (bytes, lost) => {
      const operation = generate(bytes);
      if (!operation) return;
      const asked = { ...operation, ...(lost === null ? {} : { down: [lost] }) };
      const ours = await running.run('fathom', asked);
      const theirs = await running.run('apollo', asked);
      const differences = differencesOf(ours.result, theirs.result);
      if (differences.length > 0) throw new Error(`${operation.query}\n${differences.join('\n')}`);
    },
  );
  const parts = fc.asyncProperty(byteRow(120), async (bytes) => {
    const operation = generate(bytes);
    if (!operation || operation.query.includes('mutation')) return;
    const { result } = await running.run('fathom', operation);
    const query = deferringEverything(operation.query);
    const ran = await running.runInParts({ ...operation, query });
    // A null that is not allowed stops at the part it is in.
    if (!ran || result.errors) return;
    const together = togetherOf(ran.parts);
    const [got, expected] = [together.data, result.data].map((data) => JSON.stringify(unordered(data)));
    if (got === expected && !together.errors) return;
    if (ran.asked.every((asked) => canAnswer(suite.graph, asked)))
      throw new Error(`${query}\nin parts ${JSON.stringify(together)}\nwhole ${JSON.stringify(result)}`);
  });
  const garbage = fc.asyncProperty(byteRow(120), byteRow(8), async (bytes, damage) => {
    const operation = generate(bytes);
    if (!operation) return;
    const alter = (answer: Parameters<typeof corruptAnswer>[0]) => corruptAnswer(answer, damage);
    const { result } = await running.run('fathom', { ...operation, alter });
    complain(running, operation, result);
  });
  try {
    if (isComparable(suite)) await fc.assert(agreement, parameters);
    await fc.assert(parts, parameters);
    await fc.assert(garbage, parameters);
  } finally {
    running.snapshot.retire();
  }
  return { operations, invalid };
}

function validOperation(
  schema: GraphQLSchema,
  seeds: Seeds,
  bytes: Uint8Array,
): GeneratedOperation | undefined {
  const operation = generateOperation(schema, seeds, bytes);
  return validate(schema, parse(operation.query)).length === 0 ? operation : undefined;
}

function complain(
  { snapshot }: RunningSuite,
  { query, variables }: GeneratedOperation,
  result: FormattedExecutionResult,
): void {
  const misfits = misfitsOf(snapshot.apiSchema, parse(query), variables, result);
  if (({} as { polluted?: unknown }).polluted !== undefined) misfits.push('Object.prototype was changed');
  if (misfits.length > 0) throw new Error(`${query}\n${JSON.stringify(result)}\n${misfits.join('\n')}`);
}
