/** The training worker: see the platform's job executor for the protocol around it. */
import { join } from 'node:path';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { createFileArtifactStore } from '@fathom/platform/artifacts/file-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { workerEnv } from './env.ts';
import { type TrainingMessage, type TrainingSpecification, trainingSpecification } from './protocol.ts';
import { trainRun } from './train-run.ts';

const { FATHOM_DATA_DIR } = workerEnv();
const artifacts = createFileArtifactStore({ directory: join(FATHOM_DATA_DIR, 'artifacts') });

await runWorker<TrainingSpecification, TrainingMessage>({
  specification: trainingSpecification,
  run: (specification, channel) => trainRun({ specification, artifacts, channel }),
  codeOf: trainingFailureCode,
});
