/** The changes a plan wants made to representations before, and to answers after a fetch; compiled once a plan. */
import type { FetchDataRewrite } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { isObject, type JsonObject } from './shape-answer.ts';

export type Rewrite = (value: unknown) => void;

export type TypeTest = (object: JsonObject) => boolean;

const fragmentPrefix = '... on ';

/** `undefined` if there is nothing to rewrite. */
export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined {
  if (!rewrites?.length) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(schema: GraphQLSchema, rewrite: FetchDataRewrite): Rewrite {
  const [last = '', ...parents] = rewrite.path.toReversed();
  const change =
    rewrite.kind === 'ValueSetter'
      ? (object: JsonObject) => {
          object[last] = rewrite.setValueTo;
        }
      : (object: JsonObject) => {
          if (!Object.hasOwn(object, last) || object[last] === undefined) return;
          if (object[rewrite.renameKeyTo] === undefined || object[last] !== null)
            object[rewrite.renameKeyTo] = object[last];
          delete object[last];
        };
  return parents.reduce<Rewrite>((next, element) => step(schema, element, next), atObjects(change));
}

/** Applies to an object, or to each of a list. */
function atObjects(change: (object: JsonObject) => void): Rewrite {
  const apply: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(apply);
    else if (isObject(value)) change(value);
  };
  return apply;
}

function step(schema: GraphQLSchema, element: string, next: Rewrite): Rewrite {
  if (!element.startsWith(fragmentPrefix))
    return atObjects((object) => {
      if (Object.hasOwn(object, element)) next(object[element]);
    });
  const isOfType = compileTypeTest(schema, element.slice(fragmentPrefix.length), true);
  return atObjects((object) => {
    if (isOfType(object)) next(object);
  });
}

/** Whether an object's `__typename` is this type or one of its possible types; `ifUnknown` where it has none. */
export function compileTypeTest(schema: GraphQLSchema, condition: string, ifUnknown: boolean): TypeTest {
  const type = schema.getType(condition);
  const names = new Set([condition]);
  if (isAbstractType(type)) {
    for (const possible of schema.getPossibleTypes(type)) names.add(possible.name);
    if (isInterfaceType(type))
      for (const { name } of schema.getImplementations(type).interfaces) names.add(name);
  }
  return (object) => {
    const name = object['__typename'];
    return name === undefined || name === null ? ifUnknown : names.has(name as string);
  };
}

export function objectTypeNames(schema: GraphQLSchema): ReadonlySet<unknown> {
  return new Set(
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .map(({ name }) => name),
  );
}
