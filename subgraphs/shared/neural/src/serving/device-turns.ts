/**
 * Whose turn it is on a device. ONNX Runtime's WebGPU sessions of one process write into one command encoder: two that run at once,
 * or one that runs while another is opened, end each other's ("Command encoding already finished"). So whoever steps, loads or
 * unloads takes a turn for it, in the order of asking; what is long takes several, and leaves room for others between them.
 */
export interface DeviceTurns {
  /** Resolves with what the work gives, rejects with what it throws; whoever comes next has the device either way. */
  take<T>(work: () => Promise<T> | T): Promise<T>;
}

/** For the processor, and for whoever has a device alone. */
export const noTurns: DeviceTurns = { take: async (work) => work() };

export function createDeviceTurns(): DeviceTurns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
