/**
 * A run whose tensors may lie anywhere (ONNX Runtime's IoBinding): those on the session's device are read and written
 * there, those of the host are copied to it and from it. Binding an input is what copies it, so an input that changes
 * on the host is bound again before the run.
 */
import { setImmediate } from 'node:timers/promises';
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
  /** Whoever holds the run holds the host's memory in it. */
  readonly #held: [BoundTensors, BoundTensors];
  #released = false;

  constructor(session: Pointer, inputs: BoundTensors, outputs: BoundTensors) {
    const ort = ortLibrary();
    this.#session = session;
    this.#held = [inputs, outputs];
    this.#binding = ort.create('CreateIoBinding', session);
    try {
      for (const [name, { handle }] of Object.entries(inputs))
        ort.call('BindInput', this.#binding, name, handle);
      for (const [name, { handle }] of Object.entries(outputs))
        ort.call('BindOutput', this.#binding, name, handle);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /**
   * Blocks until the outputs are written. `changed` are inputs to bind again, because what they hold has changed. Lets
   * the thread's other work come first. Throws `RUNTIME_FAILED`.
   */
  async run(changed: BoundTensors = {}): Promise<void> {
    await setImmediate();
    this.runNow(changed);
  }

  /** The same, without a turn of the event loop first. */
  runNow(changed: BoundTensors = {}): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the run was released');
    const ort = ortLibrary();
    for (const [name, { handle }] of Object.entries(changed))
      ort.call('BindInput', this.#binding, name, handle);
    this.#held[0] = { ...this.#held[0], ...changed };
    ort.call('RunWithBinding', this.#session, null, this.#binding);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    ortLibrary().release('ReleaseIoBinding', this.#binding);
  }
}
