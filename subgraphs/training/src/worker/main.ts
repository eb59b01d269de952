/** The training worker: see the platform's job executor for the protocol around it. */
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { workerEnv } from './env.ts';
import { type TrainingMessage, type TrainingSpecification, trainingSpecification } from './protocol.ts';
import { trainRun } from './train-run.ts';

const artifacts = openArtifactStore(workerEnv());

await runWorker<TrainingSpecification, TrainingMessage>({
  specification: trainingSpecification,
  run: (specification, channel) => trainRun({ specification, artifacts, channel }),
  codeOf: trainingFailureCode,
});
