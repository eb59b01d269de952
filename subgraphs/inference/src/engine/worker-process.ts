/** The engine of a GPU in a process of its own. Its last words on stderr are kept: a driver that aborts says why there. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { startProcess } from '@fathom/platform/worker-process';
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.ts';
import type { EngineWorker } from './worker.ts';

/** What a worker process says of itself before it ends by a fault. */
export interface WorkerFault {
  readonly type: 'fault';
  readonly message: string;
}

const keptOutputBytes = 2_000;

export function startWorkerProcess(options: WorkerOptions): WorkerProcess {
  const child = startProcess(new URL('./engine-worker.ts', import.meta.url), {
    args: [JSON.stringify(options)],
  });
  return new WorkerProcess(child);
}

export class WorkerProcess extends EventEmitter implements EngineWorker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(child: ChildProcess) {
    super();
    this.#child = child;
    // Not `once` of node:events, which rejects where a fault is named before the end.
    this.#ended = new Promise((resolve) => this.once('exit', resolve));
    child.on('message', (message: FromWorker | WorkerFault) => {
      if (message.type === 'fault') this.emit('error', new Error(message.message));
      else this.emit('message', message);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-keptOutputBytes);
    });
    child.once('error', (error) => this.#end(`could not be started: ${error.message}`));
    // 'close' and not 'exit': by then all that it printed has been read.
    child.once('close', (code, signal) => {
      if (signal && this.#output !== '') this.emit('error', new Error(this.#output.trim()));
      this.#end(signal ?? code ?? 'ended');
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(message: ToWorker): void {
    // A worker that has just died does not take it; its end is reported by itself.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  async terminate(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #end(how: number | string): void {
    this.#child.removeAllListeners();
    this.emit('exit', how);
  }
}
