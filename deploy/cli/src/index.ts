#!/usr/bin/env node
import { checkCommand } from '@fathom/schema/check-command';
import { askCommand } from './ask.ts';
import { CommandError } from './command-error.ts';
import { dataCommand } from './data.ts';
import { modelsCommand } from './models/models-command.ts';
import { promoteCommand, rollBackCommand } from './promote.ts';
import { runsCommand } from './runs/runs-command.ts';
import { classifyCommand } from './texts/classify-command.ts';
import { embedCommand } from './texts/embed-command.ts';
import { trainCommand } from './train/train-command.ts';

const usage = `Usage: fathom COMMAND

  ask [QUESTION]   ask and see the answer stream
  classify         which label of a trained classifier each text has
  embed            the vectors of texts
  data             store examples (a file, a feature view, taught knowledge) as a data set, list and remove data sets
  train            train a model from a config file, and watch it
  runs             list, show, watch, pause, resume, cancel, retry and compare training runs
  promote          move an alias of a model to a version
  rollback         move an alias back
  models           list models, add one that was made elsewhere, measure one, export one as ONNX
  schema check     hold the subgraphs against what clients use today

fathom COMMAND --help says more.`;

async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'ask') return askCommand(args);
  if (command === 'classify') return classifyCommand(args);
  if (command === 'embed') return embedCommand(args);
  if (command === 'data') return dataCommand(args);
  if (command === 'train') return trainCommand(args);
  if (command === 'runs') return runsCommand(args);
  if (command === 'promote') return promoteCommand(args);
  if (command === 'rollback') return rollBackCommand(args);
  if (command === 'models') return modelsCommand(args);
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
