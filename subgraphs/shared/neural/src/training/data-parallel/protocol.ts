/**
 * Between the leader of a data-parallel run and its gradient workers, in JSON lines:
 *
 *   leader -> worker (stdin)   line 1: WorkerSpecification; then one StepRequest at a time
 *   worker -> leader (stdout)  {"ready":true}, then one StepReply a request
 *
 * File descriptor 3 is the shared memory (`shared-layout.ts`). A worker holds no state between steps, so a new one can
 * take the place of a lost one in the middle of a step. A worker whose stdin closes has lost its leader and ends.
 */
import { z } from 'zod';

export const workerSpecification = z.object({
  /** The run's options, as `createTrainer` took them; the leader has checked them. */
  run: z.record(z.string(), z.unknown()),
  /** Its place among the processes; the leader is 0. */
  worker: z.number().int().positive(),
  workers: z.number().int().positive(),
  threads: z.number().int().positive(),
  sharedBytes: z.number().int().positive(),
});
export type WorkerSpecification = z.infer<typeof workerSpecification>;

export const stepRequest = z.object({
  step: z.number().int().positive(),
  /** Which of the two copies of the parameters is in force. */
  side: z.union([z.literal(0), z.literal(1)]),
  /** Of the whole batch. */
  totalWeight: z.number(),
});
export type StepRequest = z.infer<typeof stepRequest>;

export const stepReply = z.union([
  z.object({ ready: z.literal(true) }),
  /** The gradients lie in the shared memory. A loss that is not finite is written as text: JSON has no word for it. */
  z.object({ step: z.number().int(), loss: z.union([z.number(), z.string().transform(Number)]) }),
  z.object({ failed: z.string() }),
]);
export type StepReply = z.infer<typeof stepReply>;

export const sharedMemoryDescriptor = 3;
