/**
 * The same operations through HTTP, at a gateway in a process of its own whose services are servers:
 *
 *   agreement   its answer is that of Apollo's executor in this process, also while services are down or at fault, and services
 *               have done the same
 *   parts       with all that can be deferred deferred, the parts over multipart together are the answer
 *   events      each event of a subscription, over server-sent events and over WebSockets, is what the executor makes of it here
 *   wire        whatever comes over the wire in the place of an answer, the client's answer is one of the schema
 *   outages     what holds while services die, hang and send garbage by chance, see `fuzz-outages.ts`
 *   requests    a body with some of its bytes changed is answered, or refused by a typed error
 *
 * Nothing hangs, no status is 500, no error is INTERNAL_SERVER_ERROR, and the process lives.
 */
import fc from 'fast-check';
import type { FormattedExecutionResult } from 'graphql';
import { differencesOf } from '../federation/compare-executors.ts';
import type { Suite } from '../federation/load-suites.ts';
import { composeSuite, type Operation, startSuite } from '../federation/run-suite.ts';
import { ByteChoices } from './byte-choices.ts';
import { damageOf } from './damage.ts';
import { complain, type FuzzReport, isComparable, Trial, withWrongs } from './fuzz.ts';
import { createOutageTrials } from './fuzz-outages.ts';
import { type SuiteServer, startSuiteServer } from './suite-server.ts';
import { typed } from './typed-answer.ts';
import { bodyOf, eventTransports, startWatchedGateway, type WatchedGateway } from './watched-gateway.ts';

export interface HttpFuzzOptions {
  readonly suite: Suite;
  readonly runs: number;
  readonly seed: number;
}

export interface FuzzedOverHttp {
  /** Rejects with the smallest operation that breaks a property, and how to run it again. One at a time. */
  fuzz(options: HttpFuzzOptions): Promise<FuzzReport>;
  close(): Promise<void>;
}

/** Longer than any answer takes on a busy machine, shorter than a service may be waited for. */
const maxAnswerMs = 20_000;

/** One gateway for all suites: what is left of one must not show in the next. */
export async function startFuzzingOverHttp(suites: readonly Suite[]): Promise<FuzzedOverHttp> {
  const [first] = suites;
  if (!first) throw new Error('there is no suite');
  const server = await startSuiteServer();
  const gateway = await startWatchedGateway({
    supergraphSdl: composeSuite(first.graph, server.urlOf),
    services: [...new Set(suites.flatMap(({ graph }) => Object.keys(graph.subgraphs)))],
    maxAnswerMs,
  });
  return {
    fuzz: (options) => fuzzSuite({ ...options, gateway, server }),
    async close() {
      await gateway.close();
      await server.close();
    },
  };
}

interface Fuzzing extends HttpFuzzOptions {
  readonly gateway: WatchedGateway;
  readonly server: SuiteServer;
}

async function fuzzSuite({ suite, runs, seed, gateway, server }: Fuzzing): Promise<FuzzReport> {
  const running = await startSuite(suite.graph);
  await gateway.publish(composeSuite(suite.graph, server.urlOf));
  const trial = new Trial(suite, running);
  const row = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength, size: 'max' });
  const tryEach = (check: (bytes: Uint8Array, more: Uint8Array) => Promise<void>): Promise<void> =>
    fc.assert(fc.asyncProperty(row(160), row(24), check), { numRuns: runs, seed });

  async function ask(operation: Operation): Promise<FormattedExecutionResult> {
    running.begin(operation);
    return typed(await gateway.post(JSON.stringify(bodyOf(operation))));
  }

  async function agreement(bytes: Uint8Array, wrongs: Uint8Array | undefined): Promise<void> {
    const operation = trial.generate(bytes);
    if (!operation) return;
    const asked = withWrongs(operation, wrongs ? trial.faults(wrongs) : []);
    server.serve(running);
    await trial.againstApollo(asked, () => ask(asked));
  }

  const parts = (bytes: Uint8Array): Promise<void> =>
    trial.parts(bytes, async (deferred) => {
      server.serve(running);
      const asked = running.begin(deferred);
      return { parts: await gateway.parts(bodyOf(deferred)), asked };
    });

  async function events(bytes: Uint8Array, more: Uint8Array): Promise<void> {
    const subscription = trial.subscription(bytes);
    if (!subscription) return;
    const transport = new ByteChoices(more).pick(eventTransports);
    server.serve(running);
    await trial.unlessRefused(async () => {
      const { results } = await running.runEvents(subscription);
      running.begin(subscription);
      const told = await gateway.events(transport, bodyOf(subscription));
      const differences = told.length === results.length ? [] : [`${told.length} for ${results.length}`];
      for (const [event, result] of results.entries())
        differences.push(...differencesOf(told[event] ?? {}, result));
      complain(differences, subscription);
    });
  }

  async function wire(bytes: Uint8Array, more: Uint8Array): Promise<void> {
    const operation = trial.generate(bytes);
    if (!operation) return;
    server.serve(running, damageOf(new ByteChoices(more)));
    const result = await ask(operation);
    if (result.errors?.some(({ extensions }) => extensions?.['code'] === 'BAD_USER_INPUT')) return;
    complain(trial.misfits(operation, result), operation);
  }

  async function requests(bytes: Uint8Array, more: Uint8Array): Promise<void> {
    const operation = trial.generate(bytes);
    if (!operation) return;
    server.serve(running);
    running.begin(operation);
    const body = changed(JSON.stringify(bodyOf(operation)), new ByteChoices(more));
    try {
      typed(await gateway.post(body));
    } catch (cause) {
      throw new Error(`sent ${JSON.stringify(body)}`, { cause });
    }
  }

  const outages = createOutageTrials({ trial, running, gateway, server });

  try {
    if (isComparable(suite)) {
      await tryEach((bytes) => agreement(bytes, undefined));
      await tryEach(agreement);
      await tryEach(parts);
      if (suite.graph.eventTwins) {
        await tryEach(events);
        await tryEach(outages.ofStreams);
      }
    }
    await tryEach(outages.ofAnswers);
    await tryEach(outages.ofParts);
    await tryEach(wire);
    await tryEach(requests);
  } finally {
    running.snapshot.retire();
  }
  return trial.report;
}

/** One to six characters of it replaced, left out, put in or repeated. */
function changed(body: string, choices: ByteChoices): string {
  const interesting = [
    '"',
    '{',
    '}',
    '\\',
    '\u0000',
    '\ud800',
    '$',
    '@',
    '...',
    '#',
    '-1e999',
    ' ',
    '🐟',
    'on',
  ];
  let text = body;
  for (let edits = 1 + choices.below(6); edits > 0; edits -= 1) {
    const at = Math.floor(((choices.below(256) * 256 + choices.below(256)) / 65_536) * text.length);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    const kind = choices.pick(['replace', 'drop', 'insert', 'repeat'] as const);
    const what = choices.pick(interesting);
    if (kind === 'replace') text = before + what + after.slice(1);
    else if (kind === 'drop') text = before + after.slice(1 + choices.below(8));
    else if (kind === 'insert') text = before + what + after;
    else text = before + after.slice(0, 40) + after;
  }
  return text;
}
