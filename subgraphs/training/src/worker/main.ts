/** The training worker: see the platform's job executor for the protocol around it. */
import { join } from 'node:path';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { createSystemMemory } from '@fathom/platform/system-memory';
import { workerEnv } from './env.ts';
import { type TrainingMessage, type TrainingSpecification, trainingSpecification } from './protocol.ts';
import { trainRun } from './train-run.ts';

const env = workerEnv();
const artifacts = openArtifactStore(env);
const memory = createSystemMemory();

await runWorker<TrainingSpecification, TrainingMessage>({
  specification: trainingSpecification,
  run: (specification, channel) =>
    trainRun({
      specification,
      artifacts,
      scratchFolder: join(env.FATHOM_DATA_DIR, 'scratch', 'training', specification.runId),
      channel,
      availableMemory: memory.available,
    }),
  codeOf: trainingFailureCode,
});
