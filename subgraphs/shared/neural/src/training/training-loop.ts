/**
 * Steps with their measurements and checkpoints, until the last step, an early stop or a request to stop.
 *
 * Everything that decides what happens next is in the checkpoint (step, best held-out loss, evaluations without
 * improvement, tokens seen), so a loop that was killed and resumed takes the very same decisions.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Batches } from './batches.ts';
import { checkpointPath } from './checkpoint-folder.ts';
import type { Trainer } from './trainer.ts';

export interface LoopPoint {
  /** Counts from 1. */
  readonly step: number;
  readonly tokensSeen: number;
  /** Nats a token. */
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
}

export interface TrainingLoopOptions {
  readonly trainer: Trainer;
  readonly batches: Batches;
  readonly totalSteps: number;
  /** One folder a checkpoint, see `checkpoint-folder.ts`. */
  readonly checkpointFolder: string;
  readonly checkpointEverySteps: number;
  readonly heldOut: {
    readonly everySteps: number;
    /** Evaluations without improvement after which to stop; 0 never stops. */
    readonly patience: number;
    /** Nats a token. */
    readonly measure: () => Promise<number>;
  };
  readonly stopRequested: () => boolean;
  /** Points in order, several at a time where steps are quick. */
  readonly onPoints: (points: readonly LoopPoint[]) => void;
  /** Called when the checkpoint is durable. */
  readonly onCheckpoint: (checkpoint: SavedCheckpoint) => void;
  readonly nowMs: () => number;
}

const loopState = z.object({
  tokensSeen: z.number(),
  bestHeldOutLoss: z.number().nullable(),
  evaluationsWithoutImprovement: z.number(),
});
type LoopState = z.infer<typeof loopState>;

const freshState: LoopState = { tokensSeen: 0, bestHeldOutLoss: null, evaluationsWithoutImprovement: 0 };
/** Points are told at least this often, so that quick steps do not flood whoever listens. */
const tellEveryMs = 250;

/** `stopped` only where it was asked to and steps are left; the last state is then saved. */
export async function trainingLoop(options: TrainingLoopOptions): Promise<'finished' | 'stopped'> {
  const { trainer, totalSteps, heldOut } = options;
  const restored = loopState.safeParse(trainer.extra['loop']);
  let state = restored.success ? restored.data : freshState;
  const telling = tellPoints(options);
  const speed = smoothedSpeed(options.nowMs);
  const patienceLost = () => heldOut.patience > 0 && state.evaluationsWithoutImprovement >= heldOut.patience;
  const save = async () => {
    const folder = checkpointPath(options.checkpointFolder, trainer.step);
    await trainer.saveCheckpoint(folder, { loop: state });
    telling.flush();
    options.onCheckpoint({
      step: trainer.step,
      sha256: trainer.stateSha256(),
      sizeBytes: await folderBytes(folder),
    });
  };
  while (trainer.step < totalSteps && !patienceLost()) {
    const batch = options.batches.batchAt(trainer.step);
    const { step, loss, gradientNorm, learningRate, tokens } = await trainer.trainStep(batch);
    const tokensPerSecond = speed(tokens);
    const last = step === totalSteps;
    const measured = last || step % heldOut.everySteps === 0 ? await heldOut.measure() : null;
    state = { ...afterMeasurement(state, measured), tokensSeen: state.tokensSeen + tokens };
    telling.add({
      step,
      tokensSeen: state.tokensSeen,
      loss,
      heldOutLoss: measured,
      learningRate,
      gradientNorm,
      tokensPerSecond,
    });
    const stop = options.stopRequested();
    if (last || stop || patienceLost() || step % options.checkpointEverySteps === 0) await save();
    if (stop && !last && !patienceLost()) return 'stopped';
  }
  return 'finished';
}

function afterMeasurement(state: LoopState, loss: number | null): LoopState {
  if (loss === null) return state;
  if (state.bestHeldOutLoss === null || loss < state.bestHeldOutLoss) {
    return { ...state, bestHeldOutLoss: loss, evaluationsWithoutImprovement: 0 };
  }
  return { ...state, evaluationsWithoutImprovement: state.evaluationsWithoutImprovement + 1 };
}

function tellPoints({ onPoints, nowMs }: TrainingLoopOptions) {
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
function smoothedSpeed(nowMs: () => number): (tokens: number) => number {
  let before = nowMs();
  let rate: number | undefined;
  return (tokens) => {
    const now = nowMs();
    const current = (tokens * 1000) / Math.max(now - before, 0.01);
    before = now;
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
