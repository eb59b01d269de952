/** The process that loads a model which is to be registered: what it does to memory or to ONNX Runtime ends with it. */
import { NeuralError } from '@fathom/neural/errors';
import { checkModel } from '@fathom/neural/serving/check-model';
import { runWorker } from '@fathom/platform/jobs/worker';
import { type CheckMessage, checkSpecification } from './check-protocol.ts';

await runWorker<{ folder: string; threads: number }, CheckMessage>({
  specification: checkSpecification,
  async run({ folder, threads }, channel) {
    const checked = await checkModel(folder, { threads });
    channel.send({ type: 'checked', ...checked });
    return 'done';
  },
  codeOf: (error) => (error instanceof NeuralError ? error.code : undefined),
});
