/**
 * Patterns in the form in which XGrammar 0.1.27 reads them as people mean them.
 *
 * - It takes what is beyond ASCII in a character class for single bytes, so that a completion could hold half characters. Such
 *   a class is refused with what to write instead; a dot becomes the class of all but line ends, which it reads rightly.
 *   Excluding ASCII characters (`[^"]`), and any character outside a class, are read rightly too.
 * - The pattern of a string in a JSON schema is put between quotes as it is. So it must not produce what JSON has to
 *   escape: quotes and backslashes are excluded where characters are, and refused where they are asked for.
 */
export class PatternRefusedError extends Error {
  override readonly name = 'PatternRefusedError';
}

interface Piece {
  readonly kind: 'class' | 'dot' | 'text';
  readonly source: string;
}

const escapedCodePoint = /^\\(?:u\{?([0-9a-fA-F]{4,6})\}?|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))/;
/** Classes of all but a few characters, as they are where quotes and backslashes are left out as well. */
const negatedInJson: ReadonlyMap<string, string> = new Map([
  ['.', '[^"\\\\\\n\\r]'],
  ['\\D', '[^0-9"\\\\]'],
  ['\\W', '[^a-zA-Z0-9_"\\\\]'],
  ['\\S', '[^ \\t\\n\\r\\f\\v"\\\\]'],
]);

/** Throws PatternRefusedError. */
export function portableRegex(source: string): string {
  return piecesOf(source, [])
    .map(({ kind, source: text }) => {
      if (kind === 'class') refuseBeyondAscii(text);
      return kind === 'dot' ? '[^\\n\\r]' : text;
    })
    .join('');
}

/** Checks the classes of an EBNF grammar. Throws PatternRefusedError. */
export function portableGrammar(source: string): string {
  for (const { kind, source: text } of piecesOf(source, ['"'])) if (kind === 'class') refuseBeyondAscii(text);
  return source;
}

/** Checks and rewrites the patterns of a JSON schema. Throws PatternRefusedError. */
export function portableSchema(source: string): string {
  return JSON.stringify(withPatterns(JSON.parse(source)));
}

/** Keywords whose value is data, and those whose value has schemas by names that people chose. */
const dataKeywords = new Set(['const', 'enum', 'default', 'examples']);
const namingKeywords = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);

function withPatterns(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withPatterns);
  if (typeof schema !== 'object' || schema === null) return schema;
  return mapEntries(schema, (key, value) => [key, ofKeyword(key, value)]);
}

function ofKeyword(key: string, value: unknown): unknown {
  if (dataKeywords.has(key)) return value;
  if (key === 'pattern' && typeof value === 'string') return regexInJson(value);
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'patternProperties')
    return mapEntries(value, (name, schema) => [regexInJson(name), withPatterns(schema)]);
  if (namingKeywords.has(key)) return mapEntries(value, (name, schema) => [name, withPatterns(schema)]);
  return withPatterns(value);
}

function mapEntries(of: object, map: (key: string, value: unknown) => readonly [string, unknown]): object {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => map(key, value)));
}

function regexInJson(source: string): string {
  return piecesOf(source, [])
    .map(({ kind, source: text }) => {
      const negated = negatedInJson.get(text);
      if (negated !== undefined) return negated;
      if (kind === 'class') refuseBeyondAscii(text);
      if (kind === 'class' && text.startsWith('[^')) return `[^"\\\\${text.slice(2)}`;
      if (/"|\\\\|\\["DWS]|\\x(?:22|5[cC])|\\u00(?:22|5[cC])/.test(text))
        throw new PatternRefusedError(
          `The pattern of a string in a schema cannot ask for quotes or backslashes, as ${text} does: JSON writes them otherwise.`,
        );
      return text;
    })
    .join('');
}

/** Classes, dots and what is between them; what stands in quotes is text. */
function piecesOf(source: string, quotes: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < source.length; ) {
    const character = source[at] ?? '';
    const end = endOfPiece(source, at, quotes);
    const piece = source.slice(at, end);
    pieces.push({ kind: character === '[' ? 'class' : character === '.' ? 'dot' : 'text', source: piece });
    at = end;
  }
  return pieces;
}

function endOfPiece(source: string, at: number, quotes: readonly string[]): number {
  const character = source[at] ?? '';
  if (character === '\\') return at + (escapedCodePoint.exec(source.slice(at, at + 10))?.[0].length ?? 2);
  const closing = character === '[' ? ']' : quotes.includes(character) ? character : undefined;
  if (closing === undefined) return at + 1;
  for (let end = at + 1; end < source.length; end++) {
    if (source[end] === '\\') end++;
    else if (source[end] === closing) return end + 1;
  }
  return source.length;
}

function refuseBeyondAscii(characterClass: string): void {
  for (let at = 0; at < characterClass.length; at++) {
    const escaped = escapedCodePoint.exec(characterClass.slice(at));
    const codePoint = escaped
      ? Number.parseInt(escaped[1] ?? escaped[2] ?? escaped[3] ?? '', 16)
      : (characterClass.codePointAt(at) ?? 0);
    if (codePoint > 0x7f)
      throw new PatternRefusedError(
        `The class ${characterClass} holds a character beyond ASCII. Write such characters as alternatives, (é|ß), or exclude ASCII ones, [^"].`,
      );
  }
}
