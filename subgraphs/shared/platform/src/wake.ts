/**
 * A bell for one waiter: `ring()` ends the present `wait()`, or the next one if nobody waits. Rings do not add up.
 */
export class Wake {
  #rung = false;
  #answer: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#answer?.();
  }

  /** Resolves when rung, or after `maxMs`. */
  async wait(maxMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxMs);
        this.#answer = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#answer = undefined;
    }
    this.#rung = false;
  }
}
