/**
 * Arguments that a subgraph takes from objects above (`@fromContext`): read from the data on the way to an entity and
 * sent as variables. Entities with different values cannot share a fetch.
 */
import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileTypeTest, type TypeTest } from './rewrites.ts';
import { isObject, type JsonObject } from './shape-answer.ts';
import type { Place } from './targets.ts';

/** The values for the entity at this place, by variable. */
export type ContextArguments = (place: Place, entity: JsonObject) => Readonly<Record<string, unknown>>;

export function compileContextArguments(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataKeyRenamer[] | undefined,
): ContextArguments | undefined {
  if (!rewrites?.length) return undefined;
  const readers = rewrites.map(({ path, renameKeyTo }) => {
    const levelsUp = path.lastIndexOf('..') + 1;
    return { renameKeyTo, levelsUp, read: compileReader(schema, path.slice(levelsUp)) };
  });
  return ({ ancestors }, entity) => {
    const values: Record<string, unknown> = {};
    for (const { renameKeyTo, levelsUp, read } of readers) {
      const value = read(levelsUp === 0 ? entity : ancestors[ancestors.length - levelsUp]);
      // Several types may set the context; the one that applies has the value.
      if (value !== undefined) values[renameKeyTo] = value;
    }
    return values;
  };
}

type Reader = (value: unknown) => unknown;

function compileReader(schema: GraphQLSchema, path: readonly string[]): Reader {
  return path.reduceRight<Reader>(
    (next, element) => {
      if (!element.startsWith('... on ')) return (value) => mapped(value, (object) => next(object[element]));
      const isOfType: TypeTest = compileTypeTest(schema, element.slice('... on '.length), true);
      return (value) => mapped(value, (object) => (isOfType(object) ? next(object) : undefined));
    },
    (value) => value,
  );
}

function mapped(value: unknown, read: (object: JsonObject) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => mapped(element, read));
  if (value === null) return null;
  return isObject(value) ? read(value) : undefined;
}
