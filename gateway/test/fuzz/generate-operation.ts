/**
 * Operations by the grammar of a schema, from a row of bytes: fields, aliases, arguments, inline and named fragments, spread
 * more than once, and switches by literal and by variable.
 *
 * What it makes is meant to be valid and mostly is: names are chosen so that they do not collide. Values of arguments, and
 * now and then whole root fields, come from the operations of the suite, so that they find something.
 */
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationTypeNode,
  parse,
  print,
  visit,
} from 'graphql';
import type { FederationCase } from '../federation/suite.ts';
import { ByteChoices } from './byte-choices.ts';
import { ValueGenerator } from './generate-value.ts';

export interface Seeds {
  /** Strings and ids that occur in operations of the suite. */
  readonly texts: readonly string[];
  /** Root fields that need no variable, by the kind of operation. */
  readonly rootFields: Readonly<Record<'query' | 'mutation', readonly string[]>>;
}

export interface GeneratedOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subscription, and the query that its event of this number is the answer of. */
export interface GeneratedSubscription extends GeneratedOperation {
  twin(event: number): string;
}

const maxDepth = 5;

export function seedsOf(cases: readonly FederationCase[]): Seeds {
  const texts = new Set(['', 'x']);
  const rootFields = { query: [] as string[], mutation: [] as string[] };
  for (const { query, stockDiffers } of cases) {
    const document = parse(query);
    visit(document, { StringValue: ({ value }) => void texts.add(value) });
    const [definition, ...others] = document.definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION || definition.operation === 'subscription') continue;
    const isPlain = others.length === 0 && !definition.variableDefinitions?.length && !stockDiffers;
    if (isPlain)
      rootFields[definition.operation].push(
        ...definition.selectionSet.selections.map((selection) => print(selection)),
      );
  }
  return { texts: [...texts], rootFields };
}

export function generateOperation(
  schema: GraphQLSchema,
  seeds: Seeds,
  bytes: Uint8Array,
): GeneratedOperation {
  return new Generator(schema, seeds, bytes).operation();
}

export function generateSubscription(
  schema: GraphQLSchema,
  seeds: Seeds,
  bytes: Uint8Array,
  twins: Readonly<Record<string, string>>,
): GeneratedSubscription {
  return new Generator(schema, seeds, bytes).subscription(twins);
}

class Generator {
  readonly #schema: GraphQLSchema;
  readonly #seeds: Seeds;
  readonly #choices: ByteChoices;
  readonly #values: ValueGenerator;
  readonly #fragments = new Map<string, { readonly on: string; readonly text: string }>();
  #names = 0;

  constructor(schema: GraphQLSchema, seeds: Seeds, bytes: Uint8Array) {
    this.#schema = schema;
    this.#seeds = seeds;
    this.#choices = new ByteChoices(bytes);
    this.#values = new ValueGenerator(this.#choices, seeds.texts);
  }

  operation(): GeneratedOperation {
    const mutation = this.#schema.getMutationType();
    const kind = mutation && this.#choices.oneIn(2) ? 'mutation' : 'query';
    const root = this.#rootOf(kind);
    const seeds = this.#seeds.rootFields[kind];
    const isSeeded = seeds.length > 0 && this.#choices.oneIn(4);
    const selections = this.#selections(root, 0);
    // Alone, so that no name of it meets one of ours.
    const fields = isSeeded
      ? `${this.#choices.pick(seeds)} ... on ${root.name} { ${selections} }`
      : selections;
    return this.#finish(`${kind} Fuzzed`, fields);
  }

  subscription(twins: Readonly<Record<string, string>>): GeneratedSubscription {
    const root = this.#rootOf('subscription' as OperationTypeNode);
    const fields = Object.values(root.getFields()).filter(({ name }) => name in twins);
    const field = this.#choices.pick(fields);
    const args = field.args.flatMap((argument) => this.#argument(argument));
    const below = this.#below(field, 0);
    const isAliased = this.#choices.oneIn(2);
    const spelled = (name: string, given: readonly string[], alias: string): string =>
      `${alias === name ? '' : `${alias}: `}${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${below}`;
    const alias = isAliased ? 'aliased' : field.name;
    return {
      ...this.#finish('subscription Fuzzed', spelled(field.name, args, alias)),
      twin: (event) =>
        this.#finish('query Twin', spelled(twins[field.name] ?? '', [...args, `event: ${event}`], alias))
          .query,
    };
  }

  #rootOf(kind: 'query' | 'mutation' | OperationTypeNode): GraphQLObjectType {
    const root = this.#schema.getRootType(kind as OperationTypeNode);
    if (!root) throw new Error(`a schema without ${kind}`);
    return root;
  }

  #finish(head: string, fields: string): GeneratedOperation {
    const fragments = [...this.#fragments].map(
      ([name, { on, text }]) => `fragment ${name} on ${on} { ${text} }`,
    );
    return {
      query: [`${head}${this.#values.definitions} { ${fields} }`, ...fragments].join(' '),
      variables: this.#values.variables,
    };
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.#choices.below(4);
    return Array.from({ length: count }, () => this.#selection(type, depth)).join(' ');
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const choice = this.#choices.below(8);
    if (choice === 1) return this.#named('__typename', this.#choices.oneIn(2));
    if (isUnionType(type) || choice === 2) return this.#fragment(type, depth);
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < maxDepth || !isCompositeType(getNamedType(field.type)),
    );
    return fields.length === 0 ? '__typename' : this.#field(this.#choices.pick(fields), depth);
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const conditions = isObjectType(type)
      ? [type, ...type.getInterfaces()]
      : [
          ...this.#schema.getPossibleTypes(type),
          ...(isInterfaceType(type) ? type.getInterfaces() : []),
          type,
        ];
    const condition = this.#choices.pick(conditions);
    const known = [...this.#fragments].filter(([, { on }]) => on === condition.name).map(([name]) => name);
    if (known.length > 0 && this.#choices.oneIn(3))
      return `...${this.#choices.pick(known)}${this.#directive()}`;
    const isNamed = this.#choices.oneIn(3);
    const directive = this.#directive();
    const text = this.#selections(condition, depth + (depth < maxDepth ? 0.5 : 0));
    if (!isNamed) return `... on ${condition.name}${directive} { ${text} }`;
    // What it spreads is there before it is, so none spreads itself.
    const name = `F${this.#fragments.size + 1}`;
    this.#fragments.set(name, { on: condition.name, text });
    return `...${name}${directive}`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const args = field.args.flatMap((argument) => this.#argument(argument));
    const named = this.#named(field.name, field.args.length > 0 || this.#choices.oneIn(4));
    const given = args.length > 0 ? `(${args.join(', ')})` : '';
    return `${named}${given}${this.#directive()}${this.#below(field, depth)}`;
  }

  #below(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    return isCompositeType(type) ? ` { ${this.#selections(type, depth + 1)} }` : '';
  }

  #named(name: string, isAliased: boolean): string {
    if (!isAliased) return name;
    this.#names += 1;
    return `n${this.#names}: ${name}`;
  }

  #directive(): string {
    const choice = this.#choices.below(12);
    if (choice !== 1 && choice !== 2) return '';
    const name = this.#choices.pick(['skip', 'include']);
    const on = choice === 1 ? this.#choices.pick(['true', 'false']) : `$${this.#values.booleanVariable()}`;
    return ` @${name}(if: ${on})`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): readonly string[] {
    const hasDefault = defaultValue !== undefined;
    const isRequired = isNonNullType(type) && !hasDefault;
    if (!isRequired && !this.#choices.oneIn(2)) return [];
    return [`${name}: ${this.#values.literal({ type, hasDefault })}`];
  }
}
