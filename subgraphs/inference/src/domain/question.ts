/**
 * The form in which two questions count as the same: for the exact cache and for taught wordings. It forgives what
 * people vary without meaning it (case, spacing, typographic quotes, closing punctuation) and nothing else.
 */
export function normaliseQuestion(question: string): string {
  return question
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\s?!.]+$/u, '');
}
