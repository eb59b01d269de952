/** `fathom data remove`: a data set's examples go, its record stays. */
import { readOperation } from '@fathom/schema/operations';
import { readArguments } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { accepted, withClient } from './platform-client.ts';

interface Removed {
  readonly __typename: 'DataSet';
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly removal: { readonly removedBy: string; readonly reason: string; readonly removedAt: string };
}

/** `usage` is that of all commands of data sets. */
export function removeDataSet(args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { reason: { type: 'string' }, json: { type: 'boolean' } },
    usage,
  );
  const [dataSetId, ...more] = positionals;
  const { reason, json = false } = values;
  if (dataSetId === undefined || more.length > 0 || !reason) throw new CommandError(usage, 2);
  return withClient(async (client) => {
    const { removed } = await client.request<{ readonly removed: Removed }, { readonly input: object }>(
      readOperation('remove-data-set'),
      { input: { dataSetId, reason } },
    );
    const { id, name, version, removal } = accepted(removed, 'DataSet');
    const text = `${name}@${version}  ${id} is removed (${removal.removedBy}, ${removal.removedAt}: ${removal.reason})`;
    process.stdout.write(json ? `${JSON.stringify({ id, name, version, removal })}\n` : `${text}\n`);
    return 0;
  });
}
