import { elementsAndIsotopes } from 'chemical-elements';
import type { DroppedValue, Fact, FactTable } from './fact.ts';
import type { RelationId } from './relations.ts';

const FILE = 'chemical-elements/src/elementsAndIsotopes.ts';

/** Elements that stay out of training in every form, to measure refusals; all of them exist for milliseconds only. */
export const HELD_OUT_ELEMENTS: readonly string[] = [
  'Meitnerium',
  'Darmstadtium',
  'Roentgenium',
  'Nihonium',
  'Flerovium',
  'Moscovium',
  'Livermorium',
  'Tennessine',
];

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  aluminum: ['aluminium'],
  aluminium: ['aluminum'],
  cesium: ['caesium'],
  caesium: ['cesium'],
  sulfur: ['sulphur'],
};

/** The noble gas that closes each period, by atomic number. */
const PERIOD_ENDS = [2, 10, 18, 36, 54, 86, 118] as const;

/** Period of an element: the row of the periodic table that holds its atomic number. */
export function periodOf(atomicNumber: number): number {
  return PERIOD_ENDS.findIndex((end) => atomicNumber <= end) + 1;
}

/**
 * Group 1 to 18, or undefined for the f-block (lanthanides and actinides without their last members), which has no number.
 * Counted from the ends of the period: the first two columns from its start, all others back from its noble gas.
 */
export function groupOf(atomicNumber: number): number | undefined {
  if (atomicNumber === 1) return 1;
  if (atomicNumber === 2) return 18;
  const period = periodOf(atomicNumber);
  const start = (PERIOD_ENDS[period - 2] ?? 0) + 1;
  const end = PERIOD_ENDS[period - 1] ?? 0;
  const fromStart = atomicNumber - start;
  if (fromStart < 2) return fromStart + 1;
  const group = 18 - (end - atomicNumber);
  return group >= 3 && (period < 6 || group > 2) ? group : undefined;
}

const METALLOIDS = new Set(['Boron', 'Silicon', 'Germanium', 'Arsenic', 'Antimony', 'Tellurium']);
const NONMETALS = new Set(['Hydrogen', 'Carbon', 'Nitrogen', 'Oxygen', 'Phosphorus', 'Sulfur', 'Selenium']);

/** The family a chemist would name first. */
export function familyOf(name: string, atomicNumber: number): string {
  if (NONMETALS.has(name)) return 'reactive nonmetals';
  if (METALLOIDS.has(name)) return 'metalloids';
  if (atomicNumber >= 57 && atomicNumber <= 71) return 'lanthanides';
  if (atomicNumber >= 89 && atomicNumber <= 103) return 'actinides';
  const group = groupOf(atomicNumber) ?? 3;
  if (group === 1) return 'alkali metals';
  if (group === 2) return 'alkaline earth metals';
  if (group === 17) return 'halogens';
  if (group === 18) return 'noble gases';
  return group <= 12 ? 'transition metals' : 'post-transition metals';
}

/** Everything learnt about chemical elements. */
export function elementFacts(): FactTable {
  const facts: Fact[] = [];
  const dropped: DroppedValue[] = [];
  for (const element of elementsAndIsotopes) {
    if (HELD_OUT_ELEMENTS.includes(element.name)) {
      dropped.push({ file: FILE, subject: element.name, reason: 'held out of training' });
      continue;
    }
    const subject = element.name.toLowerCase();
    const add = (relation: RelationId, value: string | undefined, reason = 'no value'): void => {
      if (value === undefined)
        dropped.push({ file: FILE, subject: element.name, reason: `${relation}: ${reason}` });
      else facts.push({ relation, subject, aliases: ALIASES[subject] ?? [], value, source: { file: FILE } });
    };
    const group = element.number >= 57 && element.number <= 71 ? undefined : groupOf(element.number);
    const inF = element.number >= 89 && element.number <= 103;
    add('symbol', element.symbol);
    add('atomicNumber', String(element.number));
    add('mass', element.mass ? element.mass.toFixed(2) : undefined, 'no stable isotope');
    add('group', group === undefined || inF ? undefined : String(group), 'f-block elements have no group');
    add('period', String(periodOf(element.number)));
    add('family', familyOf(element.name, element.number));
    add('isotope', mostAbundantIsotope(element, subject), 'no natural abundance');
    add('element', `${element.symbol} and the atomic number ${element.number}`);
    const inverse = { aliases: [], value: subject, source: { file: FILE } };
    facts.push({ relation: 'symbolOf', subject: element.symbol, ...inverse });
    facts.push({ relation: 'atomicNumberOf', subject: String(element.number), ...inverse });
  }
  return { facts, dropped };
}

function mostAbundantIsotope(
  element: (typeof elementsAndIsotopes)[number],
  subject: string,
): string | undefined {
  const natural = element.isotopes.filter((isotope) => isotope.abundance !== undefined);
  const [first] = natural.sort((a, b) => (b.abundance ?? 0) - (a.abundance ?? 0));
  return first ? `${subject}-${first.nominal}` : undefined;
}
