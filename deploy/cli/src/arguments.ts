import { parseArgs } from 'node:util';
import { CommandError } from './command-error.ts';

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

/** The command's own options and what is left beside them; anything else is wrong usage. */
export function readArguments<const Given extends NonNullable<Options>>(
  args: readonly string[],
  options: Given,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`, 2, error);
  }
}

export const wantsHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');
