import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A real process of this repository's TypeScript, for tests that kill one. Its messages are what `waitFor` matches. */
export interface TestChild {
  /** The first message that matches, be it already here or still to come. Rejects if the process ends before. */
  waitFor<T extends object>(matches: (message: T) => boolean): Promise<T>;
  send(message: object): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export function startTestChild(file: URL, configuration: object): TestChild {
  const child = fork(file, [JSON.stringify(configuration)], {
    execArgv: ['--conditions=development', '--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const messages: object[] = [];
  child.on('message', (message: object) => messages.push(message));
  return {
    waitFor: <T extends object>(matches: (message: T) => boolean) => firstMessage(child, messages, matches),
    send: (message) => child.send(message),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function firstMessage<T extends object>(
  child: ChildProcess,
  messages: readonly object[],
  matches: (message: T) => boolean,
): Promise<T> {
  const known = (messages as readonly T[]).find(matches);
  if (known) return known;
  return await new Promise<T>((resolve, reject) => {
    const onMessage = (message: object) => {
      if (!matches(message as T)) return;
      child.off('exit', onExit);
      child.off('message', onMessage);
      resolve(message as T);
    };
    const onExit = () => reject(new Error('the process ended before it said what was waited for'));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
