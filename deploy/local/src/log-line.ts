/** What of a service's log is worth a line on the terminal: warnings, errors, and words that are no JSON at all. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

/** An ECS line as a human reads it. */
export function describeLine(line: string): LogEntry {
  const parsed = parseEcs(line);
  if (!parsed) return { level: /^\s+at |^$/.test(line) ? 'info' : 'error', text: line };
  const level = parsed['log.level'];
  const error = parsed['error'] as { message?: unknown } | undefined;
  const text = [parsed['message'], error?.message]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(': ');
  return {
    level: level === 'error' || level === 'fatal' ? 'error' : level === 'warn' ? 'warn' : 'info',
    text,
  };
}

function parseEcs(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Lets a text through once in so many milliseconds, so that a service in trouble does not flood the terminal. */
export function createRepetitionFilter(
  quietMs: number,
  now: () => number = Date.now,
): (text: string) => boolean {
  const lastShown = new Map<string, number>();
  return (text) => {
    const time = now();
    const shown = lastShown.get(text);
    if (shown !== undefined && time - shown < quietMs) return false;
    lastShown.set(text, time);
    if (lastShown.size > 1_000) lastShown.delete(lastShown.keys().next().value as string);
    return true;
  };
}
