/**
 * Asks a second time where the first answer is late, takes whichever comes first and ends the other (Dean and Barroso,
 * "The Tail at Scale"). For questions only that may be asked twice.
 */
export interface HedgeOptions<Answer> {
  readonly afterMs: number;
  readonly signal: AbortSignal;
  readonly attempt: (signal: AbortSignal) => Promise<Answer>;
  /** Asked once, when the first attempt is late. */
  readonly mayHedge: () => boolean;
}

/** Rejects with the first attempt's error if both fail, and at once if the first fails before it is late. */
export async function hedge<Answer>({
  afterMs,
  signal,
  attempt,
  mayHedge,
}: HedgeOptions<Answer>): Promise<Answer> {
  const controllers = [new AbortController(), new AbortController()] as const;
  const begin = (controller: AbortController) => attempt(AbortSignal.any([signal, controller.signal]));
  const first = begin(controllers[0]);
  try {
    if ((await isSettledWithin(first, afterMs)) || !mayHedge()) return await first;
    const second = begin(controllers[1]);
    return await Promise.any([first, second]).catch(() => first);
  } finally {
    for (const controller of controllers) controller.abort('another attempt was faster');
  }
}

function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const settled = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
