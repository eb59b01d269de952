/** One LoRA job from its base version to a stored adapter, telling the service each step of the way. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoraAdapter } from '@fathom/neural/lora/adapter';
import { writeAdapter } from '@fathom/neural/lora/adapter-folder';
import { loadModelFolder, type ModelFolder } from '@fathom/neural/models/model-folder';
import type { Batch } from '@fathom/neural/training/batch';
import { type Batches, batchesOf, defaultPromptWeight } from '@fathom/neural/training/batches';
import { resumeFromCheckpoint } from '@fathom/neural/training/checkpoint-folder';
import { evaluationBatchesOf, measure } from '@fathom/neural/training/evaluation-batches';
import { checkMemory } from '@fathom/neural/training/memory-estimate';
import { openSplit } from '@fathom/neural/training/packed/example-source';
import { packExamples } from '@fathom/neural/training/packed/pack-examples';
import { piecesInFile } from '@fathom/neural/training/packed/piece-source';
import type { NewRun } from '@fathom/neural/training/run';
import type { FittingLengths } from '@fathom/neural/training/sequence-length';
import { createTrainer, type Trainer } from '@fathom/neural/training/trainer';
import { type LoopOutcome, trainingLoop } from '@fathom/neural/training/training-loop';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { WorkerChannel } from '@fathom/platform/jobs/worker';
import type { FineTuningMessage, FineTuningSpecification } from './protocol.ts';

export interface Work {
  readonly specification: FineTuningSpecification;
  readonly artifacts: ArtifactStore;
  /** This job's alone, on this machine. */
  readonly scratchFolder: string;
  readonly channel: WorkerChannel<FineTuningMessage>;
  /** Bytes that the worker may still take. */
  readonly availableMemory: () => number;
}

interface Prepared extends FittingLengths {
  readonly base: ModelFolder;
  readonly batches: Batches;
  readonly heldOut: Iterable<Batch>;
  readonly heldOutExamples: number;
  readonly exampleCount: number;
  /** Lets go of what is read from the disk. */
  close(): void;
}

const heldOutShare = 0.1;
const checkpointEverySteps = 25;
const warmupShare = 0.05;

export async function fineTune(work: Work): Promise<'done' | 'stopped'> {
  const { channel, specification, scratchFolder } = work;
  const { baseVersionId } = specification;
  // What an earlier worker of the job left.
  await rm(scratchFolder, { recursive: true, force: true });
  try {
    channel.send({
      type: 'phase',
      phase: 'PREPARING',
      detail: `fetching ${baseVersionId} and the examples`,
    });
    const prepared = await prepare(work);
    try {
      return await learn(work, prepared);
    } finally {
      prepared.close();
    }
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function learn(work: Work, prepared: Prepared): Promise<'done' | 'stopped'> {
  const { channel } = work;
  const trainer = await createOrResume(work, prepared);
  try {
    const heldOutLoss = async () =>
      (await measure((batch) => trainer.evaluate(batch), prepared.heldOut)).loss;
    channel.send({
      type: 'prepared',
      exampleCount: prepared.exampleCount,
      parameterCount: countParameters(trainer.exportAdapter()),
      // B is zero before the first step, so this is the loss of the base model.
      initialHeldOutLoss: trainer.step === 0 ? await heldOutLoss() : null,
    });
    channel.send({ type: 'phase', phase: 'TRAINING', detail: trainingDetail(trainer, prepared) });
    if ((await train(work, { trainer, prepared, heldOutLoss })).end === 'stopped') return 'stopped';
    channel.send({ type: 'phase', phase: 'EVALUATING', detail: 'measuring and storing the adapter' });
    const final = await heldOutLoss();
    const stored = await store(work, trainer.exportAdapter());
    channel.send({
      type: 'produced',
      ...stored,
      heldOutLoss: final,
      heldOutExamples: prepared.heldOutExamples,
    });
    return 'done';
  } finally {
    await trainer.release();
  }
}

/** The examples are read from the disk as they are needed, and their tokens as well: neither is ever held whole. */
async function prepare({ specification, artifacts, scratchFolder }: Work): Promise<Prepared> {
  const { seed, batchSize } = specification;
  const base = await loadModelFolder(await artifacts.fetch(specification.baseUri));
  const split = await openSplit(await artifacts.fetch(specification.examplesUri), {
    seed,
    heldOutShare,
    scratchFolder: join(scratchFolder, 'split'),
  });
  const packed = await packExamples(split.all, {
    ...base,
    batchSize,
    maxPositions: base.config.maxPositions,
    folder: join(scratchFolder, 'packed'),
    sides: ['training', 'held-out'],
    sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
  });
  const { sequenceLength, longestSegment, files, close } = packed;
  const shape = { batchSize, sequenceLength, seed };
  return {
    base,
    sequenceLength,
    longestSegment,
    batches: batchesOf(piecesInFile(files.training, defaultPromptWeight), shape),
    heldOut: evaluationBatchesOf(piecesInFile(files['held-out'], 0), shape),
    heldOutExamples: split.heldOut.count,
    exampleCount: split.all.count,
    close,
  };
}

/** Throws MEMORY_INSUFFICIENT with the sum before anything is built that could not fit. */
async function createOrResume(
  { specification, availableMemory }: Work,
  { base, sequenceLength, longestSegment }: Prepared,
): Promise<Trainer> {
  const { resumeFrom, checkpointFolder, threads, rank, alpha, steps } = specification;
  const { config, weights } = base;
  const warmupSteps = Math.min(Math.ceil(steps * warmupShare), steps - 1);
  const run: NewRun = {
    config,
    batchSize: specification.batchSize,
    sequenceLength,
    longestSegment,
    optimizer: { learningRate: specification.learningRate, weightDecay: 0 },
    schedule: { kind: 'cosine', warmupSteps, totalSteps: steps, finalRatio: 0.1 },
    seed: specification.seed,
    lora: { rank, alpha },
  };
  checkMemory(run, { availableBytes: availableMemory(), threads });
  if (resumeFrom) return resumeFromCheckpoint({ ...resumeFrom, folder: checkpointFolder, threads, weights });
  return createTrainer({ ...run, weights, threads });
}

function train(
  { channel, specification }: Work,
  given: {
    readonly trainer: Trainer;
    readonly prepared: Prepared;
    readonly heldOutLoss: () => Promise<number>;
  },
): Promise<LoopOutcome> {
  return trainingLoop({
    trainer: given.trainer,
    batches: given.prepared.batches,
    totalSteps: specification.steps,
    checkpointFolder: specification.checkpointFolder,
    checkpointEverySteps,
    heldOut: { everySteps: specification.steps, patience: 0, measure: given.heldOutLoss },
    stopRequested: channel.stopRequested,
    onPoints: (points) => channel.send({ type: 'stepped', points: [...points] }),
    onCheckpoint: ({ step, sha256 }) => channel.send({ type: 'checkpointed', step, sha256 }),
    nowMs: () => performance.now(),
  });
}

function trainingDetail(trainer: Trainer, { batches }: Prepared): string {
  const from = trainer.step === 0 ? '' : `going on from step ${trainer.step}; `;
  return `${from}${batches.tokensPerEpoch.toLocaleString('en')} tokens an epoch`;
}

const countParameters = ({ tensors }: LoraAdapter): number =>
  [...tensors.values()].reduce((total, { data }) => total + data.length, 0);

async function store({ artifacts, specification }: Work, adapter: LoraAdapter) {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-adapter-'));
  try {
    const path = join(folder, 'adapter');
    await writeAdapter(path, adapter, { baseModel: specification.baseVersionId });
    const { uri, sizeBytes } = await artifacts.put(path);
    return { artifactUri: uri, sizeBytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
