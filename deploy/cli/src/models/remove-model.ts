/** `fathom models remove`: a version's files go, its record stays. */
import { readOperation } from '@fathom/schema/operations';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { accepted, withClient } from '../platform-client.ts';

export const removeUsage = `Usage: fathom models remove VERSION --reason WHY [--json]

Removes VERSION (name@number) with its files. Refused, with what it is, while an alias, a deployment, a run or a job under way or a
version made from it refers to it. The registry keeps its record, evaluations and lineage, with who removed it and why.`;

interface Removed {
  readonly __typename: 'ModelVersion';
  readonly id: string;
  readonly sizeBytes: number;
  readonly removal: { readonly removedBy: string; readonly reason: string; readonly removedAt: string };
}

export function removeModel(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { reason: { type: 'string' }, json: { type: 'boolean' } },
    removeUsage,
  );
  const [versionId, ...more] = positionals;
  const { reason, json = false } = values;
  if (versionId === undefined || more.length > 0 || !reason) throw new CommandError(removeUsage, 2);
  return withClient(async (client) => {
    const { removed } = await client.request<{ readonly removed: Removed }, { readonly input: object }>(
      readOperation('remove-model-version'),
      { input: { versionId, reason } },
    );
    const { id, sizeBytes, removal } = accepted(removed, 'ModelVersion');
    const text = `${id} is removed (${(sizeBytes / 1e6).toFixed(1)} MB; ${removal.removedBy}, ${removal.removedAt}: ${removal.reason})`;
    process.stdout.write(json ? `${JSON.stringify({ id, sizeBytes, removal })}\n` : `${text}\n`);
    return 0;
  });
}
