/** `fathom models add`: a folder's files go up in chunks, and become a version if the platform can serve them. */
import { readOperation } from '@fathom/schema/operations';
import { basename, resolve } from 'node:path';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { readConnection } from '../connection.ts';
import { withClient } from '../platform-client.ts';
import { createProgressLine } from '../progress-line.ts';
import { uploadFiles } from '../upload-files.ts';
import { modelFilesOf } from './model-files.ts';

export const addUsage = `Usage: fathom models add PATH [--name NAME] [--alias ALIAS] [--reason WHY] [--json]

Registers a Hugging Face folder (model.safetensors, or ONNX graphs at its top or in onnx/) as the next version of NAME, by
default the folder's own. The platform loads it and asks it something first. ALIAS, for instance candidate, then leads to it.
An interrupted upload is gone on with by the same command.`;

type Outcome =
  | { readonly __typename: 'ModelVersion'; readonly id: string; readonly sizeBytes: number; readonly parameterCount: number }
  | { readonly __typename: 'ModelRefused'; readonly code: string; readonly message: string }
  | { readonly __typename: 'InvalidInput'; readonly field: string; readonly message: string }
  | { readonly __typename: 'NotFound' | 'WrongState'; readonly message: string };

export function addModel(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    {
      name: { type: 'string' },
      alias: { type: 'string' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
    },
    addUsage,
  );
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new CommandError(addUsage, 2);
  const { alias, reason, json = false } = values;
  const modelName = values.name ?? nameOf(resolve(path));
  return withClient(async (client) => {
    const progress = createProgressLine(process.stderr);
    const uploadId = await uploadFiles({
      client,
      connection: readConnection(process.env),
      files: await modelFilesOf(resolve(path)),
      onProgress: ({ phase, doneBytes, totalBytes }) => progress.show(phase, doneBytes, totalBytes),
      onRetry: (reason) => progress.say(`${reason} Going on as soon as it can be …`),
    });
    progress.say('The platform loads it and asks it something …');
    const input = { uploadId, modelName, alias: alias ?? null, reason: reason ?? null };
    const { registered } = await client.request<{ readonly registered: Outcome }, { readonly input: object }>(
      readOperation('register-model'),
      { input },
    );
    progress.end();
    if (registered.__typename !== 'ModelVersion') throw refused(registered);
    const where = alias === undefined ? '' : `; ${alias} leads to it`;
    const text = `${registered.id}: ${registered.parameterCount.toLocaleString('en')} parameters, ${(registered.sizeBytes / 1e6).toFixed(1)} MB${where}`;
    process.stdout.write(json ? `${JSON.stringify(registered)}\n` : `${text}\n`);
    return 0;
  });
}

function refused(outcome: Exclude<Outcome, { readonly __typename: 'ModelVersion' }>): CommandError {
  if (outcome.__typename === 'ModelRefused')
    return new CommandError(`The model is refused: ${outcome.message} (${outcome.code})`, 1);
  if (outcome.__typename === 'InvalidInput')
    return new CommandError(`${outcome.field}: ${outcome.message}`, 1);
  return new CommandError(outcome.message, 1);
}

/** The folder's name with what a model's name cannot have as dashes. */
function nameOf(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (name === '') throw new CommandError(`${path} does not name a model: give it one by --name.`, 2);
  return name.slice(0, 60);
}
