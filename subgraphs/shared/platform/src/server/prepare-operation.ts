/**
 * From a request's text to something executable: parsed and validated once a document (the gateway sends few distinct
 * ones, very often), variables coerced every time. Throws AppError or returns; GraphQL's refusals become one error each.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql';

export interface PreparedOperation {
  readonly name: string | undefined;
  readonly type: `${OperationTypeNode}`;
  readonly args: Omit<ExecutionArgs, 'schema'>;
}

export interface OperationText {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

const maxDocuments = 1_000;

export function createOperationPreparer(
  schema: GraphQLSchema,
): (request: OperationText) => PreparedOperation {
  const documents = new Map<string, DocumentNode>();

  function documentOf(query: string): DocumentNode {
    const held = documents.get(query);
    if (held) return held;
    const document = parseDocument(query);
    const [invalid] = validate(schema, document);
    if (invalid) throw invalid;
    if (documents.size >= maxDocuments) documents.delete(documents.keys().next().value as string);
    documents.set(query, document);
    return document;
  }

  return ({ query, operationName, variables }) => {
    const document = documentOf(query);
    const operation = getOperationAST(document, operationName);
    if (!operation)
      throw refusal(
        'OPERATION_RESOLUTION_FAILURE',
        'The document does not hold exactly one operation of that name.',
      );
    // Coerced here once more only to refuse early and with a code; execution coerces them again.
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
      maxErrors: 1,
    });
    if (coerced.errors?.[0]) throw refusal('BAD_USER_INPUT', coerced.errors[0].message);
    return {
      name: operation.name?.value,
      type: operation.operation,
      args: { document, operationName: operationName ?? null, variableValues: variables ?? {} },
    };
  };
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (error) {
    throw refusal('GRAPHQL_PARSE_FAILED', (error as Error).message);
  }
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
