/** `fathom data remove`: a data set's examples go, its record stays. */
import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { readArguments } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { listedDataSets } from './listed-data-sets.ts';
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
  const [dataSet, ...more] = positionals;
  const { reason, json = false } = values;
  if (dataSet === undefined || more.length > 0 || !reason) throw new CommandError(usage, 2);
  return withClient(async (client) => {
    const dataSetId = await idOf(client, dataSet);
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

/** Of `name@version`; whatever else is said is taken to be an id. */
async function idOf(client: FathomClient, said: string): Promise<string> {
  const [, name, version] = /^(.+)@(\d+)$/.exec(said) ?? [];
  if (name === undefined) return said;
  for await (const { id, version: of } of listedDataSets(client, name)) if (of === Number(version)) return id;
  throw new CommandError(`There is no data set ${said}. \`fathom data list\` shows those that there are.`, 1);
}
