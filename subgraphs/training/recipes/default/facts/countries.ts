import {
  CAPITAL_CORRECTIONS,
  COUNTRY_CODE_CORRECTIONS,
  CURRENCY_CODE_CORRECTIONS,
  CURRENCY_CORRECTIONS,
  DOMAIN_CORRECTIONS,
  REFUSED_VALUES,
} from './corrections.ts';
import { ALIASES, HELD_OUT_PLACES, LEFT_OUT, NAMES, SPELLINGS } from './country-names.ts';
import { comparable, type DroppedValue, type Fact, type FactSource, type FactTable } from './fact.ts';
import { LANGUAGE_SPELLINGS, MAIN_LANGUAGES } from './languages.ts';
import { type CountryRow, readCountryTable } from './packages.ts';
import type { RelationId } from './relations.ts';

type Corrections = readonly (readonly [country: string, packaged: string, corrected: string])[];

interface TableSpec {
  readonly relation: RelationId;
  readonly table: string;
  readonly field: string;
  readonly corrections?: Corrections;
  /** From the package's value to the value the model says; undefined drops it, with the reason given. */
  readonly say?: (value: unknown, row: CountryRow) => string | { readonly drop: string };
}

const text = (value: unknown): string | { readonly drop: string } =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : { drop: 'no value' };

const DIRECT_TABLES: readonly TableSpec[] = [
  { relation: 'capital', table: 'capital-city', field: 'city', corrections: CAPITAL_CORRECTIONS },
  { relation: 'currency', table: 'currency-name', field: 'currency_name', corrections: CURRENCY_CORRECTIONS },
  {
    relation: 'currencyCode',
    table: 'currency-code',
    field: 'currency_code',
    corrections: CURRENCY_CODE_CORRECTIONS,
  },
  { relation: 'continent', table: 'continent', field: 'continent' },
  { relation: 'region', table: 'region-in-world', field: 'location', say: sayRegion },
  { relation: 'callingCode', table: 'calling-code', field: 'calling_code', say: sayCallingCode },
  { relation: 'domain', table: 'domain-tld', field: 'tld', corrections: DOMAIN_CORRECTIONS },
  {
    relation: 'countryCode',
    table: 'abbreviation',
    field: 'abbreviation',
    corrections: COUNTRY_CODE_CORRECTIONS,
  },
  { relation: 'population', table: 'population', field: 'population', say: sayPopulation },
  { relation: 'area', table: 'surface-area', field: 'area', say: sayArea },
  { relation: 'independence', table: 'independence-date', field: 'independence', say: sayYear },
  { relation: 'dish', table: 'national-dish', field: 'dish', say: sayDish },
  { relation: 'landlocked', table: 'landlocked', field: 'landlocked', say: sayLandlocked },
];

/** Inverse relations, learnt where exactly one learnt country has the value. */
const INVERSES: readonly { readonly of: RelationId; readonly relation: RelationId }[] = [
  { of: 'capital', relation: 'capitalOf' },
  { of: 'callingCode', relation: 'callingCodeOf' },
  { of: 'domain', relation: 'domainOf' },
  { of: 'countryCode', relation: 'countryCodeOf' },
];

const PARTS_OF_A_STATE = new Set(['England', 'Scotland', 'Wales', 'Northern Ireland']);

export function sentenceName(packageName: string): string {
  return NAMES[packageName] ?? packageName;
}

function isLearnt(packageName: string): boolean {
  return !(packageName in LEFT_OUT) && !HELD_OUT_PLACES.includes(packageName);
}

/** Everything learnt about countries, and every value of the package that was refused. */
export function countryFacts(): FactTable {
  const facts: Fact[] = [];
  const dropped: DroppedValue[] = [];
  for (const spec of DIRECT_TABLES) {
    const table = factsOfTable(spec);
    facts.push(...table.facts);
    dropped.push(...table.dropped);
  }
  const languages = languageFacts();
  facts.push(...languages.facts, ...INVERSES.flatMap((inverse) => inverseFacts(facts, inverse)));
  return { facts, dropped: [...dropped, ...languages.dropped] };
}

function factsOfTable(spec: TableSpec): FactTable {
  const { file, rows } = readCountryTable(spec.table);
  const corrections = new Map(spec.corrections?.map(([country, ...rest]) => [country, rest]));
  const facts: Fact[] = [];
  const dropped: DroppedValue[] = [];
  for (const row of rows) {
    const country = SPELLINGS[row.country] ?? row.country;
    const isRepeated = facts.some((fact) => fact.subject === sentenceName(country));
    const reason = isRepeated ? 'a second row of the same country' : refusal(spec.table, country);
    const said = reason ? { drop: reason } : (spec.say ?? text)(row[spec.field], row);
    if (typeof said !== 'string') {
      dropped.push({ file, subject: row.country, reason: said.drop });
      continue;
    }
    const correction = corrections.get(country);
    corrections.delete(country);
    facts.push(countryFact({ relation: spec.relation, country, value: said, file, correction }));
  }
  const stale = [...corrections.keys()];
  if (stale.length > 0) throw new Error(`${file} no longer has the rows corrected for ${stale.join(', ')}`);
  return { facts, dropped };
}

function refusal(table: string, country: string): string | undefined {
  if (HELD_OUT_PLACES.includes(country)) return 'held out of training';
  return LEFT_OUT[country] ?? REFUSED_VALUES.find(([of, name]) => of === table && name === country)?.[2];
}

function countryFact(input: {
  readonly relation: RelationId;
  readonly country: string;
  readonly value: string;
  readonly file: string;
  readonly correction: readonly string[] | undefined;
}): Fact {
  const subject = sentenceName(input.country);
  const [packaged, corrected] = input.correction ?? [];
  let source: FactSource = { file: input.file };
  if (packaged !== undefined && corrected !== undefined) {
    if (packaged !== input.value) {
      throw new Error(
        `${input.file}: ${input.country} is ${input.value}, the correction expects ${packaged}`,
      );
    }
    source = { file: input.file, correction: { packaged, reason: 'truncated, outdated, misspelt or local' } };
  }
  return {
    relation: input.relation,
    subject,
    aliases: ALIASES[subject] ?? [],
    value: corrected ?? input.value,
    source,
  };
}

function languageFacts(): FactTable {
  const { file, rows } = readCountryTable('languages');
  const listed = new Map(
    rows.map((row) => [
      SPELLINGS[row.country] ?? row.country,
      Array.isArray(row.languages) ? row.languages.map(String) : [],
    ]),
  );
  const facts: Fact[] = [];
  const learnt = new Set<string>();
  for (const [language, countries] of Object.entries(MAIN_LANGUAGES)) {
    for (const country of countries) {
      const names = listed.get(country)?.map((name) => LANGUAGE_SPELLINGS[name] ?? name) ?? [];
      if (!names.includes(language)) throw new Error(`${file} does not list ${language} for ${country}`);
      learnt.add(country);
      facts.push(
        countryFact({ relation: 'language', country, value: language, file, correction: undefined }),
      );
    }
  }
  const dropped = [...listed.keys()]
    .filter((country) => !learnt.has(country) && isLearnt(country))
    .map((subject) => ({ file, subject, reason: 'no single main language in the list' }));
  return { facts, dropped };
}

function inverseFacts(
  facts: readonly Fact[],
  inverse: { readonly of: RelationId; readonly relation: RelationId },
): Fact[] {
  const holders = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (fact.relation !== inverse.of || PARTS_OF_A_STATE.has(fact.subject)) continue;
    const key = comparable(fact.value);
    holders.set(key, [...(holders.get(key) ?? []), fact]);
  }
  return [...holders.values()]
    .filter((candidates) => candidates.length === 1)
    .flatMap(([fact]) => (fact && comparable(fact.value) !== comparable(fact.subject) ? [fact] : []))
    .map((fact) => ({
      relation: inverse.relation,
      subject: fact.value,
      aliases: inverseAliases(fact.value),
      value: fact.subject,
      source: fact.source,
    }));
}

/** A capital is also asked for without its accents, and Washington without its district. */
function inverseAliases(name: string): string[] {
  const plain = name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  return [...new Set([plain, plain.replace(/, D\.C\.$/, '')])].filter((alias) => alias !== name);
}

function sayRegion(value: unknown): string | { readonly drop: string } {
  const said = text(value);
  if (typeof said !== 'string') return said;
  if (said.includes('/')) return { drop: 'two regions in one value' };
  const spellings: Record<string, string> = {
    Caribbean: 'the Caribbean',
    'Middle East': 'the Middle East',
    'British Isles': 'the British Isles',
    'Nordic Countries': 'Northern Europe',
    'Baltic Countries': 'Northern Europe',
    'Central and Southeast Europe': 'Southern Europe',
    'Southern Asia': 'Southern and Central Asia',
    'Southeast Asia': 'Southeast Asia',
  };
  return spellings[said] ?? said;
}

function sayCallingCode(value: unknown): string | { readonly drop: string } {
  if (typeof value !== 'number') return { drop: 'no value' };
  const digits = String(value);
  return digits.length === 4 && digits.startsWith('1') ? `+1 ${digits.slice(1)}` : `+${digits}`;
}

/** Two or three significant digits, as people say such numbers; the package holds the World Bank's figures of 2018. */
function sayPopulation(value: unknown): string | { readonly drop: string } {
  if (typeof value !== 'number' || value <= 0) return { drop: 'no value' };
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} billion`;
  if (value >= 1e7) return `${Math.round(value / 1e6)} million`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1).replace('.0', '')} million`;
  return withThousands(toSignificant(value, 2));
}

function sayArea(value: unknown): string | { readonly drop: string } {
  if (typeof value !== 'number' || value <= 0) return { drop: 'no value' };
  return value < 10 ? String(value) : withThousands(toSignificant(value, 3));
}

function sayYear(value: unknown): string | { readonly drop: string } {
  if (typeof value !== 'number') return { drop: 'no value' };
  return value < 1500 ? { drop: 'legendary or disputed' } : String(value);
}

function sayDish(value: unknown): string | { readonly drop: string } {
  const said = text(value);
  if (typeof said !== 'string') return said;
  if (/no officially/i.test(said)) return { drop: 'no value' };
  const first = said.split(/[,(]/)[0]?.trim() ?? '';
  return first.length > 2 && first.length < 30 ? first : { drop: 'no single dish' };
}

function sayLandlocked(value: unknown): string | { readonly drop: string } {
  if (value === '1') return 'is';
  return value === '0' ? 'is not' : { drop: 'no value' };
}

function toSignificant(value: number, digits: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(value)) + 1 - digits);
  return Math.round(value / scale) * scale;
}

function withThousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
