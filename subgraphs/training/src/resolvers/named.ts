/** A refusal names its type; what was asked for is a record of the one given. */
export function named<Name extends string, Result extends object>(name: Name, result: Result) {
  return '__typename' in result ? result : { __typename: name, ...result };
}
