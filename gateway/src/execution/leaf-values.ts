/** Whether a value that a subgraph sent may stand where the schema says a scalar or an enum stands. */
import { type GraphQLLeafType, isEnumType } from 'graphql';

export type LeafCheck = (value: unknown) => boolean;

const isInteger = (value: unknown): boolean => Number.isInteger(value);
const isText = (value: unknown): boolean => typeof value === 'string';

/** Of the scalars that GraphQL defines; the values of others are nobody's business but their service's. */
const builtIn: Readonly<Record<string, LeafCheck>> = {
  Int: isInteger,
  Float: (value) => typeof value === 'number',
  String: isText,
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => isText(value) || isInteger(value),
};

const anything: LeafCheck = () => true;

/** An enum value that clients cannot see (`@inaccessible`) is as wrong as one that does not exist. */
export function leafCheckOf(type: GraphQLLeafType): LeafCheck {
  if (!isEnumType(type))
    return Object.hasOwn(builtIn, type.name) ? (builtIn[type.name] ?? anything) : anything;
  const names = new Set(type.getValues().map(({ name }) => name));
  return (value) => names.has(value as string);
}
