/**
 * Text as PostgreSQL can hold it. A model that writes bytes can write U+0000, which no text and no JSON there holds: a result
 * with one could never be stored. It is shown, streamed and stored as U+FFFD.
 */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
