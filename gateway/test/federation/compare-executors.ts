/**
 * In what two executors' results differ, as lines for people; none if they agree.
 *
 * They may differ in ways that are no disagreement: this gateway names the places that a failed fetch leaves
 * empty, Apollo's gateway does not; this one reports a null that no service explained, Apollo's hides it in
 * `extensions.valueCompletion`; and an error of an entity that occurs several times has all its paths here. Three things
 * Apollo's gets wrong, and other tests hold this one to: keys stand in the order of the GraphQL specification's
 * CollectFields(); the places of errors count all of a list and not those that were asked for; and an error of all
 * entities of a fetch is at none of them but at `employees.@._entities`.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { unordered } from './parts.ts';

export function differencesOf(
  ours: FormattedExecutionResult,
  theirs: FormattedExecutionResult,
): readonly string[] {
  const differences: string[] = [];
  const [ourData, theirData] = [ours, theirs].map(({ data }) => JSON.stringify(unordered(data ?? null)));
  if (ourData !== theirData) differences.push(`data: ours ${ourData}, theirs ${theirData}`);
  const [our, their] = [ours.errors ?? [], theirs.errors ?? []];
  const nowhere = new Set(their.filter(isNowhere).map(withoutPlace));
  const ourErrors = new Set(our.map(printed));
  const ourPlaceless = new Set(our.map(withoutPlace));
  const theirErrors = new Set(their.filter((error) => !isNowhere(error)).map(printed));
  for (const error of nowhere) if (!ourPlaceless.has(error)) differences.push(`only theirs: ${error}`);
  for (const error of theirErrors) if (!ourErrors.has(error)) differences.push(`only theirs: ${error}`);
  for (const error of our) {
    const text = printed(error);
    const isTheirs = theirErrors.has(text) || nowhere.has(withoutPlace(error));
    if (!isTheirs && !text.startsWith('SUBGRAPH_BAD_ANSWER')) differences.push(`only ours: ${text}`);
  }
  return differences;
}

function isNowhere({ path }: GraphQLFormattedError): boolean {
  return path?.includes('@') ?? false;
}

function withoutPlace({ message, extensions }: GraphQLFormattedError): string {
  return `${String(extensions?.['code'])} ${String(extensions?.['serviceName'])} ${message}`;
}

function printed({ message, path, extensions }: GraphQLFormattedError): string {
  const code = String(extensions?.['code']);
  const withoutIndexes = path?.map((key) => (typeof key === 'number' ? '#' : key)) ?? null;
  const place = code === 'SUBGRAPH_UNAVAILABLE' ? '' : JSON.stringify(withoutIndexes);
  return `${code} ${String(extensions?.['serviceName'])} ${place} ${message}`;
}
