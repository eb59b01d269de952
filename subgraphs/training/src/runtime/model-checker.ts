/** Checks model folders, each in a process of its own. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChildProcessExecutor } from '@fathom/platform/jobs/child-process-executor';
import type { Logger } from '@fathom/platform/logging';
import { errors, type TrainingErrorCode } from '../errors.ts';
import { type CheckedFacts, checkMessage } from '../worker/check-protocol.ts';

export type ModelCheck =
  | ({ readonly kind: 'sound' } & Omit<CheckedFacts, 'type'>)
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface ModelChecker {
  check(folder: string): Promise<ModelCheck>;
}

export interface ModelCheckerOptions {
  readonly threads: number;
  /** 0 to 19. */
  readonly niceness: number;
  /** A model that takes longer is refused: its graph may never end. */
  readonly patienceMs: number;
  readonly logger: Logger;
  readonly onStart?: (pid: number) => void;
}

export function createModelChecker(options: ModelCheckerOptions): ModelChecker {
  const { threads, niceness, patienceMs, logger, onStart } = options;
  const executor = createChildProcessExecutor({
    entry: fileURLToPath(new URL(`../worker/check-model${extname(import.meta.url)}`, import.meta.url)),
    env: {},
    niceness,
    logger,
    ...(onStart ? { onStart } : {}),
  });
  return {
    async check(folder) {
      const worker = executor.start({ folder, threads });
      const overdue = setTimeout(() => worker.kill(), patienceMs);
      let outcome: ModelCheck | undefined;
      for await (const line of worker.messages) {
        const { data } = checkMessage.safeParse(line);
        if (data?.type === 'checked') outcome = { ...data, kind: 'sound' };
        if (data?.type === 'failed')
          outcome = { kind: 'refused', code: data.code, message: withoutFolder(data.message, folder) };
      }
      const { detail } = await worker.exited;
      clearTimeout(overdue);
      return outcome ?? crashed(detail);
    },
  };
}

/** Where the files lie on this machine is nobody's concern. */
const withoutFolder = (message: string, folder: string): string => message.replaceAll(`${folder}/`, '');

/** A process that ended without a word was most likely ended for the memory that it took. */
function crashed(detail: string): ModelCheck {
  return {
    kind: 'refused',
    code: 'MODEL_CHECK_CRASHED' satisfies TrainingErrorCode,
    message: `${errors.MODEL_CHECK_CRASHED.message} (${detail})`,
  };
}
