/** How far a long command is, on stderr: one line that is rewritten on a terminal, a line each tenth elsewhere. */
import type { WriteStream } from 'node:tty';

export interface ProgressLine {
  /** `label` names the phase; a new one begins a new line. */
  show(label: string, doneBytes: number, totalBytes: number): void;
  /** A line of its own. */
  say(text: string): void;
  end(): void;
}

const redrawMs = 100;

export function createProgressLine(
  output: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  let label = '';
  let startedAt = 0;
  let startBytes = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let tenthsSaid = 0;
  let isOpen = false;

  const closeLine = () => {
    if (isOpen) output.write('\n');
    isOpen = false;
  };

  return {
    show(phase, doneBytes, totalBytes) {
      const now = nowMs();
      if (phase !== label) {
        closeLine();
        label = phase;
        startedAt = now;
        startBytes = doneBytes;
        drawnAt = Number.NEGATIVE_INFINITY;
        tenthsSaid = 0;
      }
      const isDone = doneBytes >= totalBytes;
      const text = progressText({ label, doneBytes, totalBytes, startBytes, elapsedMs: now - startedAt });
      if (output.isTTY) {
        if (!isDone && now - drawnAt < redrawMs) return;
        drawnAt = now;
        output.write(`\r\u001b[K${text.slice(0, (output.columns ?? 80) - 1)}`);
        isOpen = true;
        return;
      }
      const tenths = Math.floor((10 * doneBytes) / totalBytes);
      if (tenths <= tenthsSaid) return;
      tenthsSaid = tenths;
      output.write(`${text}\n`);
    },
    say(text) {
      closeLine();
      output.write(`${text}\n`);
    },
    end: closeLine,
  };
}

interface ProgressFacts {
  readonly label: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** What was there before this phase began. */
  readonly startBytes: number;
  readonly elapsedMs: number;
}

export function progressText({ label, doneBytes, totalBytes, startBytes, elapsedMs }: ProgressFacts): string {
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes;
  const filled = Math.floor(share * 20);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
  const done = `${label} ${bar} ${Math.floor(100 * share)}% ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
  const bytesPerSecond = elapsedMs > 0 ? ((doneBytes - startBytes) / elapsedMs) * 1_000 : 0;
  if (bytesPerSecond === 0 || doneBytes >= totalBytes) return done;
  return `${done}, ${formatBytes(bytesPerSecond)}/s, ${Math.ceil((totalBytes - doneBytes) / bytesPerSecond)} s left`;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
