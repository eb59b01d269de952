/**
 * The checkpoints of the run under way: written to a scratch folder, put into the artifact store, and only then announced.
 * Scratch is this worker's alone; what an earlier worker of the run left there is removed.
 */
import { mkdir, rm } from 'node:fs/promises';
import { NeuralError } from '@fathom/neural/errors';
import { resumeTrainer } from '@fathom/neural/training/checkpoint-folder';
import type { DataParallel } from '@fathom/neural/training/run';
import type { TaskOptions } from '@fathom/neural/training/tasks';
import type { Trainer } from '@fathom/neural/training/trainer';
import type { SavedCheckpoint } from '@fathom/neural/training/training-loop';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import { AppError } from '@fathom/platform/errors';
import type { CheckpointReference, TrainingMessage } from './protocol.ts';

export interface RunCheckpoints<T extends TaskOptions> {
  /** Where the loop writes them. */
  readonly scratchFolder: string;
  /** Stores one and removes it from scratch. */
  store(saved: SavedCheckpoint): Promise<TrainingMessage & { readonly type: 'checkpointed' }>;
  /** Throws CHECKPOINT_CORRUPT where it is damaged or gone. */
  load(checkpoint: CheckpointReference, dataParallel?: DataParallel): Promise<Trainer<T>>;
  /** Of a step that was stored by this worker or named by the specification. */
  at(step: number): CheckpointReference | undefined;
  close(): Promise<void>;
}

export async function openCheckpoints<T extends TaskOptions>(options: {
  readonly artifacts: ArtifactStore;
  readonly scratchFolder: string;
  readonly known: readonly (CheckpointReference | null)[];
  readonly threads: number;
  /** What the run learns; predicting the next token when left out. */
  readonly task?: T['kind'] | undefined;
}): Promise<RunCheckpoints<T>> {
  const { artifacts, scratchFolder, threads, task } = options;
  const stored = new Map(
    options.known.flatMap((checkpoint) => (checkpoint ? [[checkpoint.step, checkpoint] as const] : [])),
  );
  await rm(scratchFolder, { recursive: true, force: true });
  await mkdir(scratchFolder, { recursive: true });
  return {
    scratchFolder,
    async store({ step, sha256, sizeBytes, heldOutLoss, folder }) {
      const { uri } = await artifacts.put(folder);
      await rm(folder, { recursive: true, force: true });
      stored.set(step, { step, sha256, artifactUri: uri });
      return { type: 'checkpointed', step, sha256, sizeBytes, heldOutLoss, artifactUri: uri };
    },
    async load({ step, sha256, artifactUri }, dataParallel) {
      const path = await artifacts.fetch(artifactUri).catch((error: unknown) => {
        if (!(error instanceof AppError) || !['ARTIFACT_CORRUPT', 'NOT_FOUND'].includes(error.code))
          throw error;
        throw new NeuralError('CHECKPOINT_CORRUPT', `checkpoint of step ${step}: ${error.message}`, {
          cause: error,
        });
      });
      return resumeTrainer<T>({
        path,
        sha256,
        threads,
        ...(task ? { task } : {}),
        ...(dataParallel ? { dataParallel } : {}),
      });
    },
    at: (step) => stored.get(step),
    close: () => rm(scratchFolder, { recursive: true, force: true }),
  };
}
