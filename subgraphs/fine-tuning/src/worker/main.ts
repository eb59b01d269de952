/** The fine-tuning worker: see the platform's job executor for the protocol around it. */
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { createSystemMemory } from '@fathom/platform/system-memory';
import { workerEnv } from './env.ts';
import { fineTune } from './fine-tune.ts';
import { type FineTuningMessage, type FineTuningSpecification, fineTuningSpecification } from './protocol.ts';

const artifacts = openArtifactStore(workerEnv());
const memory = createSystemMemory();

await runWorker<FineTuningSpecification, FineTuningMessage>({
  specification: fineTuningSpecification,
  run: (specification, channel) =>
    fineTune({ specification, artifacts, channel, availableMemory: memory.available }),
  codeOf: trainingFailureCode,
});
