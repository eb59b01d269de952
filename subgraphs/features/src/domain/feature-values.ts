/** What features may hold. Pure: values in, problems or normal forms out. */
import { parseDateTime } from '@fathom/platform/date-time';

export const featureTypes = ['STRING', 'INTEGER', 'FLOAT', 'BOOLEAN', 'DATE_TIME', 'FLOAT_LIST'] as const;
export type FeatureType = (typeof featureTypes)[number];

export interface FeatureDefinition {
  readonly name: string;
  readonly type: FeatureType;
  readonly description: string;
}

export type FeatureValue = string | number | boolean | readonly number[] | null;

export interface FeatureRow {
  readonly entityKey: string;
  readonly at: Date;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

export interface RawFeatureRow {
  readonly entityKey: string;
  readonly at: string;
  readonly values: unknown;
}

export interface RowProblem {
  /** Place in the input, from 0. */
  readonly row: number;
  readonly feature?: string;
  readonly message: string;
}

export type RowsCheck =
  | { readonly kind: 'valid'; readonly rows: readonly FeatureRow[] }
  | { readonly kind: 'invalid'; readonly problems: readonly RowProblem[] };

export const maxEntityKeyCharacters = 500;

/** Checks rows against a view's features. Features left out become null; every problem of every row is found. */
export function checkRows(features: readonly FeatureDefinition[], rows: readonly RawFeatureRow[]): RowsCheck {
  const problems: RowProblem[] = [];
  const valid = rows.map((raw, row) =>
    checkRow(features, raw, (problem) => problems.push({ row, ...problem })),
  );
  return problems.length === 0 ? { kind: 'valid', rows: valid } : { kind: 'invalid', problems };
}

function checkRow(
  features: readonly FeatureDefinition[],
  raw: RawFeatureRow,
  report: (problem: Omit<RowProblem, 'row'>) => void,
): FeatureRow {
  if (raw.entityKey === '' || raw.entityKey.length > maxEntityKeyCharacters) {
    report({
      message: `\`entityKey\` has ${raw.entityKey.length} characters: 1 to ${maxEntityKeyCharacters} are allowed.`,
    });
  }
  const at = parseDateTime(raw.at);
  if (!at) report({ message: `\`at\` is "${raw.at}", which is not an ISO 8601 moment.` });
  if (!isObject(raw.values)) {
    report({ message: '`values` is not an object from feature name to value.' });
    return { entityKey: raw.entityKey, at: at ?? new Date(0), values: {} };
  }
  const known = new Set(features.map(({ name }) => name));
  for (const name of Object.keys(raw.values)) {
    if (!known.has(name)) report({ feature: name, message: 'The view has no such feature.' });
  }
  const values: Record<string, FeatureValue> = {};
  for (const { name, type } of features) {
    const value = Object.hasOwn(raw.values, name) ? raw.values[name] : null;
    const checked = checkValue(type, value);
    if (checked.kind === 'invalid') report({ feature: name, message: checked.message });
    else values[name] = checked.value;
  }
  return { entityKey: raw.entityKey, at: at ?? new Date(0), values };
}

type ValueCheck =
  | { readonly kind: 'valid'; readonly value: FeatureValue }
  | { readonly kind: 'invalid'; readonly message: string };

/** A value of a type in its normal form (moments in UTC), or what is wrong with it. `null` is a value of every type. */
export function checkValue(type: FeatureType, value: unknown): ValueCheck {
  if (value === null || value === undefined) return { kind: 'valid', value: null };
  const normal = normalForm(type, value);
  if (normal !== undefined) return { kind: 'valid', value: normal };
  return { kind: 'invalid', message: `${JSON.stringify(value)?.slice(0, 80)} is not ${typeNames[type]}.` };
}

const typeNames: Readonly<Record<FeatureType, string>> = {
  STRING: 'a text',
  INTEGER: 'a whole number of at most 53 bits',
  FLOAT: 'a finite number',
  BOOLEAN: 'true or false',
  DATE_TIME: 'an ISO 8601 moment',
  FLOAT_LIST: 'a list of finite numbers',
};

function normalForm(type: FeatureType, value: unknown): FeatureValue | undefined {
  switch (type) {
    case 'STRING':
      return typeof value === 'string' ? value : undefined;
    case 'INTEGER':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case 'FLOAT':
      return Number.isFinite(value) ? (value as number) : undefined;
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : undefined;
    case 'DATE_TIME':
      return typeof value === 'string' ? parseDateTime(value)?.toISOString() : undefined;
    case 'FLOAT_LIST':
      return Array.isArray(value) && value.every((item) => Number.isFinite(item))
        ? (value as number[])
        : undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
