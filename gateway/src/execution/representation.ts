/**
 * How an entity is named to the subgraph that is asked for more of it: its type and the fields of a key, and whatever
 * that subgraph `@requires`. Compiled once a plan.
 */
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { merge } from './merge.ts';
import { compileTypeTest, type Rewrite } from './rewrites.ts';
import { isObject, type JsonObject } from './shape-answer.ts';

/** `undefined` if the entity lacks a field that is needed, or is of a type that is not asked for. */
export type Represent = (entity: JsonObject) => JsonObject | undefined;

export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  rewrite: Rewrite | undefined,
): Represent {
  const select = compileSelections(schema, requires);
  return (entity) => {
    const representation = select(entity);
    if (representation?.['__typename'] === undefined) return undefined;
    rewrite?.(representation);
    return representation;
  };
}

type Select = (source: JsonObject) => JsonObject | undefined;
type Step = (source: JsonObject, into: JsonObject) => boolean;

const any = () => true;

function compileSelections(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): Select {
  const steps = selections.map((selection): Step => {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      const select = selection.selections?.length
        ? compileSelections(schema, selection.selections)
        : undefined;
      return (source, into) => {
        if (!Object.hasOwn(source, name) || source[name] === undefined) return false;
        into[name] = select ? selectFrom(source[name], select) : source[name];
        return true;
      };
    }
    const select = compileSelections(schema, selection.selections);
    const isOfType = selection.typeCondition ? compileTypeTest(schema, selection.typeCondition, false) : any;
    return (source, into) => {
      const selected = isOfType(source) ? select(source) : undefined;
      if (selected) merge(into, selected, any);
      return true;
    };
  });
  return (source) => {
    const into: JsonObject = {};
    for (const step of steps) if (!step(source, into)) return undefined;
    return into;
  };
}

function selectFrom(value: unknown, select: Select): unknown {
  if (Array.isArray(value)) return value.map((element) => selectFrom(element, select));
  return isObject(value) ? (select(value) ?? null) : null;
}
