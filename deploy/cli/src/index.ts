#!/usr/bin/env node
import { checkCommand } from '@fathom/schema/check-command';
import { askCommand } from './ask.ts';
import { CommandError } from './command-error.ts';

const usage = `Usage: fathom COMMAND

  ask [QUESTION]   ask and see the answer stream
  schema check     hold the subgraphs against what clients use today

fathom COMMAND --help says more.`;

async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'ask') return askCommand(args);
  if (command === 'schema' && args[0] === 'check') {
    return checkCommand(args.slice(1), {
      stdout: (text) => process.stdout.write(text),
      stderr: (text) => process.stderr.write(text),
    });
  }
  if (command === undefined || command === '--help' || command === '-h') {
    process.stdout.write(`${usage}\n`);
    return command === undefined ? 2 : 0;
  }
  throw new CommandError(`There is no command "${[command, ...args].join(' ')}".\n\n${usage}`, 2);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
}
