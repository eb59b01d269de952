/**
 * A run whose tensors may lie anywhere (ONNX Runtime's IoBinding): those on the session's device are read and written
 * there, those of the host are copied to it and from it. Binding an input is what copies it, so an input that changes
 * on the host is bound again before the run.
 */
import { NeuralError } from '../errors.ts';
import { ortLibrary, type Pointer } from './ort-library.ts';

/** A tensor wherever its memory lies. */
export interface BoundTensor {
  /** The OrtValue over it. */
  readonly handle: Pointer;
}
export type BoundTensors = Readonly<Record<string, BoundTensor>>;

export class BoundRun {
  readonly #session: Pointer;
  readonly #binding: Pointer;
  readonly #options: Pointer;
  /** Whoever holds the run holds the host's memory in it. */
  readonly #held: [BoundTensors, BoundTensors];
  #running: Promise<void> | undefined;
  #released = false;

  constructor(session: Pointer, inputs: BoundTensors, outputs: BoundTensors) {
    const ort = ortLibrary();
    this.#session = session;
    this.#held = [inputs, outputs];
    this.#binding = ort.create('CreateIoBinding', session);
    this.#options = ort.create('CreateRunOptions');
    try {
      this.#bind(inputs);
      for (const [name, { handle }] of Object.entries(outputs))
        ort.call('BindOutput', this.#binding, name, handle);
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  /**
   * Resolves when the outputs are written; another thread runs meanwhile, so that this one has its messages and timers.
   * `changed` are inputs to bind again, because what they hold has changed. Throws `RUNTIME_FAILED`.
   */
  async run(changed: BoundTensors = {}): Promise<void> {
    this.#begin(changed);
    const ort = ortLibrary();
    this.#running = ort.callInBackground('RunWithBinding', this.#session, this.#options, this.#binding);
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  /** The same in this thread, for what takes no time. */
  runNow(changed: BoundTensors = {}): void {
    this.#begin(changed);
    ortLibrary().call('RunWithBinding', this.#session, this.#options, this.#binding);
  }

  /** Ends a run that is under way, between two of its operators; it is rejected. Resolves when it has ended. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.#running) {
      ortLibrary().call('RunOptionsSetTerminate', this.#options);
      await this.#running.catch(() => undefined);
    }
    this.#free();
  }

  /** Of a run that is not under way. */
  releaseNow(): void {
    if (this.#released) return;
    this.#released = true;
    this.#free();
  }

  #begin(changed: BoundTensors): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the run was released');
    this.#bind(changed);
    this.#held[0] = { ...this.#held[0], ...changed };
  }

  #bind(inputs: BoundTensors): void {
    const ort = ortLibrary();
    for (const [name, { handle }] of Object.entries(inputs))
      ort.call('BindInput', this.#binding, name, handle);
  }

  #free(): void {
    const ort = ortLibrary();
    ort.release('ReleaseIoBinding', this.#binding);
    ort.release('ReleaseRunOptions', this.#options);
  }
}
