/**
 * What a question is about, read off its words: enough to tell "the Lisbon office" from "the Porto office", which a
 * sentence embedding places at 0.9 of each other. Language: English.
 */
export interface QuestionWords {
  /** Names and numbers, lower-cased: the words that must not differ. */
  readonly names: ReadonlySet<string>;
  /** Stems of all words that carry meaning, names included. */
  readonly content: ReadonlySet<string>;
  /** What kind of thing is asked for; `any` for "what", "which" and questions without a question word. */
  readonly asksFor:
    | 'person'
    | 'time'
    | 'place'
    | 'duration'
    | 'frequency'
    | 'reason'
    | 'manner'
    | 'amount'
    | 'any';
}

const functionWords = new Set(
  `a about above after again against all am an and any are as at be because been before being below between both but by
  can could did do does doing done for from had has have having he her here hers him his how i if in into is it its itself
  just kindly let me mine more most much must my myself no nor not now of off on once only or other our ours out over own
  please same shall she should so some such tell than that the their them then there these they this those through to too
  under until up us very was we were what whats when where wheres which while who whom whose whos why will with would you
  your yours know say give want wonder`.split(/\s+/),
);

/** Words that name the kind of a thing rather than the thing: their presence on one side only means nothing. */
const genericWords = new Set(
  `city company country person people man woman place thing time hour day date year number amount kind sort type word
  answer question project team system many much long often large big frequently right correct exact current currently
  use used take taken make made get got handle responsible charge`
    .split(/\s+/)
    .map(stem),
);

/** The first that matches decides. "What time" and "in charge" are as good as "when" and "who". */
const questionKinds: readonly (readonly [QuestionWords['asksFor'], RegExp])[] = [
  ['frequency', /\bhow (often|frequently)\b/],
  ['duration', /\b(how long|how many (days|weeks|months|years|hours|minutes)|(days|weeks|months) is)\b/],
  ['amount', /\bhow (many|much|large|big|high|tall|far|fast|old|heavy)\b/],
  ['time', /\b(when|(what|which|at what) (time|hour|date|day|year))\b/],
  ['place', /\bwhere\b/],
  ['reason', /\bwhy\b/],
  ['person', /\b(who|whom|whose)\b/],
  ['manner', /\bhow (do|does|can|could|should|to|is|are|did)\b/],
];

export function questionWords(text: string): QuestionWords {
  const names = new Set<string>();
  const content = new Set<string>();
  for (const { word, startsSentence } of words(text)) {
    const lower = word.toLowerCase();
    const isFunctionWord = functionWords.has(lower.replaceAll("'", ''));
    if (/\d/.test(word) || (!startsSentence && !isFunctionWord && /^\p{Lu}/u.test(word))) names.add(lower);
    const isRequest = startsSentence && lower === 'name';
    if (!isFunctionWord && !isRequest) content.add(stem(lower));
  }
  const lower = text.toLowerCase();
  const asksFor = questionKinds.find(([, pattern]) => pattern.test(lower))?.[0] ?? 'any';
  return { names, content, asksFor };
}

/** The words of `a` that carry meaning of their own and are missing in `b`. */
export function distinctiveWords(a: QuestionWords, b: QuestionWords): readonly string[] {
  return [...a.content].filter((word) => !b.content.has(word) && !genericWords.has(word));
}

/** True unless both questions ask for different kinds of things: "who" is not "when", but may be "which person". */
export function asksAlike(a: QuestionWords, b: QuestionWords): boolean {
  return a.asksFor === b.asksFor || a.asksFor === 'any' || b.asksFor === 'any';
}

/** Equal for texts that differ only in case, punctuation and white space. */
export function normaliseQuestion(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The share of each set that the other has, as their harmonic mean: 1 for equal sets, 0 for disjoint ones. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return a.size === b.size ? 1 : 0;
  const common = [...a].filter((word) => b.has(word)).length;
  return (2 * common) / (a.size + b.size);
}

function* words(text: string): Iterable<{ readonly word: string; readonly startsSentence: boolean }> {
  let startsSentence = true;
  for (const [token] of text.normalize('NFKC').matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’-]*|[.?!:]/gu)) {
    if (/^[.?!:]$/.test(token)) {
      startsSentence = true;
      continue;
    }
    yield { word: token.replaceAll('’', "'").replace(/'s$/, ''), startsSentence };
    startsSentence = false;
  }
}

/** Folds the endings that matter to comparing two questions; not a linguist's stemmer. */
function stem(word: string): string {
  if (word.length <= 4) return word.replace(/(?<=[^s])s$/, '');
  return word
    .replace(/(ies)$/, 'y')
    .replace(/(sses)$/, 'ss')
    .replace(/(?<=[^s])s$/, '')
    .replace(/(?<=.{3})(ing|ed)$/, '')
    .replace(/(?<=.{3})e$/, '');
}
