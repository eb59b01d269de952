/**
 * A service's log: the file that the service itself writes to (so its last words survive everybody), rotated at the start
 * and when it grows, and followed for what a human at the terminal should see.
 */
import { closeSync, openSync } from 'node:fs';
import { copyFile, open, readFile, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

const keptFiles = 5;
const maxBytes = 20 * 1024 * 1024;
const followEveryMs = 250;

export interface LogFile {
  readonly path: string;
  /** Opens it for a child to append to; the caller closes the descriptor once the child has it. */
  openForChild(): { readonly descriptor: number; close(): void };
  /** The last lines, oldest first. */
  lastLines(count: number): Promise<readonly string[]>;
  /** Reads what is left and stops following. */
  close(): Promise<void>;
}

export interface LogFileOptions {
  readonly folder: string;
  readonly name: string;
  /** Called for every complete line, a fraction of a second after it was written. */
  readonly onLine: (line: string) => void;
}

export async function openLogFile({ folder, name, onLine }: LogFileOptions): Promise<LogFile> {
  const path = join(folder, `${name}.log`);
  await rotate(path);
  const file = await open(path, 'a+');
  let position = 0;
  let partial = '';

  async function readNew(): Promise<void> {
    const { size } = await file.stat();
    if (size < position) position = 0;
    while (position < size) {
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.min(size - position, 65_536)),
        position,
      });
      if (bytesRead === 0) break;
      position += bytesRead;
      const lines = (partial + buffer.toString('utf8', 0, bytesRead)).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(line);
    }
    if (size > maxBytes) {
      // The writers append, so they go on at the new end.
      await copyFile(path, `${path}.1`);
      await truncate(path);
      position = 0;
    }
  }

  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(readNew).catch(() => undefined);
  }, followEveryMs);
  timer.unref();

  return {
    path,
    openForChild() {
      const descriptor = openSync(path, 'a');
      return { descriptor, close: () => closeSync(descriptor) };
    },
    async lastLines(count) {
      const text = await readFile(path, 'utf8').catch(() => '');
      return text.trimEnd().split('\n').slice(-count);
    },
    async close() {
      clearInterval(timer);
      await reading.then(readNew).catch(() => undefined);
      await file.close();
    },
  };
}

/** x.log -> x.log.1 -> ... -> x.log.5 -> gone */
async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0) return;
  for (let index = keptFiles - 1; index >= 1; index -= 1) {
    await rename(`${path}.${index}`, `${path}.${index + 1}`).catch(() => undefined);
  }
  await rename(path, `${path}.1`);
}
