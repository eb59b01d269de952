/**
 * Properties of the executor, tried with generated operations on a supergraph of the suite, each from the same state:
 *
 *   agreement   Apollo's executor answers the same, and has the services do the same in the same order
 *   faults      the same holds while services are down, fail, lose entities and errors, or send null where it may not be
 *   events      each event of a subscription is what Apollo's executor answers to the query for it
 *   parts       with all that can be deferred deferred, the parts together are the answer
 *   garbage     whatever a service sends, the answer is one of the schema and nothing is thrown
 *
 * Where the variables do not fit, it is refused by the gateway's code for that before any service is asked.
 */
import fc from 'fast-check';
import { type FormattedExecutionResult, parse, validate } from 'graphql';
import { differencesOf } from '../federation/compare-executors.ts';
import { type Fault, possibleFaults } from '../federation/faults.ts';
import type { Suite } from '../federation/load-suites.ts';
import { canAnswer, deferringEverything, togetherOf, unordered } from '../federation/parts.ts';
import { type Operation, OperationRefused, type RunningSuite, startSuite } from '../federation/run-suite.ts';
import { baselessErrors, misfitsOf } from './answer-misfits.ts';
import { ByteChoices } from './byte-choices.ts';
import { corruptAnswer } from './corrupt-answer.ts';
import {
  type GeneratedOperation,
  type GeneratedSubscription,
  generateOperation,
  generateSubscription,
  seedsOf,
} from './generate-operation.ts';

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
  /** Valid, and refused for their variables. */
  readonly refused: number;
}

/** Suites on which Apollo's executor is known to answer otherwise, whatever is asked. */
export function isComparable({ name, graph }: Suite): boolean {
  return !graph.stockCannotLoad && name !== 'override-labels';
}

/** Rejects with the smallest operation that breaks a property, and how to run it again. */
export async function fuzz({ suite, runs, seed, maxOperationMs }: FuzzOptions): Promise<FuzzReport> {
  const running = await startSuite(suite.graph);
  const trial = new Trial(suite, running);
  const parameters = { numRuns: runs, seed, timeout: maxOperationMs };
  // All lengths alike: by itself fast-check makes few of more than ten bytes, which is one field.
  const row = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength, size: 'max' });
  const tryEach = async (check: (bytes: Uint8Array, more: Uint8Array) => Promise<void>): Promise<void> =>
    fc.assert(fc.asyncProperty(row(160), row(8), check), parameters);
  try {
    if (isComparable(suite)) {
      await tryEach((bytes) => trial.agreement(bytes, []));
      await tryEach((bytes, more) => trial.agreement(bytes, trial.faults(more)));
      if (suite.graph.eventTwins) {
        await tryEach((bytes) => trial.events(bytes, []));
        await tryEach((bytes, more) => trial.events(bytes, trial.faultsOfEvents(more)));
      }
    }
    await tryEach((bytes) => trial.parts(bytes));
    await tryEach((bytes, more) => trial.garbage(bytes, more));
  } finally {
    running.snapshot.retire();
  }
  return trial.report;
}

export type Wrong = Fault | { readonly kind: 'down'; readonly service: string };

/** Operations for one supergraph, and what is asked of their answers. */
export class Trial {
  readonly report = { operations: 0, invalid: 0, refused: 0 };
  readonly #suite: Suite;
  readonly #running: RunningSuite;
  readonly #seeds;
  readonly #wrongs: readonly Wrong[];

  constructor(suite: Suite, running: RunningSuite) {
    this.#suite = suite;
    this.#running = running;
    this.#seeds = seedsOf(suite.cases);
    this.#wrongs = Object.entries(running.schemas).flatMap(([service, schema]) => [
      { kind: 'down' as const, service },
      ...possibleFaults(service, schema),
    ]);
  }

  faults(bytes: Uint8Array): readonly Wrong[] {
    const choices = new ByteChoices(bytes);
    return Array.from({ length: 1 + choices.below(2) }, () => choices.pick(this.#wrongs));
  }

  /** Those that a query for an event has, too: its root field is another, and a service that is down sends no events. */
  faultsOfEvents(bytes: Uint8Array): readonly Wrong[] {
    return this.faults(bytes).filter((wrong) => {
      if ('at' in wrong) return !/^(Query|Subscription)\./.test(wrong.at);
      return wrong.kind === 'silent' || !this.#running.schemas[wrong.service]?.getSubscriptionType();
    });
  }

  async agreement(bytes: Uint8Array, wrongs: readonly Wrong[]): Promise<void> {
    const operation = this.generate(bytes);
    if (!operation) return;
    const asked = withWrongs(operation, wrongs);
    await this.againstApollo(asked, async () => (await this.#running.run('fathom', asked)).result);
  }

  /** `ours`: the answer to hold to that of Apollo's executor, which is asked second. */
  async againstApollo(
    asked: GeneratedOperation & Operation,
    ours: () => Promise<FormattedExecutionResult>,
  ): Promise<void> {
    const { journal, stockMistakes } = this.#suite.graph;
    await this.unlessRefused(async () => {
      const result = await ours();
      const weDid = [...(journal?.() ?? [])];
      const theirs = await this.#running.run('apollo', asked);
      const theyDid = [...(journal?.() ?? [])];
      const differences = stockMistakes?.operations.test(asked.query)
        ? []
        : [...differencesOf(result, theirs.result)];
      if (weDid.join('\n') !== theyDid.join('\n'))
        differences.push(`done: ours ${weDid.join(', ')}; theirs ${theyDid.join(', ')}`);
      differences.push(...this.misfits(asked, result), ...baselessErrors(result));
      complain(differences, asked);
    });
  }

  subscription(bytes: Uint8Array): GeneratedSubscription | undefined {
    const { eventTwins = {} } = this.#suite.graph;
    const generated = generateSubscription(this.#running.snapshot.apiSchema, this.#seeds, bytes, eventTwins);
    return this.#isValid(generated.query) ? generated : undefined;
  }

  async events(bytes: Uint8Array, wrongs: readonly Wrong[]): Promise<void> {
    const { eventTwins = {} } = this.#suite.graph;
    const subscription = this.subscription(bytes);
    if (!subscription) return;
    const { query, variables, twin } = subscription;
    const asked = withWrongs({ query, variables }, wrongs);
    await this.unlessRefused(async () => {
      const { results, sent, verbatim } = await this.#running.runEvents(asked);
      for (const [event, result] of results.entries()) {
        const theirs = await this.#running.run('apollo', { ...asked, query: twin(event) });
        const differences = differencesOf(result, inTermsOfSubscription(theirs.result, eventTwins));
        // What passes byte for byte is what the executor would have made of it.
        if (verbatim && !result.errors && JSON.stringify(result) !== JSON.stringify(sent[event]))
          complain([`sent ${JSON.stringify(sent[event])}, made ${JSON.stringify(result)}`], asked);
        complain(
          differences.map((difference) => `event ${event}: ${difference}`),
          asked,
        );
      }
    });
  }

  async parts(bytes: Uint8Array, askInParts = this.#running.runInParts): Promise<void> {
    const operation = this.generate(bytes);
    if (!operation || operation.query.startsWith('mutation')) return;
    await this.unlessRefused(async () => {
      const { result } = await this.#running.run('fathom', operation);
      const query = deferringEverything(operation.query);
      const ran = await askInParts({ ...operation, query });
      // A null that is not allowed stops at the part it is in.
      if (!ran || result.errors) return;
      const together = togetherOf(ran.parts);
      const [got, expected] = [together.data, result.data].map((data) => JSON.stringify(unordered(data)));
      if (got === expected && !together.errors) return;
      if (ran.asked.every((asked) => canAnswer(this.#suite.graph, asked)))
        complain([`in parts ${JSON.stringify(together)}`, `whole ${JSON.stringify(result)}`], {
          ...operation,
          query,
        });
    });
  }

  async garbage(bytes: Uint8Array, damage: Uint8Array): Promise<void> {
    const operation = this.generate(bytes);
    if (!operation) return;
    const alter: Operation['alter'] = (answer) => corruptAnswer(answer, damage);
    await this.unlessRefused(async () => {
      const { result } = await this.#running.run('fathom', { ...operation, alter });
      const misfits = this.misfits(operation, result);
      if (misfits.length > 0) complain([JSON.stringify(result), ...misfits], operation);
    });
  }

  generate(bytes: Uint8Array): GeneratedOperation | undefined {
    const operation = generateOperation(this.#running.snapshot.apiSchema, this.#seeds, bytes);
    return this.#isValid(operation.query) ? operation : undefined;
  }

  #isValid(query: string): boolean {
    const isValid = validate(this.#running.snapshot.apiSchema, parse(query)).length === 0;
    if (isValid) this.report.operations += 1;
    else this.report.invalid += 1;
    return isValid;
  }

  async unlessRefused(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof OperationRefused) || error.codes.some((code) => code !== 'BAD_USER_INPUT'))
        throw error;
      this.report.refused += 1;
    }
  }

  misfits({ query, variables }: GeneratedOperation, result: FormattedExecutionResult): readonly string[] {
    const misfits = misfitsOf(this.#running.snapshot.apiSchema, parse(query), variables, result);
    if (({} as { polluted?: unknown }).polluted !== undefined) misfits.push('Object.prototype was changed');
    return misfits;
  }
}

export function withWrongs(
  operation: GeneratedOperation,
  wrongs: readonly Wrong[],
): GeneratedOperation & Operation {
  return {
    ...operation,
    down: wrongs.flatMap(({ kind, service }) => (kind === 'down' ? [service] : [])),
    faults: wrongs.filter((wrong): wrong is Fault => wrong.kind !== 'down'),
  };
}

/** A twin that fails says so under its own name, unless the client gave one. */
function inTermsOfSubscription(
  result: FormattedExecutionResult,
  twins: Readonly<Record<string, string>>,
): FormattedExecutionResult {
  const names = new Map(
    Object.entries(twins).map(([name, twin]) => [`Query.${twin}`, `Subscription.${name}`]),
  );
  let text = JSON.stringify(result);
  for (const [twin, name] of names) text = text.replaceAll(twin, name);
  return JSON.parse(text) as FormattedExecutionResult;
}

export function complain(
  differences: readonly string[],
  { query, variables, down, faults }: Operation,
): void {
  if (differences.length === 0) return;
  const wrong = down?.length || faults?.length ? `\nwrong: ${JSON.stringify({ down, faults })}` : '';
  throw new Error(`${query}\nvariables: ${JSON.stringify(variables)}${wrong}\n${differences.join('\n')}`);
}
