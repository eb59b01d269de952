/**
 * Steps with their measurements and checkpoints, until the run converged, stopped early, spent its budget or was asked
 * to stop.
 *
 * Everything that decides what happens next is in the checkpoint (step, best held-out loss, evaluations without
 * improvement, tokens seen, time spent), so a loop that was killed and resumed takes the very same decisions. Time alone
 * is no decision that repeats to the bit: two runs with a budget of time may end at different steps.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { checkpointPath } from './checkpoint-folder.ts';
import type { BatchOf, LanguageModel, TaskOptions } from './tasks.ts';
import type { Trainer } from './trainer.ts';

export interface LoopPoint {
  /** Counts from 1. */
  readonly step: number;
  readonly tokensSeen: number;
  /** Nats a token; of other tasks, a text or a pair. */
  readonly loss: number;
  /** Null where it was not measured at this step. */
  readonly heldOutLoss: number | null;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
}

export interface SavedCheckpoint {
  readonly step: number;
  /** SHA-256 of parameters and both moments. */
  readonly sha256: string;
  /** Of its files. */
  readonly sizeBytes: number;
  /** Where its files are. */
  readonly folder: string;
  /** Of this very step; null where it was not measured. */
  readonly heldOutLoss: number | null;
}

/** Why a loop ended. All but `stopped` mean that training is over. */
export type LoopEnd =
  | 'stopped'
  | 'converged'
  | 'early-stopped'
  | 'steps-spent'
  | 'tokens-spent'
  | 'time-spent';

export interface TrainingLoopOptions<T extends TaskOptions = LanguageModel> {
  readonly trainer: Trainer<T>;
  readonly batches: {
    /** Of a step, counted from 0. It depends on the examples, the seed and the step alone. */
    batchAt(step: number): BatchOf<T> | Promise<BatchOf<T>>;
  };
  readonly totalSteps: number;
  /** One folder a checkpoint, see `checkpoint-folder.ts`. */
  readonly checkpointFolder: string;
  readonly checkpointEverySteps: number;
  /** Beside `totalSteps`; held against what was spent after every step. */
  readonly budget?: { readonly maxTokens?: number | undefined; readonly maxTrainingMs?: number | undefined };
  readonly heldOut: {
    readonly everySteps: number;
    /** Evaluations without improvement after which to stop; 0 never stops. */
    readonly patience: number;
    /** Converged once the held-out loss is at or below it. */
    readonly target?: number | undefined;
    /** Also save a checkpoint where the held-out loss is the best so far. */
    readonly saveBest?: boolean;
    /** As a loss is. */
    readonly measure: () => Promise<number>;
  };
  /** Kept in every checkpoint, beside the loop's own state; it must survive JSON. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly stopRequested: () => boolean;
  /** Called after each step, before its checkpoint; what it does counts into no speed and no budget. */
  readonly afterStep?: (step: number) => Promise<void>;
  /** Points in order, several at a time where steps are quick. */
  readonly onPoints: (points: readonly LoopPoint[]) => void;
  /** Called when the checkpoint is durable on this machine; the next step waits for it. */
  readonly onCheckpoint: (checkpoint: SavedCheckpoint) => void | Promise<void>;
  readonly nowMs: () => number;
}

const loopState = z.object({
  tokensSeen: z.number(),
  bestHeldOutLoss: z.number().nullable(),
  /** Null as long as nothing was measured. */
  bestStep: z.number().nullable().default(null),
  evaluationsWithoutImprovement: z.number(),
  trainedMs: z.number().default(0),
});
type LoopState = z.infer<typeof loopState>;

const freshState: LoopState = {
  tokensSeen: 0,
  bestHeldOutLoss: null,
  bestStep: null,
  evaluationsWithoutImprovement: 0,
  trainedMs: 0,
};
/** Points are told at least this often, so that quick steps do not flood whoever listens. */
const tellEveryMs = 250;

export interface LoopOutcome {
  readonly end: LoopEnd;
  /** The step whose held-out loss was the lowest; null where none was measured. */
  readonly bestStep: number | null;
}

/** `stopped` only where it was asked to and there is more to do; the last state is then saved. */
export async function trainingLoop<T extends TaskOptions = LanguageModel>(
  options: TrainingLoopOptions<T>,
): Promise<LoopOutcome> {
  const { trainer, totalSteps, heldOut, nowMs } = options;
  const restored = loopState.safeParse(trainer.extra['loop']);
  let state = restored.success ? restored.data : freshState;
  const telling = tellPoints(options);
  const speed = smoothedSpeed();
  const save = async (heldOutLoss: number | null) => {
    const folder = checkpointPath(options.checkpointFolder, trainer.step);
    await trainer.saveCheckpoint(folder, { ...options.extra, loop: state });
    telling.flush();
    await options.onCheckpoint({
      step: trainer.step,
      sha256: trainer.stateSha256(),
      sizeBytes: await folderBytes(folder),
      folder,
      heldOutLoss,
    });
  };
  let before = nowMs();
  for (;;) {
    const over = endOf(state, trainer.step, options);
    if (over) return { end: over, bestStep: state.bestStep };
    const batch = await options.batches.batchAt(trainer.step);
    const { step, loss, gradientNorm, learningRate, tokens } = await trainer
      .trainStep(batch)
      .catch((error: unknown) => {
        throw namingBatch(error, batch);
      });
    const measured = step === totalSteps || step % heldOut.everySteps === 0 ? await heldOut.measure() : null;
    const now = nowMs();
    const elapsedMs = now - before;
    before = now;
    state = afterStep(state, { step, tokens, elapsedMs, measured });
    telling.add({
      step,
      tokensSeen: state.tokensSeen,
      loss,
      heldOutLoss: measured,
      learningRate,
      gradientNorm,
      tokensPerSecond: speed(tokens, elapsedMs),
    });
    if (options.afterStep) {
      await options.afterStep(step);
      before = nowMs();
    }
    const stop = options.stopRequested();
    const end = endOf(state, step, options);
    const best = heldOut.saveBest === true && state.bestStep === step;
    if (end || stop || best || step % options.checkpointEverySteps === 0) await save(measured);
    if (stop && !end) return { end: 'stopped', bestStep: state.bestStep };
  }
}

/** A loss that is not finite is a matter of the rate or of the examples: whoever looks for it needs to know which. */
function namingBatch(error: unknown, { examples = [] }: { readonly examples?: readonly number[] }): unknown {
  if (!(error instanceof NeuralError) || error.code !== 'LOSS_NOT_FINITE') return error;
  return new NeuralError(error.code, error.message, {
    cause: error,
    details: { ...error.details, examples },
  });
}

function endOf(
  state: LoopState,
  step: number,
  { heldOut, totalSteps, budget }: Pick<TrainingLoopOptions, 'heldOut' | 'totalSteps' | 'budget'>,
): Exclude<LoopEnd, 'stopped'> | undefined {
  if (
    heldOut.target !== undefined &&
    state.bestHeldOutLoss !== null &&
    state.bestHeldOutLoss <= heldOut.target
  )
    return 'converged';
  if (heldOut.patience > 0 && state.evaluationsWithoutImprovement >= heldOut.patience) return 'early-stopped';
  if (step >= totalSteps) return 'steps-spent';
  if (state.tokensSeen >= (budget?.maxTokens ?? Number.POSITIVE_INFINITY)) return 'tokens-spent';
  if (state.trainedMs >= (budget?.maxTrainingMs ?? Number.POSITIVE_INFINITY)) return 'time-spent';
  return undefined;
}

function afterStep(
  state: LoopState,
  taken: {
    readonly step: number;
    readonly tokens: number;
    readonly elapsedMs: number;
    readonly measured: number | null;
  },
): LoopState {
  const spent = {
    ...state,
    tokensSeen: state.tokensSeen + taken.tokens,
    trainedMs: state.trainedMs + taken.elapsedMs,
  };
  if (taken.measured === null) return spent;
  if (state.bestHeldOutLoss === null || taken.measured < state.bestHeldOutLoss) {
    return {
      ...spent,
      bestHeldOutLoss: taken.measured,
      bestStep: taken.step,
      evaluationsWithoutImprovement: 0,
    };
  }
  return { ...spent, evaluationsWithoutImprovement: state.evaluationsWithoutImprovement + 1 };
}

function tellPoints({ onPoints, nowMs }: Pick<TrainingLoopOptions, 'onPoints' | 'nowMs'>) {
  let waiting: LoopPoint[] = [];
  let toldAt = nowMs();
  const flush = () => {
    if (waiting.length > 0) onPoints(waiting);
    waiting = [];
    toldAt = nowMs();
  };
  return {
    add(point: LoopPoint) {
      waiting.push(point);
      if (point.heldOutLoss !== null || nowMs() - toldAt >= tellEveryMs) flush();
    },
    flush,
  };
}

/** Tokens a second over about the last ten steps, evaluations included. */
function smoothedSpeed(): (tokens: number, elapsedMs: number) => number {
  let rate: number | undefined;
  return (tokens, elapsedMs) => {
    const current = (tokens * 1000) / Math.max(elapsedMs, 0.01);
    rate = rate === undefined ? current : rate + 0.1 * (current - rate);
    return rate;
  };
}

async function folderBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
