/**
 * One service as a child process that is kept alive.
 *
 *   idle -> starting -> ready -> waiting -> starting ...        (an exit leads to waiting, unless it was asked for)
 *              |                    ^
 *              '---- exit ----------'
 *   any -> stopping -> stopped
 *
 * The first restart comes at once, the next ones after 0.25, 0.5, 1, 2 s ... 5 s; a service that was ready for 30 s starts
 * over. `onChange` tells every transition. The child shares an IPC channel with us and ends when it breaks.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { within } from '@fathom/platform/deferred';
import type { ReadyMessage } from '@fathom/platform/server/run-service';
import type { LogFile } from './log-file.ts';

export type ServiceState =
  | { readonly kind: 'idle' | 'starting' | 'stopping' | 'stopped' }
  | { readonly kind: 'ready'; readonly port: number; readonly ms: number }
  | { readonly kind: 'waiting'; readonly exit: string; readonly forMs: number };

export interface ManagedServiceOptions {
  readonly name: string;
  /** A JavaScript module. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: LogFile;
  readonly onChange: (state: ServiceState) => void;
}

const firstPauseMs = 250;
const maxPauseMs = 5_000;
const stableMs = 30_000;
const stopTimeoutMs = 20_000;

export class ManagedService {
  readonly name: string;
  readonly log: LogFile;
  readonly #options: ManagedServiceOptions;
  #state: ServiceState = { kind: 'idle' };
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #restartsInARow = 0;
  #readyAt = 0;

  constructor(options: ManagedServiceOptions) {
    this.name = options.name;
    this.log = options.log;
    this.#options = options;
  }

  get state(): ServiceState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    this.#become({ kind: 'starting' });
    const output = this.#options.log.openForChild();
    const child = fork(this.#options.file, [], {
      env: this.#options.env,
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', output.descriptor, output.descriptor, 'ipc'],
      // A process group of its own: Ctrl-C goes to the supervisor alone, which stops the services in order.
      detached: true,
    });
    output.close();
    this.#child = child;
    child.on('message', (message) => {
      const { type, port } = message as Partial<ReadyMessage>;
      if (type !== 'ready' || this.#state.kind !== 'starting') return;
      this.#readyAt = performance.now();
      this.#become({ kind: 'ready', port: port ?? 0, ms: Math.round(this.#readyAt - startedAt) });
    });
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => this.#ended(`could not be started (${error.message})`, resolve));
      child.once('exit', (code, signal) =>
        this.#ended(signal ? `was killed by ${signal}` : `left with exit code ${code}`, resolve),
      );
    });
  }

  /** SIGTERM, and SIGKILL if it does not end in time. */
  async stop(): Promise<void> {
    if (this.#state.kind === 'stopped') return;
    clearTimeout(this.#timer);
    if (this.#child) {
      this.#become({ kind: 'stopping' });
      this.#child.kill('SIGTERM');
      if ((await within(this.#exited, stopTimeoutMs)) === 'timeout') {
        this.kill();
        await this.#exited;
      }
    }
    this.#become({ kind: 'stopped' });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #ended(exit: string, resolve: () => void): void {
    this.#child = undefined;
    resolve();
    if (this.#state.kind === 'stopping' || this.#state.kind === 'stopped') return;
    if (this.#state.kind === 'ready' && performance.now() - this.#readyAt > stableMs)
      this.#restartsInARow = 0;
    const forMs =
      this.#restartsInARow === 0 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** (this.#restartsInARow - 1));
    this.#restartsInARow += 1;
    this.#timer = setTimeout(() => this.start(), forMs);
    this.#become({ kind: 'waiting', exit, forMs });
  }

  #become(state: ServiceState): void {
    this.#state = state;
    this.#options.onChange(state);
  }
}
