/** The process that measures a registered version: what it does to memory or to ONNX Runtime ends with it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { openExamples } from '@fathom/neural/training/packed/example-source';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { runWorker } from '@fathom/platform/jobs/worker';
import { noMetrics } from '../domain/task-metrics.ts';
import { workerEnv } from './env.ts';
import {
  type EvaluationMessage,
  type EvaluationSpecification,
  evaluationSpecification,
} from './evaluation-protocol.ts';
import { areGraded } from './measured-model.ts';
import { measureSuite } from './suites.ts';
import { measuredVersion } from './version-files.ts';

const env = workerEnv();
const artifacts = openArtifactStore(env);
/** Rows at once. */
const batchSize = 8;

await runWorker<EvaluationSpecification, EvaluationMessage>({
  specification: evaluationSpecification,
  async run({ files, dataSetUri, scoring, threads, runId }, channel) {
    const scratchFolder = join(env.FATHOM_DATA_DIR, 'scratch', 'evaluation', runId);
    // What an earlier worker of the measurement left.
    await rm(scratchFolder, { recursive: true, force: true });
    const source = await openExamples(await artifacts.fetch(dataSetUri));
    const exampleCount = source.count;
    const detail = `measuring ${files.versionId} on ${exampleCount.toLocaleString('en')} examples`;
    channel.send({ type: 'measuring', detail });
    const model = await measuredVersion(artifacts, files, { threads, batchSize, scratchFolder });
    try {
      if (scoring !== null) {
        const suite = { suiteId: runId, dataSetUri, scoring, examples: source };
        const { loss, score } = await measureSuite(suite, model);
        channel.send({ type: 'measured', exampleCount, loss, score, ...noMetrics });
      } else {
        const loss = (await areGraded(source.read())) ? null : (await model.loss(source)).loss;
        const metrics = await model.metrics(source);
        channel.send({ type: 'measured', exampleCount, loss, score: null, ...metrics });
      }
      return 'done';
    } finally {
      await rm(scratchFolder, { recursive: true, force: true });
    }
  },
  codeOf: trainingFailureCode,
});
