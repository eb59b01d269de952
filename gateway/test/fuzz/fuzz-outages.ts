/**
 * Operations while services die, hang and send garbage by chance, at a gateway in a process of its own:
 *
 *   answers   is one of the schema, or says by a code why not
 *   parts     come to their end, each has its place, and together they are an answer of the schema
 *   streams   are a beginning of what they would have been: no event is lost within, none comes twice or otherwise, and where the
 *             rest is missing, a typed error says so at the end
 */
import type { FormattedExecutionResult } from 'graphql';
import { differencesOf } from '../federation/compare-executors.ts';
import { deferringEverything, togetherOf } from '../federation/parts.ts';
import type { RunningSuite } from '../federation/run-suite.ts';
import { ByteChoices } from './byte-choices.ts';
import { outagesOf, streamOutageOf } from './damage.ts';
import { complain, type Trial } from './fuzz.ts';
import type { SuiteServer } from './suite-server.ts';
import { requireCodes, typed } from './typed-answer.ts';
import { bodyOf, eventTransports, type WatchedGateway } from './watched-gateway.ts';

export interface OutageTrialOptions {
  readonly trial: Trial;
  readonly running: RunningSuite;
  readonly gateway: WatchedGateway;
  readonly server: SuiteServer;
}

type Check = (bytes: Uint8Array, more: Uint8Array) => Promise<void>;

export interface OutageTrials {
  readonly ofAnswers: Check;
  readonly ofParts: Check;
  readonly ofStreams: Check;
}

export function createOutageTrials({ trial, running, gateway, server }: OutageTrialOptions): OutageTrials {
  return {
    async ofAnswers(bytes, more) {
      const operation = trial.generate(bytes);
      if (!operation) return;
      server.serve(running, outagesOf(new ByteChoices(more)));
      running.begin(operation);
      const result = typed(await gateway.post(JSON.stringify(bodyOf(operation))));
      if (isRefused(result)) return;
      complain(trial.misfits(operation, result), operation);
    },

    async ofParts(bytes, more) {
      const whole = trial.generate(bytes);
      if (!whole || whole.query.startsWith('mutation')) return;
      const operation = { ...whole, query: deferringEverything(whole.query) };
      server.serve(running, outagesOf(new ByteChoices(more)));
      running.begin(operation);
      const together = togetherOf(await gateway.parts(bodyOf(operation)));
      requireCodes(together.errors);
      if (isRefused(together)) return;
      // Fragments that never came leave their fields out, which is no misfit of those that did.
      if (together.errors) return;
      // What comes later stands behind what came first.
      const misfits = trial
        .misfits(whole, together)
        .filter((misfit) => !misfit.startsWith('in another order'));
      complain(misfits, operation);
    },

    async ofStreams(bytes, more) {
      const subscription = trial.subscription(bytes);
      if (!subscription) return;
      const choices = new ByteChoices(more);
      const transport = choices.pick(eventTransports);
      const { kind, damage } = streamOutageOf(choices);
      server.serve(running);
      await trial.unlessRefused(async () => {
        const { results } = await running.runEvents(subscription);
        server.serve(running, undefined, damage);
        running.begin(subscription);
        const told = await gateway.events(transport, bodyOf(subscription));
        const isWhole =
          told.length === results.length && told.every((event, at) => isSame(event, results[at]));
        if (isWhole) return;
        const end = told.at(-1);
        const before = told.slice(0, -1);
        const wrong = before.filter((event, at) => !isSame(event, results[at]));
        const said = JSON.stringify(told);
        if (kind === 'late') complain([`late, and no more than that: ${said}`], subscription);
        if (wrong.length > 0)
          complain([`otherwise after ${kind}: ${JSON.stringify(wrong)} in ${said}`], subscription);
        if (!end?.errors?.length) complain([`nothing says why after ${kind}: ${said}`], subscription);
        requireCodes(end?.errors, said);
      });
    },
  };
}

const isSame = (told: FormattedExecutionResult, expected: FormattedExecutionResult | undefined): boolean =>
  expected !== undefined && differencesOf(told, expected).length === 0;

const isRefused = ({ errors }: FormattedExecutionResult): boolean =>
  errors?.some(({ extensions }) => extensions?.['code'] === 'BAD_USER_INPUT') === true;
