/**
 * `ask`: who answers, and why.
 *
 *   taught? --yes--> deep-learning (TAUGHT)
 *      |no
 *   answered before? --yes--> the same tokens (CACHE_HIT)
 *      |no
 *   the model drafts, held back --score >= bound--> its tokens (CONFIDENT)
 *                               --below, refusal--> deep-learning (LOW_CONFIDENCE, OUT_OF_SCOPE)
 *                                                       --not reachable--> the draft, marked (SERVICE_UNAVAILABLE)
 *
 * Answers that exist whole are appended whole, so a fault leaves either nothing of them or all.
 */

import type { Verdict } from '../domain/confidence-gate.ts';
import { createQuestionScorer, type QuestionScorer } from '../domain/draft-scorer.ts';
import { explain, reasonOf } from '../domain/explanations.ts';
import type { FinishReason, RoutedEvent } from '../domain/generation.ts';
import { splitWords } from '../domain/words.ts';
import { type AnswerCache, type AnswerKey, answerKey, type CachedAnswer } from './answer-cache.ts';
import type { DeepAnswer, DeepLearning } from './deep-learning.ts';
import type { Deployments } from './deployments.ts';
import { Drafting, type DraftState } from './drafting.ts';
import type { GenerationRun } from './generation-run.ts';

export interface AskDependencies {
  readonly deployments: Deployments;
  readonly deepLearning: DeepLearning;
  readonly answers: AnswerCache;
  readonly hasTaughtAnswer: (tenant: string, question: string) => Promise<boolean>;
}

/** Runs to the end, or on from where a former process stopped. */
export async function runAsk(run: GenerationRun, dependencies: AskDependencies): Promise<void> {
  const { record } = run;
  // What was routed and has not ended is a confident answer in the middle of being shown, or one that was retracted.
  if (record.service === 'INFERENCE')
    return draft(run, dependencies, record.tokens.length > 0 ? 'shown' : 'whole');
  const taught = await dependencies.hasTaughtAnswer(record.tenant, record.prompt);
  if (taught) {
    const answer = await askDeepLearning(run, dependencies, '');
    if (answer.kind === 'answered') return showTaught(run, answer);
    if (answer.kind === 'unavailable') return draft(run, dependencies, 'held', answer);
  }
  return answerOnce(run, dependencies);
}

type Unavailable = Extract<DeepAnswer, { kind: 'unavailable' }>;

/** Has the model draft, and shows, withdraws or reroutes it as its score says. */
async function draft(
  run: GenerationRun,
  dependencies: AskDependencies,
  state: DraftState,
  taughtBut?: Unavailable,
): Promise<void> {
  const scorer = await scorerFor(run, dependencies);
  if (scorer.kind === 'failed') return run.fail('MODEL_NOT_READY', scorer.message);
  const drafting = new Drafting(run, scorer.scorer, taughtBut ? 'whole' : state);
  const decoded = await drafting.decode();
  if (drafting.rejected) return reroute(run, dependencies, drafting, drafting.rejected, 'STOP');
  switch (decoded.kind) {
    case 'cancelled':
      return run.complete('CANCELLED', [], drafting.isShown ? undefined : drafting.text);
    case 'failed':
      return run.fail(decoded.code, decoded.message);
    case 'finished':
      return taughtBut
        ? showUnreliable(
            run,
            drafting,
            explain.taughtUnavailable(run.settings.modelVersionId, taughtBut.because),
            decoded.reason,
          )
        : judge(run, dependencies, drafting, decoded.reason);
  }
}

/** The draft is whole: show what was held back, or ask somebody who knows. */
async function judge(
  run: GenerationRun,
  dependencies: AskDependencies,
  drafting: Drafting,
  reason: 'STOP' | 'LENGTH',
): Promise<void> {
  const decision = drafting.judge();
  if (decision.kind === 'reroute') return reroute(run, dependencies, drafting, decision.verdict, reason);
  await run.complete(reason, drafting.release(decision.verdict));
  if (reason !== 'STOP') return;
  const { bound, calibrationVersion } = drafting.scorer;
  const { score } = decision.verdict;
  const key = await keyOf(run);
  if (!key) return;
  await dependencies.answers.keep(key, {
    generationId: run.record.id,
    tokens: [...drafting.tokens],
    score,
    bound,
    calibrationVersion,
  });
}

async function reroute(
  run: GenerationRun,
  dependencies: AskDependencies,
  drafting: Drafting,
  verdict: Verdict,
  reason: 'STOP' | 'LENGTH',
): Promise<void> {
  if (drafting.isShown) void run.emit([{ type: 'retracted', text: run.record.text }]);
  const answer = await askDeepLearning(run, dependencies, drafting.text);
  if (run.signal.aborted) return run.complete('CANCELLED', [], drafting.text);
  const judged = { versionId: run.settings.modelVersionId, verdict, bound: drafting.scorer.bound };
  if (answer.kind === 'unavailable') {
    return showUnreliable(run, drafting, explain.unavailable(judged, answer.because), reason, verdict);
  }
  const routed: RoutedEvent = {
    type: 'routed',
    service: 'DEEP_LEARNING',
    reason: reasonOf(verdict),
    explanation: explain.rerouted(judged, answer.explanation),
    ...drafting.scoreOf(verdict),
    draft: drafting.text,
    evidence: answer.kind === 'answered' ? answer.evidence : [],
    modelVersionId: run.settings.modelVersionId,
    deviceId: run.deviceId,
  };
  await showWords(run, routed, answer.text, answer.kind === 'answered' ? 'STOP' : 'ABSTAINED');
}

/** The draft all the same, marked as what it is. */
async function showUnreliable(
  run: GenerationRun,
  drafting: Drafting,
  explanation: string,
  reason: FinishReason,
  verdict?: Verdict,
): Promise<void> {
  const routed: RoutedEvent = {
    type: 'routed',
    service: 'INFERENCE',
    reason: 'SERVICE_UNAVAILABLE',
    explanation,
    ...(verdict ? drafting.scoreOf(verdict) : {}),
    draft: drafting.text,
    modelVersionId: run.settings.modelVersionId,
    deviceId: run.deviceId,
  };
  await run.complete(reason, [routed, ...drafting.tokens.map((token) => run.tokenEvent(token))]);
}

async function showTaught(
  run: GenerationRun,
  answer: Extract<DeepAnswer, { kind: 'answered' }>,
): Promise<void> {
  const explanation = explain.taught(answer.explanation);
  const { evidence } = answer;
  await showWords(
    run,
    { type: 'routed', service: 'DEEP_LEARNING', reason: 'TAUGHT', explanation, evidence },
    answer.text,
    'STOP',
  );
}

async function showWords(
  run: GenerationRun,
  routed: RoutedEvent,
  text: string,
  finishReason: FinishReason,
): Promise<void> {
  await run.complete(finishReason, [routed, ...splitWords(text).map((word) => run.textEvent(word))]);
}

/** The answer that was given before, or one of its own: of several who ask the same at once one has the model draft. */
async function answerOnce(run: GenerationRun, dependencies: AskDependencies): Promise<void> {
  const { useCache, maxTokens } = run.settings;
  const compute = (): Promise<void> => draft(run, dependencies, 'held');
  const key = useCache ? await keyOf(run) : undefined;
  if (!key) return compute();
  return dependencies.answers.once(key, {
    signal: run.signal,
    compute,
    show: (cached) => (cached.tokens.length > maxTokens ? compute() : showCached(run, cached)),
  });
}

async function showCached(run: GenerationRun, cached: CachedAnswer): Promise<void> {
  const { modelVersionId: versionId } = run.settings;
  const { tokens, generationId, score, bound, calibrationVersion } = cached;
  const explanation = explain.cacheHit(versionId, generationId);
  const routed: RoutedEvent = {
    type: 'routed',
    service: 'INFERENCE',
    reason: 'CACHE_HIT',
    explanation,
    score,
    bound,
    calibrationVersion,
    modelVersionId: versionId,
  };
  await run.complete('STOP', [routed, ...tokens.map((token) => run.tokenEvent(token))]);
}

/** None where the version cannot be served. */
async function keyOf(run: GenerationRun): Promise<AnswerKey | undefined> {
  const { tenant, prompt: question } = run.record;
  const precision = await run.precision();
  return precision === undefined
    ? undefined
    : answerKey({ tenant, versionId: run.settings.modelVersionId, precision, question });
}

async function askDeepLearning(
  run: GenerationRun,
  { deepLearning }: AskDependencies,
  draftText: string,
): Promise<DeepAnswer> {
  const { record, identity, signal } = run;
  try {
    return await deepLearning.answer({
      question: record.prompt,
      generationId: record.id,
      draft: draftText,
      identity,
      signal,
    });
  } catch (error) {
    if (signal.reason === 'CANCELLED')
      return { kind: 'unavailable', because: 'the generation was cancelled' };
    throw error;
  }
}

type Scorer =
  | { readonly kind: 'ready'; readonly scorer: QuestionScorer }
  | { readonly kind: 'failed'; readonly message: string };

async function scorerFor(run: GenerationRun, { deployments }: AskDependencies): Promise<Scorer> {
  const { modelVersionId } = run.settings;
  const acquired = await deployments.acquire(modelVersionId);
  if (acquired.kind !== 'ready')
    return { kind: 'failed', message: `${modelVersionId} cannot be served: ${acquired.detail}` };
  acquired.release();
  return { kind: 'ready', scorer: createQuestionScorer(run.record.prompt, acquired.model.text.calibration) };
}
