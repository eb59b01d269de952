/**
 * In what two executors' results differ, as lines for people; none if they agree.
 *
 * They may differ in three ways that are no disagreement: this gateway names the places that a failed fetch leaves
 * empty, Apollo's gateway does not; this one reports a null that no service explained, Apollo's hides it in
 * `extensions.valueCompletion`; and an error of an entity that occurs several times has all its paths here.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';

export function differencesOf(
  ours: FormattedExecutionResult,
  theirs: FormattedExecutionResult,
): readonly string[] {
  const differences: string[] = [];
  const [ourData, theirData] = [JSON.stringify(ours.data ?? null), JSON.stringify(theirs.data ?? null)];
  if (ourData !== theirData) differences.push(`data: ours ${ourData}, theirs ${theirData}`);
  const ourErrors = new Set((ours.errors ?? []).map(printed));
  const theirErrors = new Set((theirs.errors ?? []).map(printed));
  for (const error of theirErrors) if (!ourErrors.has(error)) differences.push(`only theirs: ${error}`);
  for (const error of ourErrors)
    if (!theirErrors.has(error) && !error.startsWith('SUBGRAPH_BAD_ANSWER'))
      differences.push(`only ours: ${error}`);
  return differences;
}

function printed({ message, path, extensions }: GraphQLFormattedError): string {
  const code = String(extensions?.['code']);
  const place = code === 'SUBGRAPH_UNAVAILABLE' ? '' : JSON.stringify(path ?? null);
  return `${code} ${String(extensions?.['serviceName'])} ${place} ${message}`;
}
