import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSchemaFiles } from './generated-files.ts';

/**
 * `npm run generated`: the committed supergraph and the committed types are what their sources make today.
 * Types are generated into a folder of their own and compared, so that the check never changes the work tree.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));

function staleSchemaFiles(): readonly string[] {
  return generateSchemaFiles()
    .filter(({ file, content }) => !existsSync(file) || readFileSync(file, 'utf8') !== content)
    .map(({ path }) => `${path} is not what its subgraphs compose to: run \`npm run compose\``);
}

function staleTypes(): readonly string[] {
  const config = readFileSync(join(root, 'codegen.yml'), 'utf8');
  const outputs = [...config.matchAll(/^ {2}(\S+\.ts):$/gm)].map((match) => match[1] as string);
  const scratch = mkdtempSync(join(tmpdir(), 'fathom-codegen-'));
  try {
    const redirected = join(scratch, 'codegen.yml');
    writeFileSync(
      redirected,
      config.replaceAll(/^ {2}(\S+\.ts):$/gm, (_, output: string) => `  ${join(scratch, output)}:`),
    );
    execFileSync(
      process.execPath,
      [join(root, 'node_modules/.bin/graphql-codegen'), '--config', redirected],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    return outputs
      .filter((output) => readOrEmpty(join(root, output)) !== readFileSync(join(scratch, output), 'utf8'))
      .map((output) => `${output} is not what its schema generates: run \`npm run codegen\``);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readOrEmpty(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

try {
  const stale = [...staleSchemaFiles(), ...staleTypes()];
  for (const line of stale) process.stderr.write(`${line}\n`);
  if (stale.length > 0) process.exitCode = 1;
  else process.stderr.write('generated files are fresh\n');
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
