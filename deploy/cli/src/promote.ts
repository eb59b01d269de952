/** `fathom promote` and `fathom rollback`: moves of an alias, each an entry of the audit. */
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { accepted, withClient } from './platform-client.ts';

const promoteUsage = `Usage: fathom promote VERSION --reason WHY [--alias champion] [--evaluation ID] [--json]

Moves an alias of VERSION's model (\`name@number\`) to it. Inference follows without dropping a stream. The audit says that the
move rests on the evaluation of that ID, else on the newest on held-out examples, else on the newest of all.`;

const rollBackUsage = `Usage: fathom rollback MODEL --reason WHY [--alias champion] [--json]

Moves an alias back to where its last move took it from.`;

const exitCodes = '\n\nExit codes: 0 moved, 1 refused, 2 wrong usage, 3 not reachable.';

interface Move {
  readonly __typename: 'AliasMove';
  readonly alias: string;
  readonly from: { readonly id: string } | null;
  readonly to: { readonly id: string };
  readonly movedBy: string;
  readonly movedAt: string;
}

export const promoteCommand = (args: readonly string[]): Promise<number> =>
  moveCommand(args, {
    usage: promoteUsage + exitCodes,
    operation: 'promote',
    inputOf: (version) => {
      const [modelName, number] = version.split('@');
      if (!modelName || !/^\d+$/.test(number ?? '')) {
        throw new CommandError(
          `"${version}" is not a version: give name@number, for instance fathom-facts@2.`,
          2,
        );
      }
      return { modelName, versionId: version };
    },
  });

export const rollBackCommand = (args: readonly string[]): Promise<number> =>
  moveCommand(args, {
    usage: rollBackUsage + exitCodes,
    operation: 'roll-back',
    inputOf: (modelName) => ({ modelName }),
  });

async function moveCommand(
  args: readonly string[],
  command: {
    readonly usage: string;
    readonly operation: string;
    readonly inputOf: (subject: string) => object;
  },
): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(
    args,
    {
      alias: { type: 'string' },
      reason: { type: 'string' },
      evaluation: { type: 'string' },
      json: { type: 'boolean' },
    },
    command.usage,
  );
  const [subject, ...more] = positionals;
  if (subject === undefined || more.length > 0 || !values.reason) throw new CommandError(command.usage, 2);
  const { alias = 'champion', reason, evaluation, json = false } = values;
  if (evaluation !== undefined && command.operation !== 'promote') throw new CommandError(command.usage, 2);
  const restsOn = evaluation === undefined ? {} : { evaluationId: evaluation };
  const input = { ...command.inputOf(subject), alias, reason, ...restsOn };
  return withClient(async (client) => {
    const { moved } = await client.request<{ readonly moved: Move }, { readonly input: object }>(
      readOperation(command.operation),
      { input },
    );
    const move = accepted(moved, 'AliasMove');
    const text = `${move.alias}: ${move.from?.id ?? 'nowhere'} -> ${move.to.id} (${move.movedBy}, ${move.movedAt})`;
    process.stdout.write(json ? `${JSON.stringify(move)}\n` : `${text}\n`);
    return 0;
  });
}
