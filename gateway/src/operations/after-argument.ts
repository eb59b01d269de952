/**
 * Operations in which `after` of a subscription says something else: to begin it behind an event whose cursor is all that is
 * known.
 */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parseType,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** `after: $name`, and the variable's definition. */
export interface AfterByVariable {
  readonly argument: ArgumentNode;
  readonly definition: VariableDefinitionNode;
}

export function afterByVariable(name: string, type = 'String'): AfterByVariable {
  const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
  return {
    argument: { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'after' }, value: variable },
    definition: { kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(type, { noLocation: true }) },
  };
}

export interface ArgumentsChange {
  readonly fields: readonly FieldNode[];
  readonly arguments: readonly ArgumentNode[];
  /** Of variables that the arguments bring. */
  readonly definitions: readonly VariableDefinitionNode[];
}

export interface ChangedDocument {
  readonly document: DocumentNode;
  /** Those that it still uses. */
  readonly variables: ReadonlySet<string>;
}

/** Of a document with one operation: other arguments at these fields, and no definition of a variable that nothing uses. */
export function withArguments(document: DocumentNode, change: ArgumentsChange): ChangedDocument {
  const changed: DocumentNode = visit(document, {
    Field: (node) => (change.fields.includes(node) ? { ...node, arguments: change.arguments } : undefined),
  });
  const variables = new Set<string>();
  visit(changed, {
    // Their own definitions are no uses.
    VariableDefinition: () => false,
    Variable: (node) => void variables.add(node.name.value),
  });
  const brought = new Set(change.definitions.map(nameOf));
  return {
    variables,
    document: visit(changed, {
      OperationDefinition: (node): OperationDefinitionNode => ({
        ...node,
        variableDefinitions: [
          ...(node.variableDefinitions ?? []).filter(
            (definition) => variables.has(nameOf(definition)) && !brought.has(nameOf(definition)),
          ),
          ...change.definitions,
        ],
      }),
    }),
  };
}

const nameOf = ({ variable }: VariableDefinitionNode): string => variable.name.value;
