/**
 * Which subscriptions may share one upstream: those whose field a service declared `@sharedStream`.
 *
 *   @sharedStream(by: TENANT)               told are the arguments' events of the caller's tenant, whoever of it asks
 *   @sharedStream(by: NOBODY)               the same for every tenant
 *   @sharedStream(by: …, begins: NOW)       without `after` it begins with the next event, not with the first
 *
 * By declaring it, a service promises that the events, and all that may be selected of them there, depend on the arguments,
 * on what `by` names and on the caller's scopes and roles, never on who the caller is; and that what follows a `cursor`
 * does not depend on where the subscription began. Whatever is not declared is nobody else's.
 */
import { type ConstDirectiveNode, type FieldDefinitionNode, Kind, parse } from 'graphql';

export const sharedStreamSpecification = 'https://specs.fathom.dev/sharedStream/v1.0';

export interface SharedStreamRule {
  readonly by: 'TENANT' | 'NOBODY';
  readonly begins: 'FIRST' | 'NOW';
  /** It takes `after: String`, so it can be continued behind any of its events. */
  readonly resumable: boolean;
}

/** Of a supergraph's text: by the name of the root field. */
export function readSharedStreams(supergraphSdl: string): ReadonlyMap<string, SharedStreamRule> {
  const rules = new Map<string, SharedStreamRule>();
  // A directive of that name which means something else declares nothing.
  if (!supergraphSdl.includes(`"${sharedStreamSpecification}"`)) return rules;
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const schema = definitions.find(({ kind }) => kind === Kind.SCHEMA_DEFINITION);
  const root =
    schema?.kind === Kind.SCHEMA_DEFINITION
      ? schema.operationTypes.find(({ operation }) => operation === 'subscription')?.type.name.value
      : undefined;
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== root) continue;
    for (const field of definition.fields ?? []) {
      const declared = field.directives?.find(({ name }) => name.value === 'sharedStream');
      if (declared) rules.set(field.name.value, ruleOf(field, declared));
    }
  }
  return rules;
}

function ruleOf(field: FieldDefinitionNode, declared: ConstDirectiveNode): SharedStreamRule {
  const after = field.arguments?.find(({ name }) => name.value === 'after');
  return {
    by: enumArgument(declared, 'by') === 'NOBODY' ? 'NOBODY' : 'TENANT',
    begins: enumArgument(declared, 'begins') === 'NOW' ? 'NOW' : 'FIRST',
    resumable: after?.type.kind === Kind.NAMED_TYPE && after.type.name.value === 'String',
  };
}

function enumArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.ENUM ? value.value : undefined;
}
