/**
 * Operations by the grammar of a schema, from a row of bytes: each choice takes the next one, and a row that has ended
 * gives zeros, which choose whatever ends soonest. So fast-check can shrink an operation by shrinking its bytes.
 *
 * What it makes is meant to be valid and mostly is: names are chosen so that they do not collide. Values of arguments, and
 * now and then whole root fields, come from the operations of the suite, so that they find something.
 */
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import type { FederationCase } from '../federation/suite.ts';

export interface Seeds {
  /** Strings and ids that occur in operations of the suite. */
  readonly texts: readonly string[];
  /** Root fields of queries that need no variable. */
  readonly rootFields: readonly string[];
}

export interface GeneratedOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const maxDepth = 5;

export function seedsOf(cases: readonly FederationCase[]): Seeds {
  const texts = new Set(['', 'x']);
  const rootFields: string[] = [];
  for (const { query, stockDiffers } of cases) {
    const document = parse(query);
    visit(document, { StringValue: ({ value }) => void texts.add(value) });
    const [definition, ...others] = document.definitions;
    const isPlain =
      definition?.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === 'query' &&
      others.length === 0 &&
      !definition.variableDefinitions?.length &&
      !stockDiffers;
    if (isPlain) rootFields.push(...definition.selectionSet.selections.map((selection) => print(selection)));
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

class Generator {
  readonly #schema: GraphQLSchema;
  readonly #seeds: Seeds;
  readonly #bytes: Uint8Array;
  #position = 0;
  #names = 0;
  #usesSwitch = false;

  constructor(schema: GraphQLSchema, seeds: Seeds, bytes: Uint8Array) {
    this.#schema = schema;
    this.#seeds = seeds;
    this.#bytes = bytes;
  }

  operation(): GeneratedOperation {
    const root = this.#schema.getQueryType();
    if (!root) throw new Error('a schema without queries');
    const seeded = this.#seeds.rootFields.length > 0 && this.#below(4) === 1;
    const selections = this.#selections(root, 0);
    // Alone, so that no name of it meets one of ours.
    const fields = seeded
      ? `${this.#pick(this.#seeds.rootFields)} ... on ${root.name} { ${selections} }`
      : selections;
    const switched = this.#usesSwitch;
    return {
      query: `query Fuzzed${switched ? '($on: Boolean!)' : ''} { ${fields} }`,
      variables: switched ? { on: this.#below(2) === 1 } : {},
    };
  }

  #next(): number {
    const byte = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return byte;
  }

  #below(count: number): number {
    return this.#next() % count;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.#below(4);
    return Array.from({ length: count }, () => this.#selection(type, depth)).join(' ');
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const choice = this.#below(8);
    if (choice === 1) return this.#named('__typename', this.#below(2) === 1);
    if (isUnionType(type) || choice === 2) return this.#fragment(type, depth);
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < maxDepth || !isCompositeType(getNamedType(field.type)),
    );
    return fields.length === 0 ? '__typename' : this.#field(this.#pick(fields), depth);
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const conditions = isObjectType(type)
      ? [type, ...type.getInterfaces()]
      : [
          ...this.#schema.getPossibleTypes(type),
          ...(isInterfaceType(type) ? type.getInterfaces() : []),
          type,
        ];
    const condition = this.#pick(conditions);
    return `... on ${condition.name}${this.#directive()} { ${this.#selections(condition, depth + (depth < maxDepth ? 0.5 : 0))} }`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const args = field.args.flatMap((argument) => this.#argument(argument));
    const named = this.#named(field.name, field.args.length > 0 || this.#below(4) === 1);
    const selection = getNamedType(field.type);
    const below = isCompositeType(selection) ? ` { ${this.#selections(selection, depth + 1)} }` : '';
    return `${named}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.#directive()}${below}`;
  }

  #named(name: string, aliased: boolean): string {
    if (!aliased) return name;
    this.#names += 1;
    return `n${this.#names}: ${name}`;
  }

  #directive(): string {
    const choice = this.#below(16);
    if (choice === 1) return ` @${this.#pick(['skip', 'include'])}(if: ${this.#pick(['true', 'false'])})`;
    if (choice !== 2) return '';
    this.#usesSwitch = true;
    return ` @${this.#pick(['skip', 'include'])}(if: $on)`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): readonly string[] {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    return isRequired || this.#below(2) === 1 ? [`${name}: ${this.#value(type, 0)}`] : [];
  }

  #value(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#value(type.ofType, depth);
    if (isListType(type))
      return `[${Array.from({ length: this.#below(3) }, () => this.#value(type.ofType, depth)).join(', ')}]`;
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) =>
          (isNonNullType(field.type) && field.defaultValue === undefined) ||
          (depth < 3 && this.#below(3) === 1),
      );
      return `{ ${fields.map((field) => `${field.name}: ${this.#value(field.type, depth + 1)}`).join(', ')} }`;
    }
    if (type.name === 'Int') return String(this.#below(5));
    if (type.name === 'Float') return `${this.#below(5)}.5`;
    if (type.name === 'Boolean') return this.#pick(['true', 'false']);
    return JSON.stringify(this.#pick(this.#seeds.texts));
  }
}
