/** The checked-in operations as tools: one an operation, its variables the arguments. */
import { OperationTypeNode, validate } from 'graphql';
import type { CheckedInOperation, CheckedInOperations } from '../persisted/checked-in-operations.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { type JsonSchema, variablesSchema } from './json-schema.ts';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly openWorldHint: false;
  };
}

export interface ToolOperation {
  readonly tool: Tool;
  readonly operation: CheckedInOperation;
}

/** By name. Made once a supergraph: the descriptions of arguments are the schema's. */
export function createTools(
  operations: CheckedInOperations,
): (snapshot: Snapshot) => ReadonlyMap<string, ToolOperation> {
  const known = new WeakMap<Snapshot, ReadonlyMap<string, ToolOperation>>();
  return (snapshot) => {
    const tools = known.get(snapshot) ?? toolsOf(snapshot, operations);
    known.set(snapshot, tools);
    return tools;
  };
}

function toolsOf({ apiSchema }: Snapshot, { all }: CheckedInOperations): ReadonlyMap<string, ToolOperation> {
  const tools = new Map<string, ToolOperation>();
  for (const operation of all) {
    const { name, description, definition, document } = operation;
    // An operation that this supergraph cannot answer is no tool of it.
    if (validate(apiSchema, document).length > 0) continue;
    tools.set(name, {
      operation,
      tool: {
        name,
        description: description || name,
        inputSchema: variablesSchema(apiSchema, definition),
        annotations: {
          title: titleOf(name),
          readOnlyHint: definition.operation === OperationTypeNode.QUERY,
          openWorldHint: false,
        },
      },
    });
  }
  return tools;
}

/** `TrainingRunProgress` -> `Training run progress` */
function titleOf(name: string): string {
  const words = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
