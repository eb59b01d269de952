const isoMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * A moment with an explicit offset: whoever guesses time zones shows the future or loses the present. Days that their month does
 * not have (`Date` would take February 30 for March 2) and the year 0 (which PostgreSQL does not know) are none.
 */
export function parseDateTime(text: string): Date | undefined {
  if (!isoMoment.test(text) || text.startsWith('0000')) return undefined;
  const date = new Date(text);
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return exists && !Number.isNaN(date.getTime()) ? date : undefined;
}
