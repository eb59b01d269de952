/**
 * What an answer looks like, compiled once an operation and a setting of its `@skip` and `@include` variables.
 *
 *   selections of the client  ->  SelectionShape --of(runtime type)-->  ObjectShape { fields in the client's order }
 *
 * An object's fields depend on its runtime type, so object shapes are made when a type is first seen and kept. After
 * that, shaping an answer looks nothing up in the schema and evaluates no fragment and no directive.
 */
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { argumentOf, deferOf } from '../operations/defer.ts';
import { type LeafCheck, leafCheckOf } from './leaf-values.ts';
import { responseNameOf } from './response-names.ts';

export interface ObjectShape {
  readonly typeName: string;
  readonly fields: readonly FieldShape[];
  /** What of it comes later. */
  readonly deferred: readonly DeferredShape[];
}

export interface DeferredShape {
  readonly label: string;
  readonly selection: SelectionShape;
}

export type FieldShape =
  /** `value` is absent where no subgraph said which object type it is. */
  | { readonly kind: 'typename'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'introspection'; readonly name: string; readonly source: string }
  | { readonly kind: 'value'; readonly name: string; readonly source: string; readonly value: ValueShape };

export type ValueShape =
  | { readonly kind: 'leaf'; readonly nonNull: boolean; readonly accepts: LeafCheck }
  | { readonly kind: 'list'; readonly nonNull: boolean; readonly of: ValueShape }
  | { readonly kind: 'object'; readonly nonNull: boolean; readonly selection: SelectionShape };

export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly clientNames: ReadonlyMap<string, string>;
  /** The coerced value of a Boolean variable. */
  readonly isTrue: (variable: string) => boolean;
}

export class SelectionShape {
  readonly #source: ShapeSource;
  readonly #type: GraphQLCompositeType;
  readonly #sets: readonly SelectionSetNode[];
  readonly #byTypeName = new Map<string, ObjectShape | undefined>();
  readonly #declared: ObjectShape;

  constructor(source: ShapeSource, type: GraphQLCompositeType, sets: readonly SelectionSetNode[]) {
    this.#source = source;
    this.#type = type;
    this.#sets = sets;
    this.#declared = this.#compile(type);
    this.#byTypeName.set(type.name, this.#declared);
  }

  /** The shape for an object's `__typename`, or for the declared type if it has none; `undefined` if clients know no such type. */
  of(typeName: unknown): ObjectShape | undefined {
    if (typeName === undefined || typeName === null) return this.#declared;
    if (typeof typeName !== 'string') return undefined;
    const known = this.#byTypeName.get(typeName);
    if (known || this.#byTypeName.has(typeName)) return known;
    const type = this.#source.schema.getType(typeName);
    const shape = type && isCompositeType(type) ? this.#compile(type) : undefined;
    // What a subgraph sends must not grow this without bound.
    if (shape) this.#byTypeName.set(typeName, shape);
    return shape;
  }

  /** `runtime` is an interface or union where no subgraph said more; then fragments on its object types do not apply. */
  #compile(runtime: GraphQLCompositeType): ObjectShape {
    const nodes = new Map<string, FieldNode[]>();
    const deferred: DeferredShape[] = [];
    const defer = (label: string, set: SelectionSetNode): void => {
      deferred.push({ label, selection: new SelectionShape(this.#source, runtime, [set]) });
    };
    for (const set of this.#sets) collectFields(this.#source, set, runtime, { nodes, defer });
    const fields: FieldShape[] = [];
    for (const [name, [first, ...others]] of nodes) {
      if (!first) continue;
      const fieldName = first.name.value;
      const source = responseNameOf(first);
      if (fieldName === '__typename') {
        fields.push({ kind: 'typename', name, value: isObjectType(runtime) ? runtime.name : undefined });
      } else if (fieldName.startsWith('__')) {
        fields.push({ kind: 'introspection', name, source });
      } else {
        const field = 'getFields' in runtime ? runtime.getFields()[fieldName] : undefined;
        const type = field?.type ?? this.#declaredFieldType(fieldName);
        // The document is valid, so this field exists on the type its fragment names.
        if (!type) continue;
        const sets = [first, ...others].flatMap(({ selectionSet }) => selectionSet ?? []);
        fields.push({ kind: 'value', name, source, value: valueShape(this.#source, type, sets) });
      }
    }
    return { typeName: runtime.name, fields, deferred };
  }

  #declaredFieldType(fieldName: string): GraphQLOutputType | undefined {
    return 'getFields' in this.#type ? this.#type.getFields()[fieldName]?.type : undefined;
  }
}

function valueShape(
  source: ShapeSource,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
): ValueShape {
  const nonNull = isNonNullType(type);
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isListType(inner)) return { kind: 'list', nonNull, of: valueShape(source, inner.ofType, sets) };
  if (isCompositeType(inner))
    return { kind: 'object', nonNull, selection: new SelectionShape(source, inner, sets) };
  return { kind: 'leaf', nonNull, accepts: leafCheckOf(inner) };
}

interface Collected {
  readonly nodes: Map<string, FieldNode[]>;
  readonly defer: (label: string, set: SelectionSetNode) => void;
}

/** As the GraphQL specification's CollectFields(), for one runtime type; the keys are the client's names. */
function collectFields(
  source: ShapeSource,
  set: SelectionSetNode,
  runtime: GraphQLCompositeType,
  into: Collected,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection.directives, source.isTrue)) continue;
    if (selection.kind === Kind.FIELD) {
      const fetched = responseNameOf(selection);
      const name = source.clientNames.get(fetched) ?? fetched;
      const nodes = into.nodes.get(name);
      if (nodes) nodes.push(selection);
      else into.nodes.set(name, [selection]);
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? source.fragments[selection.name.value] : selection;
    if (!fragment) continue;
    const condition = fragment.typeCondition?.name.value;
    if (condition !== undefined && !applies(source.schema, condition, runtime)) continue;
    const label = deferredLabel(selection.directives, source.isTrue);
    if (label === undefined) collectFields(source, fragment.selectionSet, runtime, into);
    else into.defer(label, fragment.selectionSet);
  }
}

/** Of a fragment that is deferred in this setting of the variables; see `operations/defer.ts`. */
function deferredLabel(
  directives: readonly DirectiveNode[] | undefined,
  isTrue: (variable: string) => boolean,
): string | undefined {
  const directive = deferOf(directives);
  if (!directive) return undefined;
  const condition = argumentOf(directive, 'if');
  if (condition?.kind === Kind.VARIABLE && !isTrue(condition.name.value)) return undefined;
  const label = argumentOf(directive, 'label');
  return label?.kind === Kind.STRING ? label.value : undefined;
}

function applies(schema: GraphQLSchema, condition: string, runtime: GraphQLCompositeType): boolean {
  if (condition === runtime.name) return true;
  const type = schema.getType(condition);
  return (
    isAbstractType(type) &&
    (isObjectType(runtime) || isInterfaceType(runtime)) &&
    schema.isSubType(type, runtime)
  );
}

/** Throws where a Boolean variable has no value, as the coercion of variables lets none through. */
export function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  isTrue: (variable: string) => boolean,
): boolean {
  for (const directive of directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const value = directive.arguments?.[0]?.value;
    if (value?.kind !== Kind.BOOLEAN && value?.kind !== Kind.VARIABLE)
      throw new GraphQLError(`@${name} needs a Boolean.`);
    const condition = value.kind === Kind.BOOLEAN ? value.value : isTrue(value.name.value);
    if (condition === (name === 'skip')) return false;
  }
  return true;
}
