/** The expected refusals, as members of the schema's result unions. */
export interface InvalidInput {
  readonly __typename: 'InvalidInput';
  readonly message: string;
  readonly field: string;
}

export interface NotFound {
  readonly __typename: 'NotFound';
  readonly message: string;
  readonly id: string;
}

export function invalidInput(field: string, message: string): InvalidInput {
  return { __typename: 'InvalidInput', field, message };
}

export function viewNotFound(name: string): NotFound {
  return { __typename: 'NotFound', id: name, message: `There is no feature view "${name}".` };
}
