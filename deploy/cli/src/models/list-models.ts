import { readOperation } from '@fathom/schema/operations';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { withClient } from '../platform-client.ts';
import { table } from '../runs/table.ts';

export const listUsage = `Usage: fathom models list [--json]

The models of the registry with their newest versions, and where their aliases lead.`;

interface Listed {
  readonly models: {
    readonly edges: readonly {
      readonly node: {
        readonly name: string;
        readonly versions: readonly {
          readonly id: string;
          readonly kind: string;
          readonly task: string;
          readonly parameterCount: number;
          readonly sizeBytes: number;
          readonly aliases: readonly string[];
          readonly createdAt: string;
          readonly removal: { readonly removedAt: string } | null;
        }[];
      };
    }[];
  };
}

export function listModels(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, listUsage);
  if (positionals.length > 0) throw new CommandError(listUsage, 2);
  return withClient(async (client) => {
    const { models } = await client.request<Listed, Record<string, never>>(readOperation('models'), {});
    const versions = models.edges.flatMap(({ node }) => node.versions);
    if (values.json) process.stdout.write(`${JSON.stringify(versions)}\n`);
    else if (versions.length === 0) process.stdout.write('There is no model yet.\n');
    else {
      const rows = versions.map((version) => [
        version.id,
        version.kind,
        version.task,
        version.parameterCount.toLocaleString('en'),
        (version.sizeBytes / 1e6).toFixed(1),
        version.removal ? 'removed' : version.aliases.join(' '),
        version.createdAt,
      ]);
      process.stdout.write(table(['version', 'kind', 'task', 'parameters', 'MB', 'aliases', 'registered'], rows));
    }
    return 0;
  });
}
