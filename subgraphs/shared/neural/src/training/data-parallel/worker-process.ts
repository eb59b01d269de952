/** The leader's hold on one gradient worker: a child process that is asked for one step at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NeuralError } from '../../errors.ts';
import { type StepReply, type StepRequest, stepReply, type WorkerSpecification } from './protocol.ts';

/** It ended without a word: killed, out of memory, or a crash. Another may take its place. */
export class WorkerLost extends Error {}

interface Waiting {
  readonly resolve: (reply: StepReply) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #lost: WorkerLost | undefined;
  #waiting: Waiting | undefined;
  #ready: Promise<unknown>;

  constructor(specification: WorkerSpecification, sharedMemory: number) {
    const entry = fileURLToPath(new URL(`./gradient-worker${extname(import.meta.url)}`, import.meta.url));
    // What it prints for people goes where the leader's words go.
    const child = spawn(process.execPath, [...loaderArguments(entry), entry], {
      stdio: ['pipe', 'pipe', 'inherit', sharedMemory],
    });
    this.#child = child;
    const [input, output] = [child.stdin as Writable, child.stdout as Readable];
    // A worker that died before it read its request shows in its end, not as a broken pipe here.
    input.on('error', () => undefined);
    createInterface({ input: output }).on('line', (line) => this.#hear(line));
    this.#ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#lost ??= new WorkerLost(how);
        this.#waiting?.reject(this.#lost);
        resolve();
      };
      child.once('error', (error) => end(`could not start: ${error.message}`));
      child.once('close', (code, signal) => end(signal ? `ended by ${signal}` : `exit code ${code}`));
    });
    this.#ready = this.#reply();
    this.#ready.catch(() => undefined);
    this.#write(specification);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The worker's share of the loss; its gradients lie in the shared memory then. Throws {@link WorkerLost}. */
  async ask(request: StepRequest): Promise<number> {
    await this.#ready;
    const replied = this.#reply();
    this.#write(request);
    const reply = await replied;
    if ('step' in reply && reply.step === request.step) return reply.loss;
    const what = 'failed' in reply ? reply.failed : JSON.stringify(reply);
    throw new NeuralError('RUNTIME_FAILED', `a gradient worker at step ${request.step}: ${what}`);
  }

  /** Resolves when the process is gone. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #write(message: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #reply(): Promise<StepReply> {
    return new Promise((resolve, reject) => {
      if (this.#lost) reject(this.#lost);
      else this.#waiting = { resolve, reject };
    });
  }

  #hear(line: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    try {
      waiting?.resolve(stepReply.parse(JSON.parse(line)));
    } catch (cause) {
      const message = `a gradient worker wrote ${line.slice(0, 200)}`;
      waiting?.reject(new NeuralError('RUNTIME_FAILED', message, { cause }));
    }
  }
}

/** Sources need their loader, whatever this process was started with. */
function loaderArguments(entry: string): readonly string[] {
  if (extname(entry) !== '.ts') return [];
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--conditions=development', '--import', loader];
}
