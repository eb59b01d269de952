export interface CsvRow {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * RFC 4180: fields separated by commas, in quotes where they hold commas, quotes (doubled) or line ends; CRLF or LF.
 * Blank lines are skipped. A quote that is never closed swallows the rest, so it is the last problem reported.
 */
export function parseCsv(text: string): {
  readonly rows: readonly CsvRow[];
  readonly problems: readonly CsvProblem[];
} {
  const rows: CsvRow[] = [];
  const problems: CsvProblem[] = [];
  let line = 1;
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  while (at < text.length) {
    const startLine = line;
    const fields: string[] = [];
    let rowEnded = false;
    while (!rowEnded) {
      const field = readField(text, at);
      line += field.lines;
      at = field.next;
      fields.push(field.value);
      if (field.problem) problems.push({ line: startLine, message: field.problem });
      if (text[at] === ',') at += 1;
      else rowEnded = true;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: startLine, fields });
  }
  return { rows, problems };
}

interface Field {
  readonly value: string;
  readonly next: number;
  /** Line ends inside the field. */
  readonly lines: number;
  readonly problem?: string;
}

function readField(text: string, start: number): Field {
  return text[start] === '"' ? readQuoted(text, start) : readPlain(text, start);
}

function readPlain(text: string, start: number): Field {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && !isLineEnd(text, end)) end += 1;
  const value = text.slice(start, end);
  return value.includes('"')
    ? { value, next: end, lines: 0, problem: 'has a quote inside a field that does not begin with one' }
    : { value, next: end, lines: 0 };
}

function readQuoted(text: string, start: number): Field {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0)
      return { value, next: text.length, lines: 0, problem: 'opens a quote that is never closed' };
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  const lines = value.split('\n').length - 1;
  const follows = text[at];
  if (follows === undefined || follows === ',' || follows === '\n' || isLineEnd(text, at))
    return { value, next: at, lines };
  const rest = readPlain(text, at);
  return { value: value + rest.value, next: rest.next, lines, problem: 'has text behind a closing quote' };
}

const isLineEnd = (text: string, at: number): boolean => text[at] === '\r' && text[at + 1] === '\n';
