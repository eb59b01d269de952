/**
 * From what the subgraphs sent to what the client asked for: its fields, its names, its order, and the nulls that the
 * GraphQL specification demands. Fetched keys, rewrites and other helpers of the plan stay behind.
 *
 * A value that does not fit the schema becomes null, as does whatever around it may not be null, and is reported as a
 * problem with its path. It never passes, and it never throws.
 */
import type { FieldShape, ObjectShape, SelectionShape, ValueShape } from './shape.ts';

export type Path = readonly (string | number)[];

export interface ShapeProblem {
  readonly path: Path;
  /** What was wrong, for people: `null for the non-null field Product.name`. */
  readonly because: string;
}

export interface ShapedAnswer {
  readonly data: Record<string, unknown> | null;
  readonly problems: readonly ShapeProblem[];
  /** Objects of the answer of which more is to come. */
  readonly pending: readonly PendingPart[];
}

/** Part of an object that is answered later, from the same fetched object, which by then has more in it. */
export interface PendingPart {
  readonly label: string;
  readonly path: Path;
  readonly source: JsonObject;
  readonly selection: SelectionShape;
}

export type JsonObject = Record<string, unknown>;

/** `introspect` answers `__schema` and `__type` by the name they are fetched under. */
export function shapeAnswer(
  root: SelectionShape,
  rootType: string,
  data: JsonObject,
  introspect: (source: string) => unknown,
): ShapedAnswer {
  return shapeObject(new Shaper(introspect, []), root.of(rootType), data);
}

/** The part, once what it needs was fetched. Its problems have the paths of the whole answer. */
export function shapePart(
  { selection, source, path }: PendingPart,
  introspect: (source: string) => unknown,
): ShapedAnswer {
  return shapeObject(new Shaper(introspect, path), selection.of(source['__typename']), source);
}

function shapeObject(shaper: Shaper, shape: ObjectShape | undefined, source: JsonObject): ShapedAnswer {
  const data = shape ? shaper.object(source, shape) : null;
  const from = shaper.basePath.length;
  // What lay in an object that became null has no place any more.
  const pending = shaper.pending.filter(({ path }) => isObject(valueAt(data, path, from)));
  return { data, problems: shaper.problems, pending };
}

function valueAt(data: unknown, path: Path, from: number): unknown {
  let value = data;
  for (let depth = from; depth < path.length; depth += 1) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[path[depth] ?? ''];
  }
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `null` where a non-null child is missing, so what is above has to decide. */
class Shaper {
  readonly problems: ShapeProblem[] = [];
  readonly pending: PendingPart[] = [];
  readonly basePath: Path;
  readonly #path: (string | number)[];
  readonly #introspect: (source: string) => unknown;

  constructor(introspect: (source: string) => unknown, basePath: Path) {
    this.#introspect = introspect;
    this.basePath = basePath;
    this.#path = [...basePath];
  }

  object(source: JsonObject, shape: ObjectShape): JsonObject | null {
    const output: JsonObject = {};
    for (const field of shape.fields) {
      const value = this.#field(source, field, shape);
      if (value === undefined) return null;
      if (field.name === '__proto__')
        Object.defineProperty(output, field.name, {
          value,
          enumerable: true,
          writable: true,
          configurable: true,
        });
      else output[field.name] = value;
    }
    for (const { label, selection } of shape.deferred)
      this.pending.push({ label, path: [...this.#path], source, selection });
    return output;
  }

  /** `undefined`: null where null may not be. */
  #field(source: JsonObject, field: FieldShape, parent: ObjectShape): unknown {
    if (field.kind === 'value') {
      const value = source[field.source];
      const { value: shape } = field;
      // Most fields are leaves that fit: no path is kept for them.
      if (shape.kind === 'leaf' && value !== undefined && value !== null && shape.accepts(value))
        return value;
      this.#path.push(field.name);
      const result = this.#value(value, shape, parent, field.name);
      this.#path.pop();
      return result;
    }
    if (field.kind === 'introspection') return this.#introspect(field.source);
    if (field.value === undefined)
      this.#report(field.name, `no subgraph said which type this ${parent.typeName} is`);
    return field.value;
  }

  #value(value: unknown, shape: ValueShape, parent: ObjectShape, fieldName: string): unknown {
    const problemsBefore = this.problems.length;
    const result =
      value === undefined || value === null ? null : this.#nonNull(value, shape, parent, fieldName);
    if (result !== null || !shape.nonNull) return result;
    // Whoever nulled it has said so already.
    if (this.problems.length === problemsBefore)
      this.problems.push({
        path: [...this.#path],
        because: `null for the non-null ${parent.typeName}.${fieldName}`,
      });
    return undefined;
  }

  #nonNull(value: unknown, shape: ValueShape, parent: ObjectShape, fieldName: string): unknown {
    if (shape.kind === 'leaf') {
      if (shape.accepts(value)) return value;
      return this.#reject(`a value that ${parent.typeName}.${fieldName} cannot have`);
    }
    if (shape.kind === 'list') {
      if (!Array.isArray(value)) return this.#reject(`no list for ${parent.typeName}.${fieldName}`);
      return this.#list(value, shape.of, parent, fieldName);
    }
    if (!isObject(value)) return this.#reject(`no object for ${parent.typeName}.${fieldName}`);
    const objectShape = shape.selection.of(value['__typename']);
    if (!objectShape) return this.#reject(`an unknown __typename for ${parent.typeName}.${fieldName}`);
    return this.object(value, objectShape);
  }

  #list(
    values: readonly unknown[],
    of: ValueShape,
    parent: ObjectShape,
    fieldName: string,
  ): unknown[] | null {
    const output = new Array<unknown>(values.length);
    let missing = false;
    for (let index = 0; index < values.length; index += 1) {
      this.#path.push(index);
      const element = this.#value(values[index], of, parent, fieldName);
      this.#path.pop();
      output[index] = element;
      missing ||= element === undefined;
    }
    return missing ? null : output;
  }

  #reject(because: string): null {
    this.problems.push({ path: [...this.#path], because });
    return null;
  }

  #report(fieldName: string, because: string): void {
    this.problems.push({ path: [...this.#path, fieldName], because });
  }
}
