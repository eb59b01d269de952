/** What every benchmark prints: the machine, a table, and one line a bound. */
import { availableParallelism, cpus, totalmem } from 'node:os';

export function printMachine(): void {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  process.stdout.write(
    `${model}, ${availableParallelism()} threads, ${memoryGb} GB, Node ${process.version}, ${new Date().toISOString()}\n\n`,
  );
}

/** A table with a header row; numbers are aligned to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of cells.entries()) {
    const isText = (column: number) => index === 0 || typeof rows[index - 1]?.[column] === 'string';
    const line = row.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${line.join('  ').trimEnd()}\n`);
    if (index === 0) process.stdout.write(`${widths.map((width) => '-'.repeat(width)).join('  ')}\n`);
  }
}

export interface Bound {
  readonly name: string;
  readonly measured: number;
  readonly required: number;
  /** Whether the measured value has to be at least or at most the required one. */
  readonly direction: 'at-least' | 'at-most';
}

/** `bound NAME measured=X required=>=Y ok`, or `short` where the bound is missed. */
export function printBound({ name, measured, required, direction }: Bound): void {
  const isMet = direction === 'at-least' ? measured >= required : measured <= required;
  const round = (value: number) => Number(value.toPrecision(4));
  process.stdout.write(
    `bound ${name} measured=${round(measured)} required=${direction === 'at-least' ? '>=' : '<='}${round(required)} ${isMet ? 'ok' : 'short'}\n`,
  );
}

/** The value below which the given share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
