/** The process that measures a registered version: what it does to memory or to ONNX Runtime ends with it. */
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { readExamples } from '@fathom/neural/training/read-examples';
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

const artifacts = openArtifactStore(workerEnv());
/** Rows at once. */
const batchSize = 8;

await runWorker<EvaluationSpecification, EvaluationMessage>({
  specification: evaluationSpecification,
  async run({ files, dataSetUri, scoring, threads, runId }, channel) {
    const examples = await readExamples(await artifacts.fetch(dataSetUri));
    const detail = `measuring ${files.versionId} on ${examples.length.toLocaleString('en')} examples`;
    channel.send({ type: 'measuring', detail });
    const model = await measuredVersion(artifacts, files, { threads, batchSize });
    const exampleCount = examples.length;
    if (scoring !== null) {
      const suite = { suiteId: runId, dataSetUri, scoring, examples };
      const { loss, score } = await measureSuite(suite, model);
      channel.send({ type: 'measured', exampleCount, loss, score, ...noMetrics });
    } else {
      const loss = areGraded(examples) ? null : (await model.loss(examples)).loss;
      const metrics = await model.metrics(examples);
      channel.send({ type: 'measured', exampleCount, loss, score: null, ...metrics });
    }
    return 'done';
  },
  codeOf: trainingFailureCode,
});
