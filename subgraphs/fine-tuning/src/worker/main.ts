/** The fine-tuning worker: see the platform's job executor for the protocol around it. */
import { join } from 'node:path';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { createFileArtifactStore } from '@fathom/platform/artifacts/file-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { workerEnv } from './env.ts';
import { fineTune } from './fine-tune.ts';
import { type FineTuningMessage, type FineTuningSpecification, fineTuningSpecification } from './protocol.ts';

const { FATHOM_DATA_DIR } = workerEnv();
const artifacts = createFileArtifactStore({ directory: join(FATHOM_DATA_DIR, 'artifacts') });

await runWorker<FineTuningSpecification, FineTuningMessage>({
  specification: fineTuningSpecification,
  run: (specification, channel) => fineTune({ specification, artifacts, channel }),
  codeOf: trainingFailureCode,
});
