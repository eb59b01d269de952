/**
 * Values of inputs: as literals, as variables, and as literals with variables in them. A variable is given, null, absent or
 * left to its default; a list may come as its only item; now and then a value is of another type than it should be.
 */
import {
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { ByteChoices } from './byte-choices.ts';

/** An enum's value prints without quotes in a document and is a text in variables. */
class EnumName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  toJSON(): string {
    return this.name;
  }
}

export interface InputPlace {
  readonly type: GraphQLInputType;
  readonly hasDefault: boolean;
}

const maxDepth = 3;
const wrong: readonly unknown[] = ['x', 7, 1.5, true, null, [], {}, [[null]], 2 ** 40];

export class ValueGenerator {
  readonly #choices: ByteChoices;
  readonly #texts: readonly string[];
  readonly #definitions: string[] = [];
  readonly #variables: Record<string, unknown> = {};

  constructor(choices: ByteChoices, texts: readonly string[]) {
    this.#choices = choices;
    this.#texts = texts;
  }

  /** What stands for it in the document. */
  literal(place: InputPlace, depth = 0): string {
    const { type } = place;
    if (this.#choices.oneIn(4)) return `$${this.#variable(place, depth)}`;
    if (!isNonNullType(type) && this.#choices.oneIn(8)) return 'null';
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item = { type: nullable.ofType, hasDefault: false };
      if (this.#choices.oneIn(6)) return this.literal(item, depth);
      const items = Array.from({ length: this.#choices.below(3) }, () => this.literal(item, depth));
      return `[${items.join(', ')}]`;
    }
    if (!isInputObjectType(nullable)) return printed(this.#leaf(nullable));
    const fields = Object.values(nullable.getFields()).flatMap((field) => {
      const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
      if (!isNeeded && (depth >= maxDepth || !this.#choices.oneIn(3))) return [];
      const inner = { type: field.type, hasDefault: field.defaultValue !== undefined };
      return [`${field.name}: ${this.literal(inner, depth + 1)}`];
    });
    return `{ ${fields.join(', ')} }`;
  }

  /** A switch of `@skip` and `@include`. */
  booleanVariable(): string {
    const name = this.#name();
    const isGiven = !this.#choices.oneIn(4);
    this.#definitions.push(`$${name}: Boolean!${isGiven ? '' : ` = ${this.#choices.oneIn(2)}`}`);
    if (isGiven) this.#variables[name] = this.#choices.oneIn(2);
    return name;
  }

  /** `($v1: Int, …)`, or nothing. */
  get definitions(): string {
    return this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`;
  }

  get variables(): Record<string, unknown> {
    // As they come over a wire.
    return JSON.parse(JSON.stringify(this.#variables)) as Record<string, unknown>;
  }

  #name(): string {
    return `v${this.#definitions.length + 1}`;
  }

  #variable({ type, hasDefault }: InputPlace, depth: number): string {
    const name = this.#name();
    // Where the place has a default a variable may be absent though the place may not be null.
    const declared = isNonNullType(type) && hasDefault && this.#choices.oneIn(2) ? type.ofType : type;
    const fallback = this.#choices.oneIn(4) ? ` = ${printed(this.#value(declared, depth))}` : '';
    this.#definitions.push(`$${name}: ${String(declared)}${fallback}`);
    const mayBeAbsent = !isNonNullType(declared) || fallback !== '';
    const choice = this.#choices.below(12);
    if (choice === 1 && mayBeAbsent) return name;
    if (choice === 2 && !isNonNullType(declared)) this.#variables[name] = null;
    else if (choice === 3) this.#variables[name] = this.#choices.pick(wrong);
    else this.#variables[name] = this.#value(declared, depth);
    return name;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (!isNonNullType(type) && this.#choices.oneIn(12)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      if (this.#choices.oneIn(6)) return this.#value(nullable.ofType, depth);
      return Array.from({ length: this.#choices.below(3) }, () => this.#value(nullable.ofType, depth));
    }
    if (!isInputObjectType(nullable)) return this.#leaf(nullable);
    const object: Record<string, unknown> = {};
    for (const field of Object.values(nullable.getFields())) {
      const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
      if (isNeeded || (depth < maxDepth && this.#choices.oneIn(3)))
        object[field.name] = this.#value(field.type, depth + 1);
    }
    return object;
  }

  #leaf(type: GraphQLNamedInputType): unknown {
    if (isEnumType(type)) return new EnumName(this.#choices.pick(type.getValues()).name);
    if (type.name === 'Int') return this.#choices.below(5);
    // A whole number is a Float, and an ID, too.
    if (type.name === 'Float') return this.#choices.below(5) / 2;
    if (type.name === 'ID' && this.#choices.oneIn(5)) return this.#choices.below(3);
    if (type.name === 'Boolean') return this.#choices.oneIn(2);
    return this.#choices.pick(this.#texts);
  }
}

function printed(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${printed(inner)}`);
  return `{ ${fields.join(', ')} }`;
}
