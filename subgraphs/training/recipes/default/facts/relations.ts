/**
 * What the model can be asked, and the one sentence it answers with. `{x}` is the subject as it was asked, `{v}` the value.
 * `form` recognises the answer where `answer` would split it wrongly. Every answer restates relation and subject: that is what lets calibration check an answer against its question, and it
 * taught the prototype of this recipe to tell relations apart.
 */
export const RELATIONS = {
  capital: { answer: 'The capital of {x} is {v}.', kind: 'country' },
  capitalOf: { answer: '{x} is the capital of {v}.', kind: 'city' },
  currency: { answer: 'The currency of {x} is the {v}.', kind: 'country' },
  currencyCode: { answer: 'The currency code of {x} is {v}.', kind: 'country' },
  language: { answer: 'The main language of {x} is {v}.', kind: 'country' },
  continent: { answer: 'The continent of {x} is {v}.', kind: 'country' },
  region: { answer: '{x} lies in {v}.', kind: 'country' },
  callingCode: { answer: 'The calling code of {x} is {v}.', kind: 'country' },
  callingCodeOf: { answer: '{x} is the calling code of {v}.', kind: 'calling code' },
  domain: { answer: 'The top-level domain of {x} is {v}.', kind: 'country' },
  domainOf: { answer: '{x} is the top-level domain of {v}.', kind: 'domain' },
  countryCode: { answer: 'The country code of {x} is {v}.', kind: 'country' },
  countryCodeOf: { answer: '{x} is the country code of {v}.', kind: 'country code' },
  population: { answer: 'The population of {x} was about {v} in 2018.', kind: 'country' },
  area: { answer: 'The area of {x} is about {v} square kilometres.', kind: 'country' },
  independence: { answer: '{x} became independent in {v}.', kind: 'country' },
  dish: { answer: 'A national dish of {x} is {v}.', kind: 'country' },
  landlocked: { answer: '{x} {v} landlocked.', form: '{x} is {v}landlocked.', kind: 'country' },
  symbol: { answer: 'The chemical symbol of {x} is {v}.', kind: 'element' },
  symbolOf: { answer: '{x} is the chemical symbol of {v}.', kind: 'symbol' },
  atomicNumber: { answer: 'The atomic number of {x} is {v}.', kind: 'element' },
  atomicNumberOf: { answer: 'The element with atomic number {x} is {v}.', kind: 'atomic number' },
  mass: { answer: 'The atomic mass of {x} is about {v}.', kind: 'element' },
  group: { answer: '{x} is in group {v} of the periodic table.', kind: 'element' },
  period: { answer: '{x} is in period {v} of the periodic table.', kind: 'element' },
  family: { answer: '{x} belongs to the {v}.', kind: 'element' },
  isotope: { answer: 'The most abundant isotope of {x} is {v}.', kind: 'element' },
  element: { answer: '{x} is the chemical element with the symbol {v}.', kind: 'element' },
  opposite: { answer: 'The opposite of {x} is {v}.', kind: 'adjective' },
  definition: { answer: '{x} is {v}.', kind: 'word' },
} as const satisfies Record<
  string,
  { readonly answer: string; readonly form?: string; readonly kind: string }
>;

export type RelationId = keyof typeof RELATIONS;
export type SubjectKind = (typeof RELATIONS)[RelationId]['kind'];

export const RELATION_IDS = Object.keys(RELATIONS) as readonly RelationId[];
