import { z } from 'zod';

/**
 * How text is cut into words before merges apply; merges never cross a cut. Ours is Llama 3's pattern with digits cut
 * singly (a small model then sees every number as its digits) and the contractions written without an inline flag,
 * which JavaScript lacks.
 */
export const wordPattern =
  "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** What `ByteLevel` with `use_regex: true` cuts by. */
const gpt2Pattern = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const split = z.object({
  type: z.literal('Split'),
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal('Isolated'),
  invert: z.literal(false).default(false),
});
const byteLevel = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.boolean().default(true),
});
const digits = z.object({ type: z.literal('Digits'), individual_digits: z.literal(true) });
const step = z.discriminatedUnion('type', [split, byteLevel, digits]);
const sequence = z.object({ type: z.literal('Sequence'), pretokenizers: z.array(step) });
export const preTokenizerJson = z.union([sequence, step]);
export type PreTokenizerJson = z.infer<typeof preTokenizerJson>;

export const defaultPreTokenizer: PreTokenizerJson = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
  ],
};

/** Cuts a text into words; nothing is lost or changed. Throws a SyntaxError for a pattern JavaScript does not know. */
export function createPreTokenizer(json: PreTokenizerJson): (text: string) => string[] {
  const steps = json.type === 'Sequence' ? json.pretokenizers : [json];
  const patterns = steps.flatMap((item): RegExp[] => {
    if (item.type === 'Digits') return [/\p{N}/gu];
    if (item.type === 'ByteLevel') return item.use_regex ? [compilePattern(gpt2Pattern)] : [];
    return [compilePattern(item.pattern.Regex)];
  });
  return (text) =>
    patterns.reduce((words, pattern) => words.flatMap((word) => isolate(word, pattern)), [text]);
}

/** Of which letters' other cases Unicode knows more than one: `(?i:s)` is also the long s. */
const contractions = "'(?:[sS\u017FtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])";

/**
 * A pattern as Hugging Face's tokenizers (Oniguruma) read it. JavaScript's `\s` is another set of characters than
 * Unicode's white space, and it has no inline flags in the versions of Node that this runs on.
 */
function compilePattern(pattern: string): RegExp {
  const unknown = pattern.match(/\\[wWbBhHG]|\(\?[a-z]*i[a-z]*[:)](?!'s\|)/u)?.[0];
  if (unknown !== undefined) throw new SyntaxError(`${unknown} is not supported`);
  const source = pattern
    .replaceAll("(?i:'s|'t|'re|'ve|'m|'ll|'d)", contractions)
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}')
    .replaceAll('\\d', '\\p{Nd}')
    .replaceAll('\\D', '\\P{Nd}');
  return new RegExp(source, 'gu');
}

/** Matches, and what lies between them, in order. */
function isolate(text: string, pattern: RegExp): string[] {
  const words: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0].length === 0) continue;
    if (match.index > end) words.push(text.slice(end, match.index));
    words.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) words.push(text.slice(end));
  return words;
}
