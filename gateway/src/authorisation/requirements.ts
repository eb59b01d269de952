/**
 * What the supergraph demands of whoever asks: `@authenticated`, `@requiresScopes` and `@policy` of types and fields.
 *
 *   @requiresScopes(scopes: [["a", "b"], ["c"]])   a and b, or c
 *   @policy(policies: [["role:operator"]])         the same for policies; `role:NAME` holds for who has that role
 *
 * Apollo composes the three and its gateway refuses to load a supergraph that uses them. They are enforced here, so the
 * mark that makes it refuse is taken off by {@link withoutSecurityMark}.
 */
import { hasScope } from '@fathom/platform/identity';
import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind, parse } from 'graphql';
import type { Principal } from '../auth/principal.ts';

export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly anyOf: readonly (readonly string[])[] }
  | { readonly kind: 'policies'; readonly anyOf: readonly (readonly string[])[] };

export interface Requirements {
  /** Each that differs from the others, so that a principal is judged once by each. */
  readonly distinct: readonly Requirement[];
  /** Of `Type` or `Type.field`. All must be met. */
  of(coordinate: string): readonly Requirement[];
}

const specifications = ['authenticated', 'requiresScopes', 'policy'] as const;
type Specification = (typeof specifications)[number];

/** Of a supergraph's text. */
export function readRequirements(supergraphSdl: string): Requirements {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = directiveNames(document);
  const byText = new Map<string, Requirement>();
  const byCoordinate = new Map<string, readonly Requirement[]>();

  function add(coordinate: string, directives: readonly ConstDirectiveNode[] = []): void {
    const found = directives.flatMap((directive) => {
      const specification = names.get(directive.name.value);
      return specification ? [shared(requirementOf(specification, directive))] : [];
    });
    if (found.length > 0) byCoordinate.set(coordinate, found);
  }
  function shared(requirement: Requirement): Requirement {
    const text = JSON.stringify(requirement);
    const known = byText.get(text) ?? requirement;
    byText.set(text, known);
    return known;
  }

  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    add(definition.name.value, definition.directives as readonly ConstDirectiveNode[]);
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const field of definition.fields ?? [])
        add(`${definition.name.value}.${field.name.value}`, field.directives);
  }
  return {
    distinct: [...byText.values()],
    of: (coordinate) => byCoordinate.get(coordinate) ?? [],
  };
}

/** Only of what this gateway enforces; any other feature that says SECURITY still keeps the supergraph out. */
export function withoutSecurityMark(supergraphSdl: string): string {
  return supergraphSdl.replace(
    /(@link\(url: "https:\/\/specs\.apollo\.dev\/(?:authenticated|requiresScopes|policy)\/v0\.1"[^)]*?), for: SECURITY/g,
    '$1',
  );
}

export function isMet(requirement: Requirement, principal: Principal | undefined): boolean {
  if (!principal) return false;
  const { identity } = principal;
  switch (requirement.kind) {
    case 'authenticated':
      return true;
    case 'scopes':
      return requirement.anyOf.some((all) => all.every((scope) => hasScope(identity, scope)));
    case 'policies':
      return requirement.anyOf.some((all) => all.every((policy) => holds(policy, identity.roles)));
  }
}

/** A policy that nobody here knows holds for nobody. */
function holds(policy: string, roles: readonly string[]): boolean {
  return policy.startsWith('role:') && roles.includes(policy.slice('role:'.length));
}

/** A supergraph may import a directive under another name. */
function directiveNames(document: DocumentNode): ReadonlyMap<string, Specification> {
  const names = new Map<string, Specification>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) {
      const url = textOf(argument(directive, 'url'));
      const specification = specifications.find((name) => url === `https://specs.apollo.dev/${name}/v0.1`);
      if (directive.name.value === 'link' && specification)
        names.set(textOf(argument(directive, 'as')) ?? specification, specification);
    }
  }
  return names;
}

function requirementOf(specification: Specification, directive: ConstDirectiveNode): Requirement {
  switch (specification) {
    case 'authenticated':
      return { kind: 'authenticated' };
    case 'requiresScopes':
      return { kind: 'scopes', anyOf: listsOf(argument(directive, 'scopes')) };
    case 'policy':
      return { kind: 'policies', anyOf: listsOf(argument(directive, 'policies')) };
  }
}

function argument(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function listsOf(value: ConstValueNode | undefined): readonly (readonly string[])[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.map((inner) =>
    inner.kind === Kind.LIST ? inner.values.map((item) => textOf(item) ?? '') : [],
  );
}
