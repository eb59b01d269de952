/** A gradient worker's process: `protocol.ts` says what it is told, `shared-layout.ts` what it reads and writes. */
import { createInterface } from 'node:readline';
import { floats, type HostTensors, hostTensors } from '../../runtime/host-tensor.ts';
import { flushDenormals } from '../../runtime/session.ts';
import { mapSharedMemory } from '../../runtime/shared-memory.ts';
import type { Run } from '../run.ts';
import { GradientLanes } from '../steps/gradient-lanes.ts';
import {
  type StepReply,
  type StepRequest,
  sharedMemoryDescriptor,
  stepRequest,
  type WorkerSpecification,
  workerSpecification,
} from './protocol.ts';
import { runParts, sharedLayoutOf } from './run-parts.ts';

function open(specification: WorkerSpecification): (request: StepRequest) => Promise<number> {
  const { worker, workers, threads, sharedBytes } = specification;
  // Written by a leader of the same release, which has checked it.
  const run = specification.run as unknown as Run;
  const plan = runParts(run);
  const shared = sharedLayoutOf(plan, workers);
  const { memory } = mapSharedMemory(sharedMemoryDescriptor, sharedBytes);
  const count = plan.parts / workers;
  // As in the leader: what this thread adds up is rounded alike.
  flushDenormals();
  const lanes = new GradientLanes({ ...plan, seed: run.seed, threads, parts: count });
  const sides: readonly HostTensors[] = ([0, 1] as const).map((side) =>
    hostTensors(plan.layout.windows(shared.parameters(memory, side))),
  );
  const parts = Array.from({ length: count }, (_, part) => ({
    part: worker * count + part,
    feeds: shared.inputs(memory, worker, part),
  }));
  const into = shared.gradients(memory, worker);
  return async ({ step, side, totalWeight }) => {
    const common = { ...sides[side]!, total_weight: floats([], Float32Array.of(totalWeight)) };
    return (await lanes.sum(parts, { step, common, into })).loss;
  };
}

/** Writes to a pipe are synchronous on POSIX, so that an exit cuts nothing off. */
function reply(message: StepReply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
let compute: ((request: StepRequest) => Promise<number>) | undefined;
for await (const line of lines) {
  try {
    if (compute === undefined) {
      compute = open(workerSpecification.parse(JSON.parse(line)));
      reply({ ready: true });
    } else {
      const request = stepRequest.parse(JSON.parse(line));
      const loss = await compute(request);
      reply({ step: request.step, loss: Number.isFinite(loss) ? loss : (String(loss) as never) });
    }
  } catch (error) {
    reply({ failed: error instanceof Error ? error.message : String(error) });
  }
}
