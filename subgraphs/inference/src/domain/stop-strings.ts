/**
 * Ends a text at the first stop string, even where it is spread over several tokens.
 *
 * Invariant: what was let through is a prefix of the text before the first stop string. So a tail that could still
 * become a stop string is withheld until the next characters decide it.
 */
export interface StopStringFilter {
  /** The text that may be shown now, and whether a stop string was met (then nothing further may be pushed). */
  push(text: string): { readonly text: string; readonly isStopped: boolean };
  /** What is withheld at the end of the text: it did not become a stop string. */
  flush(): string;
}

const letsAllThrough: StopStringFilter = { push: (text) => ({ text, isStopped: false }), flush: () => '' };

export function createStopStringFilter(stopStrings: readonly string[]): StopStringFilter {
  if (stopStrings.length === 0) return letsAllThrough;
  let withheld = '';
  return {
    push(text) {
      const pending = withheld + text;
      const stopAt = firstOccurrence(pending, stopStrings);
      if (stopAt !== undefined) {
        withheld = '';
        return { text: pending.slice(0, stopAt), isStopped: true };
      }
      const shown = pending.length - longestOpenTail(pending, stopStrings);
      withheld = pending.slice(shown);
      return { text: pending.slice(0, shown), isStopped: false };
    },
    flush() {
      const rest = withheld;
      withheld = '';
      return rest;
    },
  };
}

/**
 * Where the stop string begins that is complete first. Complete first, not begun first: otherwise the outcome would
 * depend on how the text was cut into tokens.
 */
function firstOccurrence(text: string, stopStrings: readonly string[]): number | undefined {
  let first: { readonly start: number; readonly end: number } | undefined;
  for (const stop of stopStrings) {
    const start = text.indexOf(stop);
    if (start < 0) continue;
    const end = start + stop.length;
    if (!first || end < first.end || (end === first.end && start < first.start)) first = { start, end };
  }
  return first?.start;
}

/** The length of the longest end of the text that begins a stop string. */
function longestOpenTail(text: string, stopStrings: readonly string[]): number {
  let longest = 0;
  for (const stop of stopStrings) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (stop.startsWith(text.slice(text.length - length))) longest = length;
    }
  }
  return longest;
}
