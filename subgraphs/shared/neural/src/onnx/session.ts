import { InferenceSession } from 'onnxruntime-node';
import { encodeModel } from './encode-model.ts';
import type { Graph } from './types.ts';

export interface SessionOptions {
  readonly threads?: number;
  /** Spinning threads win 5% on an idle machine and cost up to half of the throughput on a shared one. */
  readonly spin?: boolean;
}

/** Loads a graph into ONNX Runtime on the CPU. */
export function createSession(graph: Graph, options: SessionOptions = {}): Promise<InferenceSession> {
  return InferenceSession.create(encodeModel(graph), {
    executionProviders: ['cpu'],
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableMemPattern: true,
    // A failure is thrown; printing it as well would put it past the service's own log.
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: options.spin ? '1' : '0' } } },
  });
}
