/**
 * What can be wrong in a service, said in words of its schema and not of a fetch: executors ask differently, and the same
 * fault must meet both.
 */
import { defaultFieldResolver, type GraphQLSchema, isObjectType, Kind, parse, visit } from 'graphql';
import type { SubgraphAnswer } from '../../src/subgraphs/subgraph.ts';
import { refuse, type SubgraphDefinition } from './suite.ts';

export type Fault =
  /** The field fails, with an error. `at`: `Type.field`. */
  | { readonly kind: 'error'; readonly service: string; readonly at: string }
  /** The field is null without an error, also where it may not be. */
  | { readonly kind: 'null'; readonly service: string; readonly at: string }
  /** No reference to an entity of this type leads anywhere. */
  | { readonly kind: 'missing'; readonly service: string; readonly at: string }
  /** An error in the place of all data. */
  | { readonly kind: 'dataless'; readonly service: string }
  /** Its errors get lost on the way. */
  | { readonly kind: 'silent'; readonly service: string };

type Resolvers = SubgraphDefinition['resolvers'];

/** All that can be wrong with a service. */
export function possibleFaults(service: string, schema: GraphQLSchema): readonly Fault[] {
  const faults: Fault[] = [
    { kind: 'dataless', service },
    { kind: 'silent', service },
  ];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    faults.push({ kind: 'missing', service, at: type.name });
    for (const { name } of Object.values(type.getFields()))
      if (!name.startsWith('_'))
        for (const kind of ['error', 'null'] as const)
          faults.push({ kind, service, at: `${type.name}.${name}` });
  }
  return faults;
}

/** The same service where every output may be null, so that nulls stay where they are. */
export function withoutNonNull(sdl: string): string {
  let text = sdl;
  const cuts: number[] = [];
  visit(parse(sdl), {
    InputValueDefinition: () => false,
    DirectiveDefinition: () => false,
    NonNullType: ({ kind, loc }) => {
      if (kind === Kind.NON_NULL_TYPE && loc) cuts.push(loc.end - 1);
    },
  });
  for (const cut of cuts.toSorted((a, b) => b - a)) text = text.slice(0, cut) + text.slice(cut + 1);
  return text;
}

export function withMissingEntities(resolvers: Resolvers, isMissing: (type: string) => boolean): Resolvers {
  return Object.fromEntries(
    Object.entries(resolvers).map(([type, ofType]) => {
      const resolve = (ofType as { readonly __resolveReference?: unknown }).__resolveReference;
      if (typeof resolve !== 'function') return [type, ofType];
      const __resolveReference = (...args: unknown[]) => (isMissing(type) ? null : resolve(...args));
      return [type, { ...ofType, __resolveReference }];
    }),
  );
}

export function failFields(schema: GraphQLSchema, faultAt: (at: string) => Fault['kind'] | undefined): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve = defaultFieldResolver } = field;
      const at = `${type.name}.${field.name}`;
      field.resolve = (...args) => {
        const fault = faultAt(at);
        if (fault === 'error') refuse('FAULTY', `${at} is faulty.`);
        return fault === 'null' ? null : resolve(...args);
      };
    }
  }
}

export function faultyAnswer(answer: SubgraphAnswer, faults: readonly Fault[]): SubgraphAnswer {
  if (faults.some(({ kind }) => kind === 'dataless'))
    return { data: null, errors: [{ message: 'Nothing today.', extensions: { code: 'DATALESS' } }] };
  if (!faults.some(({ kind }) => kind === 'silent')) return answer;
  const { errors: _lost, ...silent } = answer;
  return silent;
}
