/** The variables of an operation as JSON Schema, with the descriptions that the graph's schema has. */
import {
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql';

export type JsonSchema = Readonly<Record<string, unknown>>;

const scalars: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};

/**
 * An object schema whose properties are the variables. Input types are definitions, since they may hold themselves.
 * Throws for a variable of a type that the schema does not have.
 */
export function variablesSchema(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
    const type = typeFromAST(schema, typeNode as never) as GraphQLInputType | undefined;
    if (!type || !isInputType(type)) throw new Error(`$${variable.name.value} has an unknown type`);
    properties[variable.name.value] = {
      ...schemaOf(type, definitions),
      ...(defaultValue ? { default: valueFromASTUntyped(defaultValue) } : {}),
    };
    if (isNonNullType(type) && !defaultValue) required.push(variable.name.value);
  }
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

function schemaOf(type: GraphQLInputType, definitions: Record<string, JsonSchema>): JsonSchema {
  // Null and absent are the same to the graph's inputs; a model is told only of the value.
  if (isNonNullType(type)) return schemaOf(type.ofType, definitions);
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType, definitions) };
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) };
  if (!isInputObjectType(type)) return scalars[type.name] ?? {};
  if (!Object.hasOwn(definitions, type.name)) {
    // Known before its fields are looked at, so that a type that holds itself ends.
    definitions[type.name] = {};
    const fields = Object.values(type.getFields());
    const required = fields.filter(isRequiredInputField).map(({ name }) => name);
    definitions[type.name] = {
      type: 'object',
      ...(type.description ? { description: type.description } : {}),
      properties: Object.fromEntries(
        fields.map((field) => [
          field.name,
          {
            ...schemaOf(field.type, definitions),
            ...(field.description ? { description: field.description } : {}),
            ...(field.defaultValue === undefined ? {} : { default: field.defaultValue }),
          },
        ]),
      ),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
    };
  }
  return { $ref: `#/$defs/${type.name}` };
}
