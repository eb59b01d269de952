/**
 * How many items a list may have, by what its field was asked for.
 *
 * `@listSize` decides where there is one: the largest of its slicing arguments that are given or have a default, else its
 * `assumedSize`. Where the schema says nothing, `first`, `last` or `limit` are taken for what they are everywhere.
 * Source: "GraphQL Cost Directives" of IBM, section 8.
 */
import { type FieldNode, type GraphQLField, Kind } from 'graphql';
import type { ListSize } from './cost-table.ts';

/** A field that must be asked for with exactly one of these arguments, and was not. */
export interface UnsizedList {
  readonly field: string;
  readonly slicingArguments: readonly string[];
  /** How many of them there were. */
  readonly given: number;
}

const byConvention: readonly string[] = ['first', 'last', 'limit'];

type Variables = Readonly<Record<string, unknown>>;
type Field = GraphQLField<unknown, unknown>;

/** `undefined` where nothing says it. */
export function requestedSize(
  listSize: ListSize | undefined,
  field: Field,
  node: FieldNode,
  variables: Variables,
): number | undefined {
  const given = sizesGiven(listSize ? listSize.slicingArguments : byConvention, field, node, variables);
  return given.length > 0 ? Math.max(0, ...given) : listSize?.assumedSize;
}

export function unsized(
  listSize: ListSize,
  field: Field,
  node: FieldNode,
  variables: Variables,
): Omit<UnsizedList, 'field'> | undefined {
  const { slicingArguments, requireOneSlicingArgument } = listSize;
  if (!requireOneSlicingArgument || slicingArguments.length === 0) return undefined;
  const given = sizesGiven(slicingArguments, field, node, variables).length;
  return given === 1 ? undefined : { slicingArguments, given };
}

function sizesGiven(
  names: readonly string[],
  field: Field,
  node: FieldNode,
  variables: Variables,
): readonly number[] {
  return field.args.flatMap((argument) => {
    if (!names.includes(argument.name)) return [];
    const literal = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
    const sent =
      literal?.kind === Kind.VARIABLE
        ? variables[literal.name.value]
        : literal?.kind === Kind.INT
          ? Number(literal.value)
          : undefined;
    const size = typeof sent === 'number' ? sent : argument.defaultValue;
    return typeof size === 'number' ? [size] : [];
  });
}
