/** `fathom models …`: what is in the registry, and how models get in and out. */
import { wantsHelp } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { addModel, addUsage } from './add-model.ts';
import { evaluateCommand, evaluateUsage } from './evaluate-command.ts';
import { exportCommand, exportUsage } from './export-command.ts';
import { listModels, listUsage } from './list-models.ts';
import { removeModel, removeUsage } from './remove-model.ts';

const commands = {
  add: { usage: addUsage, run: addModel },
  list: { usage: listUsage, run: listModels },
  evaluate: { usage: evaluateUsage, run: evaluateCommand },
  export: { usage: exportUsage, run: exportCommand },
  remove: { usage: removeUsage, run: removeModel },
} as const;

export const modelsUsage = `${Object.values(commands)
  .map(({ usage }) => usage)
  .join('\n\n')}

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 not reachable.`;

export async function modelsCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || wantsHelp([name])) {
    process.stdout.write(`${modelsUsage}\n`);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(commands, name))
    throw new CommandError(`There is no command "models ${name}".\n\n${modelsUsage}`, 2);
  const command = commands[name as keyof typeof commands];
  if (wantsHelp(args)) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  return command.run(args);
}
