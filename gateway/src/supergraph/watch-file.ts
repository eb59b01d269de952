/** Calls back when a file's folder reports a change of it: editors and config maps replace files, they do not write into them. */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface FileWatch {
  close(): void;
}

/** Bursts of events are one change. */
const settleMs = 100;

export function watchFile(file: string, onChange: () => void): FileWatch {
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    // Kubernetes swaps a link named `..data` beside the file.
    if (name !== null && name !== basename(file) && !name.startsWith('..')) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  });
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
