/** The fine-tuning worker: see the platform's job executor for the protocol around it. */
import { join } from 'node:path';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { createSystemMemory } from '@fathom/platform/system-memory';
import { workerEnv } from './env.ts';
import { fineTune } from './fine-tune.ts';
import { type FineTuningMessage, type FineTuningSpecification, fineTuningSpecification } from './protocol.ts';

const env = workerEnv();
const artifacts = openArtifactStore(env);
const memory = createSystemMemory();

await runWorker<FineTuningSpecification, FineTuningMessage>({
  specification: fineTuningSpecification,
  run: (specification, channel) =>
    fineTune({
      specification,
      artifacts,
      scratchFolder: join(env.FATHOM_DATA_DIR, 'scratch', 'fine-tuning', specification.jobId),
      channel,
      availableMemory: memory.available,
    }),
  codeOf: trainingFailureCode,
});
