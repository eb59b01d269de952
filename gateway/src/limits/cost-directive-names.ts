/**
 * What the cost directives are called in a supergraph. A service may import `@cost` under a name of its own, and composition
 * keeps that name, or puts the specification's before it: `@cost__listSize`. The `@link` to the specification says which.
 */
import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind } from 'graphql';

export interface CostDirectiveNames {
  readonly cost: string;
  readonly listSize: string;
}

const specification = /^https:\/\/specs\.apollo\.dev\/cost\/v/;

export function costDirectiveNames(supergraph: DocumentNode): CostDirectiveNames {
  const link = supergraph.definitions
    .flatMap((definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
        ? (definition.directives ?? [])
        : [],
    )
    .find((directive) => specification.test(textOf(valueIn(directive, 'url')) ?? ''));
  // A schema that links nothing is plain SDL: the names are those of the specification.
  if (!link) return { cost: 'cost', listSize: 'listSize' };
  const prefix = textOf(valueIn(link, 'as')) ?? 'cost';
  const imported = importedNames(valueIn(link, 'import'));
  return {
    // The directive that has the specification's own name is called as the specification is.
    cost: imported.get('@cost') ?? prefix,
    listSize: imported.get('@listSize') ?? `${prefix}__listSize`,
  };
}

function importedNames(imports: ConstValueNode | undefined): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const item of imports?.kind === Kind.LIST ? imports.values : []) {
    if (item.kind === Kind.STRING) names.set(item.value, item.value.slice(1));
    if (item.kind !== Kind.OBJECT) continue;
    const of = (key: string) => textOf(item.fields.find(({ name }) => name.value === key)?.value);
    const name = of('name');
    if (name) names.set(name, (of('as') ?? name).slice(1));
  }
  return names;
}

function valueIn(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
