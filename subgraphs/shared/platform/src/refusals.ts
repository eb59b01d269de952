/**
 * Expected refusals, which every subgraph answers with as members of its result unions: `InvalidInput`, `NotFound` and
 * `WrongState` are shared types of the schema. They are returned, never thrown.
 */
export interface FieldProblem {
  /** Path of the offending value, for instance `input.question`. */
  readonly field: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

export interface InvalidInput extends FieldProblem {
  readonly __typename: 'InvalidInput';
}

export interface NotFound {
  readonly __typename: 'NotFound';
  readonly message: string;
  readonly id: string;
}

export interface WrongState {
  readonly __typename: 'WrongState';
  /** What state it is in and what would be possible. */
  readonly message: string;
  readonly state: string;
}

export const invalid = ({ field, message }: FieldProblem): InvalidInput => ({
  __typename: 'InvalidInput',
  field,
  message,
});

export const notFound = (what: string, id: string): NotFound => ({
  __typename: 'NotFound',
  id,
  message: `There is no ${what} ${id}.`,
});

export const wrongState = (state: string, message: string): WrongState => ({
  __typename: 'WrongState',
  state,
  message,
});
