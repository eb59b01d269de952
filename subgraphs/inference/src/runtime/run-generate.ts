/** `generate`: the named model's own words, token by token, in as many completions as were asked for. */
import { explain } from '../domain/explanations.ts';
import { choiceOf, type FinishReason, type GenerationEvent } from '../domain/generation.ts';
import {
  type CachedCompletion,
  type CompletionCache,
  completionKey,
  completionOf,
} from './completion-cache.ts';
import type { GenerationRun } from './generation-run.ts';

export interface GenerateDependencies {
  readonly completions: CompletionCache;
}

/** Runs to the end, or on from where a former process stopped. */
export async function runGenerate(run: GenerationRun, { completions }: GenerateDependencies): Promise<void> {
  const { record, settings } = run;
  if (!settings.useCache || record.service !== undefined) return decode(run);
  const precision = await run.precision();
  // Decoding tells why it cannot be served.
  if (precision === undefined) return decode(run);
  const key = completionKey(record.tenant, precision, settings);
  return completions.once(key, {
    signal: run.signal,
    show: (cached) => showCached(run, cached),
    async compute() {
      await decode(run);
      const completion = completionOf(run.record, settings.choices ?? 1);
      if (completion) await completions.keep(key, completion);
    },
  });
}

/** The very tokens of before, in the order in which they are told one after another. */
async function showCached(run: GenerationRun, { generationId, choices }: CachedCompletion): Promise<void> {
  const { modelVersionId } = run.settings;
  const explanation = explain.completionHit(modelVersionId, generationId);
  const events: GenerationEvent[] = [
    { type: 'routed', service: 'INFERENCE', reason: 'CACHE_HIT', explanation, modelVersionId },
  ];
  for (const [choice, { tokens, finishReason }] of choices.entries()) {
    events.push(...tokens.map((token) => run.tokenEvent(token, choice)));
    if (choices.length > 1) events.push({ type: 'choice-completed', choice, finishReason });
  }
  await run.complete(choices[0]?.finishReason ?? 'STOP', events);
}

async function decode(run: GenerationRun): Promise<void> {
  const { choices = 1 } = run.settings;
  const [outcome] = choices === 1 ? [await complete(run, 0)] : await completeAll(run, choices);
  switch (outcome?.kind) {
    case 'finished':
      return run.complete(outcome.reason, outcome.last);
    case 'failed':
      return run.fail(outcome.code, outcome.message);
    default:
      return run.complete('CANCELLED');
  }
}

/** Once, of the first completion that has a device. */
function tellRoute(run: GenerationRun): void {
  if (run.record.service !== undefined) return;
  const { modelVersionId } = run.settings;
  void run.emit([
    {
      type: 'routed',
      service: 'INFERENCE',
      reason: 'REQUESTED',
      explanation: explain.requested(modelVersionId),
      modelVersionId,
      deviceId: run.deviceId,
    },
  ]);
}

type Outcome =
  | { readonly kind: 'finished'; readonly reason: FinishReason; readonly last: readonly GenerationEvent[] }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** All completions at once, each told when it is whole. The first that fails fails them all, and comes first. */
async function completeAll(run: GenerationRun, choices: number): Promise<readonly Outcome[]> {
  const enough = new AbortController();
  const outcomes = await Promise.all(
    Array.from({ length: choices }, async (_, choice): Promise<Outcome> => {
      const outcome = await complete(run, choice, enough.signal);
      if (outcome.kind === 'failed') enough.abort();
      if (outcome.kind !== 'finished') return outcome;
      const isTold = choiceOf(run.record, choice).finishReason !== undefined;
      const completed = { type: 'choice-completed', choice, finishReason: outcome.reason } as const;
      if (!isTold) void run.emit([...outcome.last, completed]);
      return { ...outcome, last: [] };
    }),
  );
  const failed = outcomes.find(({ kind }) => kind === 'failed');
  const unfinished = outcomes.find(({ kind }) => kind !== 'finished');
  return [failed ?? unfinished ?? outcomes[0] ?? { kind: 'cancelled' }];
}

async function complete(run: GenerationRun, choice: number, signal?: AbortSignal): Promise<Outcome> {
  const { tokens, finishReason } = choiceOf(run.record, choice);
  const { choices = 1, maxTokens } = run.settings;
  if (choices > 1 && finishReason) return { kind: 'finished', reason: finishReason, last: [] };
  // The former process had sent the last token, but not the end.
  if (tokens.length >= maxTokens) return { kind: 'finished', reason: 'LENGTH', last: [] };
  const decoded = await run.decode({
    choice,
    prior: tokens,
    onPlaced: () => tellRoute(run),
    onToken: (token) => void run.emit([run.tokenEvent(token, choice)]),
    ...(signal ? { signal } : {}),
  });
  if (decoded.kind !== 'finished') return decoded;
  const { reason, tailText } = decoded;
  return { kind: 'finished', reason, last: tailText === '' ? [] : [run.textEvent(tailText, choice)] };
}
