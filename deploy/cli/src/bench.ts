import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildServices } from '@fathom/local/build-services';
import { repositoryRoot } from '@fathom/platform/repository';

/**
 * `npm run bench` lists the benchmarks, `npm run bench -- NAME` runs one. A benchmark is a file `NAME.bench.ts` in the
 * `bench/` folder of what it measures; its first line says in a comment what that is. It runs built, as services do under
 * `npm start`: translated module by module, each function that is made would be given its name anew.
 */
const root = repositoryRoot();

function benchmarks(): ReadonlyMap<string, string> {
  const rooms = [
    'gateway',
    'schema',
    'deploy/local',
    ...folders('subgraphs'),
    ...folders('subgraphs/shared'),
  ];
  const files = rooms
    .map((room) => join(root, room, 'bench'))
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.bench.ts'));
  return new Map(files.map((file) => [file.replace(/^.*\/|\.bench\.ts$/g, ''), file]));
}

function folders(parent: string): readonly string[] {
  return readdirSync(join(root, parent)).map((name) => join(parent, name));
}

function firstComment(file: string): string {
  return (
    readFileSync(file, 'utf8')
      .split('\n', 1)[0]
      ?.replace(/^\/\/ ?/, '') ?? ''
  );
}

const known = benchmarks();
const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  for (const [benchmark, file] of known)
    process.stdout.write(`${benchmark.padEnd(28)}${firstComment(file)}\n`);
} else {
  const file = known.get(name);
  if (file === undefined) {
    process.stderr.write(`There is no benchmark "${name}". There are: ${[...known.keys()].join(', ')}\n`);
    process.exit(2);
  }
  const built = await buildServices({
    entries: [file],
    outputFolder: join(root, '.bench', 'built'),
    packages: join(root, 'node_modules'),
  });
  const { status } = spawnSync(process.execPath, [built.get(file) ?? file, ...args], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
