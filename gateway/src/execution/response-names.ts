/**
 * Names under which fields are fetched, where the client's own would collide.
 *
 * The planner merges what it fetches for itself (keys, `@requires`) with what the client asked for, by response name. It
 * merges wrongly where one name means two things: `price(currency: "EUR")` beside a `@requires` of
 * `price(currency: "USD")`, `id: name` beside a key `id`, the same name with other arguments in two fragments. So such
 * fields get a name of their own before planning; shaping and error paths turn it back (see `clientNames`).
 *
 * Invariant: within one operation a name stands for exactly one field with exactly one set of arguments, none is a
 * member of `Object.prototype`, and none that the supergraph's field sets use is taken by an alias.
 */
import { type DocumentNode, type FieldNode, Kind, print, visit } from 'graphql';

export interface SeparatedDocument {
  readonly document: DocumentNode;
  /** The name that is fetched, to the name that the client asked for. Names that did not change are not in it. */
  readonly clientNames: ReadonlyMap<string, string>;
}

const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What the field sets of a supergraph (keys, `@requires`, `@provides`, context selections) name. */
export interface FieldSetNames {
  readonly all: ReadonlySet<string>;
  /** Fields that are named with arguments: without any they may mean something else. */
  readonly withArguments: ReadonlySet<string>;
}

export function fieldSetNames(supergraphSdl: string): FieldSetNames {
  const all = new Set(['__typename']);
  const withArguments = new Set<string>();
  const fieldSets = /\b(?:key|requires|provides|selection): "((?:[^"\\]|\\.)*)"/g;
  for (const [, fieldSet = ''] of supergraphSdl.matchAll(fieldSets)) {
    for (const [name] of fieldSet.matchAll(/[A-Za-z_]\w*/g)) all.add(name);
    for (const [, name = ''] of fieldSet.matchAll(/([A-Za-z_]\w*)\s*\(/g)) withArguments.add(name);
  }
  return { all, withArguments };
}

export function separateResponseNames(document: DocumentNode, reserved: FieldSetNames): SeparatedDocument {
  const meanings = meaningsOfNames(document);
  const names = createNames(document);
  const needsOwnName = (field: FieldNode): boolean => {
    const name = responseNameOf(field);
    if (inherited.has(name) || reserved.withArguments.has(name) || (meanings.get(name)?.size ?? 0) > 1)
      return true;
    return reserved.all.has(name) && (name !== field.name.value || (field.arguments?.length ?? 0) > 0);
  };
  const clientNames = new Map<string, string>();

  const renamed = visit(document, {
    Field: {
      leave(field) {
        if (!needsOwnName(field)) return undefined;
        const name = names(responseNameOf(field), meaningOf(field));
        clientNames.set(name, responseNameOf(field));
        return { ...field, alias: { kind: Kind.NAME, value: name } };
      },
    },
  });
  return { document: renamed, clientNames };
}

export function responseNameOf(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

/** What is asked for: the field and its arguments, whatever it is called in the answer. */
function meaningOf(field: FieldNode): string {
  if (!field.arguments?.length) return field.name.value;
  const values = field.arguments.map((argument) => print(argument)).sort();
  return `${field.name.value}(${values.join(',')})`;
}

function meaningsOfNames(document: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const meanings = new Map<string, Set<string>>();
  visit(document, {
    Field(field) {
      const name = responseNameOf(field);
      const known = meanings.get(name) ?? new Set<string>();
      meanings.set(name, known.add(meaningOf(field)));
    },
  });
  return meanings;
}

/** One name a response name and meaning, none of which the document uses itself. */
function createNames(document: DocumentNode): (responseName: string, meaning: string) => string {
  const text = document.loc?.source.body ?? print(document);
  let prefix = 'as';
  while (text.includes(`${prefix}0_`)) prefix += '_';
  const given = new Map<string, string>();
  return (responseName, meaning) => {
    const key = `${responseName} ${meaning}`;
    const name = given.get(key) ?? `${prefix}${given.size}_${responseName.replace(/^_+/, '')}`;
    given.set(key, name);
    return name;
  };
}
