export interface CsvRow {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** What is wrong with how it is written; its fields are a guess then. */
  readonly problems: readonly string[];
}

/**
 * RFC 4180, line by line: fields separated by commas, in quotes where they hold commas, quotes (doubled) or line ends;
 * CRLF or LF. Blank lines are skipped. A row is held until its last quote is closed, but never more of it than
 * `maxRowCharacters`: a quote that is not closed by then is a problem, and reading goes on with the next line.
 */
export class CsvReader {
  readonly #maxRowCharacters: number;
  #fields: string[] = [];
  #problems: string[] = [];
  #startLine = 0;
  #characters = 0;
  /** The quoted field that the next line goes on with. */
  #open: string | undefined;

  constructor(maxRowCharacters: number) {
    this.#maxRowCharacters = maxRowCharacters;
  }

  /** The row that ends with this line, if one does. The line comes without its `\n`. */
  push(text: string, line: number): CsvRow | undefined {
    if (this.#open === undefined) {
      if (text === '' || text === '\r') return undefined;
      this.#startLine = line;
    }
    this.#characters += text.length + 1;
    let at = 0;
    for (;;) {
      const field = this.#open === undefined ? readField(text, at) : readQuoted(text, at, this.#open);
      this.#open = undefined;
      if (field.kind === 'open') {
        this.#open = `${field.value}\n`;
        return this.#characters > this.#maxRowCharacters ? this.#giveUp() : undefined;
      }
      this.#fields.push(field.value);
      if (field.problem) this.#problems.push(field.problem);
      at = field.next;
      if (text[at] !== ',') return this.#take();
      at += 1;
    }
  }

  /** The row that the end of the text left open. */
  end(): CsvRow | undefined {
    return this.#open === undefined ? undefined : this.#giveUp();
  }

  #giveUp(): CsvRow {
    this.#open = undefined;
    this.#problems.push(
      this.#characters > this.#maxRowCharacters
        ? `opens a quote that is not closed within ${this.#maxRowCharacters.toLocaleString('en')} characters`
        : 'opens a quote that is never closed',
    );
    return this.#take();
  }

  #take(): CsvRow {
    const row = { line: this.#startLine, fields: this.#fields, problems: this.#problems };
    this.#fields = [];
    this.#problems = [];
    this.#characters = 0;
    return row;
  }
}

type Field =
  | { readonly kind: 'closed'; readonly value: string; readonly next: number; readonly problem?: string }
  | { readonly kind: 'open'; readonly value: string };

function readField(text: string, start: number): Field {
  return text[start] === '"' ? readQuoted(text, start + 1, '') : readPlain(text, start);
}

function readPlain(text: string, start: number): Field & { kind: 'closed' } {
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? lineEnd(text) : comma;
  const value = text.slice(start, Math.max(start, end));
  const next = Math.max(start, end);
  return value.includes('"')
    ? { kind: 'closed', value, next, problem: 'has a quote inside a field that does not begin with one' }
    : { kind: 'closed', value, next };
}

/** `before` is what the lines before held of it. */
function readQuoted(text: string, start: number, before: string): Field {
  let value = before;
  let at = start;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { kind: 'open', value: value + text.slice(at) };
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  if (text[at] === ',' || at >= lineEnd(text)) return { kind: 'closed', value, next: at };
  const rest = readPlain(text, at);
  return {
    kind: 'closed',
    value: value + rest.value,
    next: rest.next,
    problem: 'has text behind a closing quote',
  };
}

const lineEnd = (text: string): number => (text.endsWith('\r') ? text.length - 1 : text.length);
