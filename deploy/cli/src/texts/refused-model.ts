/** A model that does not exist is told with those that do. */
import { CommandError } from '../command-error.ts';
import { accepted } from '../platform-client.ts';

type Refusal = {
  readonly __typename: string;
  readonly message: string;
  readonly available?: readonly string[];
};

/** What the graph answered with, or its refusal as an error of the command. */
export function readBy<Result extends { readonly __typename: string }>(
  result: Result | Refusal,
  name: Result['__typename'],
): Result {
  if (result.__typename !== 'UnknownModel') return accepted<Result>(result, name);
  const { message, available = [] } = result as Refusal;
  const names = available.length > 0 ? ` There are ${available.join(', ')}.` : '';
  throw new CommandError(`${message}${names}`, 1);
}
